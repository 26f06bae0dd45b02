package keys

import (
	"errors"
	"fmt"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestSortBusError(t *testing.T) {
	tests := map[string]error{
		"org.freedesktop.DBus.Error.ServiceUnknown":       ErrNoKeychain,
		"org.freedesktop.DBus.Error.NameHasNoOwner":       ErrNoKeychain,
		"org.freedesktop.DBus.Error.Spawn.ChildExited":    ErrNoKeychain,
		"org.freedesktop.DBus.Error.NoReply":              ErrKeychainTimeout,
		"org.freedesktop.DBus.Error.TimedOut":             ErrKeychainTimeout,
		"org.freedesktop.Secret.Error.IsLocked":           ErrKeychainLocked,
		"org.freedesktop.DBus.Error.AccessDenied":         nil,
		"org.freedesktop.Secret.Error.NoSuchObject":       nil,
		"org.example.org.freedesktop.DBus.Error.NoReply":  nil,
		"org.freedesktop.DBus.Error.ServiceUnknown.Other": nil,
	}
	for name, want := range tests {
		err := fmt.Errorf("call: %w", dbus.Error{Name: name})
		if got := sortBusError(err); !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if got := sortBusError(errors.New("org.freedesktop.DBus.Error.NoReply")); got != nil {
		t.Errorf("sorted by its text: %v", got)
	}
}
