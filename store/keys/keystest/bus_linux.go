package keystest

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	busVariable = "DBUS_SESSION_BUS_ADDRESS"
	patience    = 20 * time.Second
)

// busConfig is a session bus that starts no services, so that a test sees only what it put there.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=DIR</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// EmptyBus starts a private session bus without a Secret Service for the length of the test and
// points DBUS_SESSION_BUS_ADDRESS at it, for this process and those it starts. It returns the
// address. The test cannot be parallel.
func EmptyBus(t testing.TB) string {
	t.Helper()
	needTools(t, "dbus-daemon")
	dir := shortTempDir(t)
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, []byte(strings.Replace(busConfig, "DIR", dir, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), "dbus-daemon", "--config-file="+config, "--nofork", "--print-address=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("read the bus address: %v", err)
	}
	address := strings.TrimSpace(line)
	UseBus(t, address)
	return address
}

// UseBus points this process at another session bus for the length of the test. The library under
// the keychain keeps one connection per process; it is dropped before and after, so that every
// test sees its own bus.
func UseBus(t testing.TB, address string) {
	t.Helper()
	t.Setenv(busVariable, address)
	DropConnection()
	t.Cleanup(DropConnection) // runs before the bus is stopped and the variable restored
}

// DropConnection breaks the process's shared session bus connection off; the next caller gets
// a new one. The address is set here, so no bus is ever started by this.
func DropConnection() {
	if conn, err := dbus.SessionBus(); err == nil {
		_ = conn.Close()
	}
}

// shortTempDir is a temporary folder with a path short enough for a socket.
func shortTempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "posko")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// start runs cmd until the end of the test.
func start(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// needTools fails the test, with what to install, when a program is missing: a keychain that was
// never tested must not look tested.
func needTools(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Fatalf("%s is missing; run: apt-get install dbus-daemon gnome-keyring", name)
		}
	}
}
