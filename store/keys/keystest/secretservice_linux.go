package keystest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName  = "org.freedesktop.secrets"
	secretsPath  = dbus.ObjectPath("/org/freedesktop/secrets")
	secretsIface = "org.freedesktop.Secret.Service"
	loginPath    = secretsPath + "/collection/login"
	noObject     = dbus.ObjectPath("/")
)

// Service is a Secret Service on a private bus.
type Service struct {
	Address string
	conn    *dbus.Conn
}

// SecretService starts gnome-keyring-daemon, unlocked and empty, on a private bus for the length
// of the test. There is no prompter: a prompt cannot be answered. The test cannot be parallel.
func SecretService(t testing.TB) *Service {
	t.Helper()
	return service(t, "--unlock")
}

// NoCollection is SecretService before anybody made a collection: it can keep nothing.
func NoCollection(t testing.TB) *Service {
	t.Helper()
	return service(t)
}

func service(t testing.TB, flags ...string) *Service {
	t.Helper()
	needTools(t, "dbus-daemon", "gnome-keyring-daemon")
	s := &Service{Address: EmptyBus(t)}
	s.conn = connect(t, s.Address)
	owned := make(chan *dbus.Signal, 16)
	s.conn.Signal(owned)
	if err := s.conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, secretsName)); err != nil {
		t.Fatal(err)
	}
	start(t, daemon(t, s.Address, flags))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		select {
		case signal := <-owned:
			if signal != nil && signal.Name == "org.freedesktop.DBus.NameOwnerChanged" {
				return s
			}
		case <-ctx.Done():
			t.Fatal("gnome-keyring-daemon did not come up")
		}
	}
}

// daemon is gnome-keyring-daemon with a home of its own.
func daemon(t testing.TB, address string, flags []string) *exec.Cmd {
	t.Helper()
	home := shortTempDir(t)
	runtime := filepath.Join(home, "run")
	if err := os.MkdirAll(filepath.Join(home, "data", "keyrings"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(runtime, 0o700); err != nil {
		t.Fatal(err)
	}
	flags = append([]string{"--foreground", "--components=secrets", "--control-directory=" + runtime}, flags...)
	cmd := exec.CommandContext(context.Background(), "gnome-keyring-daemon", flags...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_RUNTIME_DIR="+runtime,
		"XDG_DATA_HOME="+filepath.Join(home, "data"), "XDG_CONFIG_HOME="+filepath.Join(home, "config"),
		"XDG_CACHE_HOME="+filepath.Join(home, "cache"), busVariable+"="+address, "DISPLAY=")
	cmd.Stdin = strings.NewReader("test\n")
	return cmd
}

// Lock locks the login collection.
func (s *Service) Lock(t testing.TB) {
	t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := s.conn.Object(secretsName, secretsPath).
		Call(secretsIface+".Lock", 0, []dbus.ObjectPath{loginPath}).Store(&locked, &prompt)
	if err != nil || prompt != noObject || len(locked) != 1 {
		t.Fatalf("lock the collection: %v locked, prompt %q, %v", locked, prompt, err)
	}
}

// connect opens a connection of the test's own.
func connect(t testing.TB, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
