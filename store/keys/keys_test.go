package keys_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

const (
	workspace = "w1"
	right     = "correct horse battery"
	wrong     = "incorrect horse battery"
)

// testClock is a clock that tests turn.
type testClock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *testClock {
	return &testClock{at: time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC)}
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) Turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newDir(t testing.TB) string { return filepath.Join(t.TempDir(), "keys") }

func passphrase(t testing.TB, text string) keys.Passphrase {
	t.Helper()
	p, err := keys.NewPassphrase([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func createOptions(t testing.TB, k keys.Keychain) keys.CreateOptions {
	return keys.CreateOptions{
		WorkspaceID: workspace, Name: "Sari Wibowo", Passphrase: passphrase(t, right), Keychain: k,
		Cost: keystest.Cheap(), Floor: keystest.Cheap(), Now: newClock().Now,
	}
}

func unlockOptions(t testing.TB, k keys.Keychain, text string) keys.UnlockOptions {
	return keys.UnlockOptions{
		WorkspaceID: workspace, Passphrase: passphrase(t, text), Keychain: k,
		Floor: keystest.Cheap(), Now: newClock().Now,
	}
}

func create(t testing.TB, dir string, k keys.Keychain) *keys.Unlocked {
	t.Helper()
	u, err := keys.Create(t.Context(), dir, createOptions(t, k))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func unlock(t testing.TB, dir string, k keys.Keychain, text string) (*keys.Unlocked, error) {
	t.Helper()
	return keys.Unlock(t.Context(), dir, unlockOptions(t, k, text))
}

func noAttempts(t testing.TB, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "attempts.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("attempts were counted (%v)", err)
	}
}

func readOfficer(t testing.TB, dir string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "officer.json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeOfficer(t testing.TB, dir string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "officer.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
}
