package keystest

import (
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const promptPath = secretsPath + "/prompt/1"

// Hanging is a fake Secret Service whose login collection is locked and whose prompt nobody answers.
type Hanging struct {
	Address string
	// Prompted gets one value for each prompt that a client asked to be shown.
	Prompted chan struct{}
	conn     *dbus.Conn
}

// HangingPrompt starts a Hanging on a private bus for the length of the test. The test cannot be parallel.
func HangingPrompt(t testing.TB) *Hanging {
	t.Helper()
	h := &Hanging{Address: EmptyBus(t), Prompted: make(chan struct{}, 16)}
	h.conn = connect(t, h.Address)
	_, err := prop.Export(h.conn, secretsPath, prop.Map{secretsIface: {
		"Collections": {Value: []dbus.ObjectPath{loginPath}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = prop.Export(h.conn, loginPath, prop.Map{"org.freedesktop.Secret.Collection": {
		"Locked": {Value: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	export(t, h.conn, fakeService{}, secretsPath, secretsIface)
	export(t, h.conn, fakePrompt{h.Prompted}, promptPath, "org.freedesktop.Secret.Prompt")
	reply, err := h.conn.RequestName(secretsName, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own %s: %v, %v", secretsName, reply, err)
	}
	return h
}

// Dismiss ends the prompt as if a person had pressed Cancel.
func (h *Hanging) Dismiss(t testing.TB) {
	t.Helper()
	err := h.conn.Emit(promptPath, "org.freedesktop.Secret.Prompt.Completed", true, dbus.MakeVariant([]dbus.ObjectPath{}))
	if err != nil {
		t.Fatal(err)
	}
}

func export(t testing.TB, conn *dbus.Conn, v any, path dbus.ObjectPath, iface string) {
	t.Helper()
	if err := conn.Export(v, path, iface); err != nil {
		t.Fatal(err)
	}
}

// fakeService has the methods of org.freedesktop.Secret.Service that come before a prompt.
type fakeService struct{}

// OpenSession opens a session that does nothing.
func (fakeService) OpenSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	return dbus.MakeVariant(""), secretsPath + "/session/1", nil
}

// Unlock always wants a prompt.
func (fakeService) Unlock([]dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	return []dbus.ObjectPath{}, promptPath, nil
}

type fakePrompt struct{ shown chan struct{} }

// Prompt shows nothing and never completes.
func (p fakePrompt) Prompt(string) *dbus.Error {
	select {
	case p.shown <- struct{}{}:
	default:
	}
	return nil
}
