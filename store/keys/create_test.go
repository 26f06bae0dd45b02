package keys_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

func TestCreate_ThenUnlock(t *testing.T) {
	for name, k := range map[string]keys.Keychain{"keychain": &keystest.Keychain{}, "passphrase only": keys.None()} {
		t.Run(name, func(t *testing.T) {
			dir := newDir(t)
			made := create(t, dir, k)
			opened, err := unlock(t, dir, k, right)
			if err != nil {
				t.Fatal(err)
			}
			info, err := keys.Peek(dir)
			if err != nil {
				t.Fatal(err)
			}
			sameOfficer(t, made.Officer(), opened.Officer())
			sameOfficer(t, made.Officer(), info.Officer)
			if !opened.DevicePublic().Equal(made.DevicePublic()) || !info.Device.Equal(made.DevicePublic()) {
				t.Error("another device key came back")
			}
			withKeychain := name == "keychain"
			if opened.KeychainUsed() != withKeychain || info.Keychain != withKeychain || info.Workspace != workspace {
				t.Errorf("keychain used: %v, file says %+v", opened.KeychainUsed(), info)
			}
			if opened.FailedAttempts() != (keys.FailedAttempts{}) {
				t.Errorf("attempts out of nowhere: %+v", opened.FailedAttempts())
			}
		})
	}
}

func sameOfficer(t *testing.T, a, b keys.Officer) {
	t.Helper()
	if a.ID != b.ID || a.Name != b.Name || !a.Created.Equal(b.Created) ||
		string(keys.KeyFile(a.Authority)) != string(keys.KeyFile(b.Authority)) ||
		a.Recipient.String() != b.Recipient.String() {
		t.Errorf("officers differ: %+v, %+v", a, b)
	}
}

func TestCreate_ClosesFolderAndFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has access lists, not modes")
	}
	dir := newDir(t)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	create(t, dir, keys.None())
	if _, err := unlock(t, dir, keys.None(), wrong); !errors.Is(err, keys.ErrWrongPassphrase) {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCreate_KeepsTheExisting(t *testing.T) {
	dir, k := newDir(t), &keystest.Keychain{}
	create(t, dir, k)
	before := readOfficer(t, dir)
	if _, err := keys.Create(t.Context(), dir, createOptions(t, k)); !errors.Is(err, keys.ErrExists) {
		t.Errorf("second create: %v", err)
	}
	if string(readOfficer(t, dir)) != string(before) {
		t.Error("the key file changed")
	}
	other := newDir(t)
	create(t, other, k) // a second copy of the workspace on this machine
	if _, err := unlock(t, dir, k, right); err != nil {
		t.Errorf("the first copy no longer opens: %v", err)
	}
}

func TestCreate_Refuses(t *testing.T) {
	tests := map[string]struct {
		change func(*keys.CreateOptions)
		want   error
	}{
		"short passphrase":   {func(o *keys.CreateOptions) { o.Passphrase = passphrase(t, "1234567") }, keys.ErrWeakPassphrase},
		"seven accents":      {func(o *keys.CreateOptions) { o.Passphrase = passphrase(t, strings.Repeat("e\u0301", 7)) }, keys.ErrWeakPassphrase},
		"no passphrase":      {func(o *keys.CreateOptions) { o.Passphrase = keys.Passphrase{} }, keys.ErrWeakPassphrase},
		"no keychain":        {func(o *keys.CreateOptions) { o.Keychain = nil }, keys.ErrOption},
		"no workspace":       {func(o *keys.CreateOptions) { o.WorkspaceID = "" }, keys.ErrOption},
		"shell in workspace": {func(o *keys.CreateOptions) { o.WorkspaceID = "a;b" }, keys.ErrOption},
		"path in officer":    {func(o *keys.CreateOptions) { o.OfficerID = "../x" }, keys.ErrOption},
		"no name":            {func(o *keys.CreateOptions) { o.Name = "  " }, keys.ErrOption},
		"control in name":    {func(o *keys.CreateOptions) { o.Name = "a\nb" }, keys.ErrOption},
		"long name":          {func(o *keys.CreateOptions) { o.Name = strings.Repeat("a", 201) }, keys.ErrOption},
		"cheap in a release": {func(o *keys.CreateOptions) { o.Floor = keys.Cost{} }, keys.ErrCost},
		"too much memory":    {func(o *keys.CreateOptions) { o.Cost.MemoryKiB = 1 << 30 }, keys.ErrCost},
		"too many passes":    {func(o *keys.CreateOptions) { o.Cost.Time = 1 << 30 }, keys.ErrCost},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			k := &keystest.Keychain{}
			o := createOptions(t, k)
			tt.change(&o)
			dir := newDir(t)
			if _, err := keys.Create(t.Context(), dir, o); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || k.Len() != 0 {
				t.Errorf("something was left behind (%v, %d in the keychain)", err, k.Len())
			}
		})
	}
}

func TestCreate_ReleaseCost(t *testing.T) {
	o := createOptions(t, keys.None())
	o.Cost, o.Floor = keys.Cost{}, keys.Cost{}
	dir := newDir(t)
	if _, err := keys.Create(t.Context(), dir, o); err != nil {
		t.Fatal(err)
	}
	info, err := keys.Peek(dir)
	if err != nil {
		t.Fatal(err)
	}
	if c := info.Cost; c.MemoryKiB != 64*1024 || c.Time < 3 || c.Threads != 4 {
		t.Errorf("cost %+v", c)
	}
	u := unlockOptions(t, keys.None(), right)
	u.Floor = keys.Cost{}
	if _, err := keys.Unlock(t.Context(), dir, u); err != nil {
		t.Error(err)
	}
}

func TestCreate_WriteFails(t *testing.T) {
	dir := newDir(t)
	blockWrites(t, dir)
	if _, err := keys.Create(t.Context(), dir, createOptions(t, keys.None())); err == nil {
		t.Fatal("created although the file could not be written")
	}
	if _, err := keys.Peek(dir); !errors.Is(err, keys.ErrNoOfficer) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("peek: %v", err)
	}
}

// blockWrites makes the next write of the key file fail, also for root.
func blockWrites(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "officer.json.tmp", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
}
