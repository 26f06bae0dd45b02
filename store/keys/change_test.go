package keys_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

const newer = "a newer passphrase"

func change(t *testing.T, dir string, k keys.Keychain, old, next string) error {
	t.Helper()
	return keys.ChangePassphrase(t.Context(), dir, keys.ChangeOptions{
		UnlockOptions: unlockOptions(t, k, old), New: passphrase(t, next), Cost: keystest.Cheap(),
	})
}

func TestChangePassphrase(t *testing.T) {
	dir, k := newDir(t), &keystest.Keychain{}
	made := create(t, dir, k)
	oldIdentity := identityFile(t, dir)
	if err := change(t, dir, k, right, newer); err != nil {
		t.Fatal(err)
	}
	if _, err := unlock(t, dir, k, right); !errors.Is(err, keys.ErrWrongPassphrase) {
		t.Errorf("old passphrase: %v", err)
	}
	opened, err := unlock(t, dir, k, newer)
	if err != nil {
		t.Fatal(err)
	}
	sameOfficer(t, made.Officer(), opened.Officer())
	if !opened.DevicePublic().Equal(made.DevicePublic()) || !opened.KeychainUsed() {
		t.Error("the device key or the keychain rule changed")
	}
	if _, _, _, err := keys.UnlockIdentity(t.Context(), oldIdentity, unlockOptions(t, k, right)); err != nil {
		t.Errorf("an earlier backup no longer opens with its passphrase: %v", err)
	}
}

func TestChangePassphrase_Refuses(t *testing.T) {
	dir, k := newDir(t), &keystest.Keychain{}
	create(t, dir, k)
	before := readOfficer(t, dir)
	if err := change(t, dir, k, right, "short"); !errors.Is(err, keys.ErrWeakPassphrase) {
		t.Errorf("short: %v", err)
	}
	var counted *keys.WrongPassphraseError
	if err := change(t, dir, k, wrong, newer); !errors.As(err, &counted) || counted.Count != 1 {
		t.Errorf("wrong old one: %v", err)
	}
	if err := change(t, dir, failing(keys.ErrKeychainLocked), right, newer); !errors.Is(err, keys.ErrKeychainLocked) {
		t.Errorf("locked keychain: %v", err)
	}
	release := keys.ChangeOptions{UnlockOptions: unlockOptions(t, k, right), New: passphrase(t, newer), Cost: keystest.Cheap()}
	release.Floor = keys.Cost{}
	if err := keys.ChangePassphrase(t.Context(), dir, release); !errors.Is(err, keys.ErrCost) {
		t.Errorf("cheap in a release: %v", err)
	}
	if !bytes.Equal(readOfficer(t, dir), before) {
		t.Error("the key file changed")
	}
}

// TestChangePassphrase_Crash: whatever a crash leaves of the new file, the old one opens.
func TestChangePassphrase_Crash(t *testing.T) {
	dir, k := newDir(t), &keystest.Keychain{}
	create(t, dir, k)
	before := readOfficer(t, dir)
	blockWrites(t, dir)
	if err := change(t, dir, k, right, newer); err == nil {
		t.Fatal("changed although the file could not be written")
	}
	if !bytes.Equal(readOfficer(t, dir), before) {
		t.Error("the key file changed")
	}
	tmp := filepath.Join(dir, "officer.json.tmp")
	if err := os.RemoveAll(tmp); err != nil {
		t.Fatal(err)
	}
	for _, left := range [][]byte{nil, before[:len(before)/2], before} {
		if err := os.WriteFile(tmp, left, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := unlock(t, dir, k, right); err != nil {
			t.Errorf("a leftover of %d bytes: %v", len(left), err)
		}
	}
	if err := change(t, dir, k, right, newer); err != nil {
		t.Errorf("a leftover is in the way: %v", err)
	}
	if _, err := os.Stat(tmp); err == nil {
		t.Error("a file sealed under an old passphrase was left behind")
	}
}

func TestNewDevice_ReplacesOnlyTheDevice(t *testing.T) {
	dir, k := newDir(t), &keystest.Keychain{}
	made := create(t, dir, k)
	renewed, err := keys.NewDevice(t.Context(), dir, unlockOptions(t, k, right))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := unlock(t, dir, k, right)
	if err != nil {
		t.Fatal(err)
	}
	sameOfficer(t, made.Officer(), opened.Officer())
	if opened.DevicePublic().Equal(made.DevicePublic()) || !opened.DevicePublic().Equal(renewed.DevicePublic()) {
		t.Error("the device key is not the new one")
	}
	if _, err := keys.NewDevice(t.Context(), dir, unlockOptions(t, k, wrong)); !errors.Is(err, keys.ErrWrongPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
}

func identityFile(t *testing.T, dir string) []byte {
	t.Helper()
	data, err := keys.IdentityFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestRestore: an identity file opens the evidence and signs nothing.
func TestRestore_IdentityOnly(t *testing.T) {
	dir, k := newDir(t), &keystest.Keychain{}
	made := create(t, dir, k)
	data := identityFile(t, dir)
	for _, signing := range []string{"authority", "device", "ssh-ed25519"} {
		if bytes.Contains(data, []byte(signing)) {
			t.Errorf("the backup carries %s", signing)
		}
	}
	info, err := keys.PeekIdentity(data)
	if err != nil || info.Officer.ID != made.Officer().ID || !info.Keychain || info.Device != nil {
		t.Errorf("peek: %+v, %v", info, err)
	}
	identity, officer, _, err := keys.UnlockIdentity(t.Context(), data, unlockOptions(t, k, right))
	if err != nil {
		t.Fatal(err)
	}
	restored := newDir(t)
	o := createOptions(t, k)
	o.OfficerID = officer.ID
	u, err := keys.EnrolNew(t.Context(), restored, identity, o)
	if err != nil {
		t.Fatal(err)
	}
	if u.Officer().ID != made.Officer().ID || u.Officer().Recipient.String() != made.Officer().Recipient.String() {
		t.Error("not the same officer and age identity")
	}
	if keys.Words(u.Officer().Authority) == keys.Words(made.Officer().Authority) || u.DevicePublic().Equal(made.DevicePublic()) {
		t.Error("a signing key survived the restore")
	}
	canDecrypt(t, u, made.Officer().Recipient)
	if _, err := unlock(t, restored, k, right); err != nil {
		t.Error(err)
	}
	if _, err := keys.EnrolNew(t.Context(), restored, identity, o); !errors.Is(err, keys.ErrExists) {
		t.Errorf("enrolled over a key file: %v", err)
	}
	if _, err := keys.EnrolNew(t.Context(), newDir(t), nil, o); !errors.Is(err, keys.ErrOption) {
		t.Errorf("enrolled without an identity: %v", err)
	}
}

func canDecrypt(t *testing.T, u *keys.Unlocked, to *age.HybridRecipient) {
	t.Helper()
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "evidence"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	identity, err := u.Identity()
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(&sealed, identity)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := io.ReadAll(r); err != nil || string(plain) != "evidence" {
		t.Errorf("decrypted %q, %v", plain, err)
	}
}

func TestUnlockIdentity_Refuses(t *testing.T) {
	dir, k := newDir(t), &keystest.Keychain{}
	create(t, dir, k)
	data := identityFile(t, dir)
	other := unlockOptions(t, k, right)
	other.WorkspaceID = "w2"
	tests := map[string]struct {
		data []byte
		o    keys.UnlockOptions
		want error
	}{
		"wrong passphrase": {data, unlockOptions(t, k, wrong), keys.ErrWrongPassphrase},
		"other machine":    {data, unlockOptions(t, &keystest.Keychain{}, right), keys.ErrSecretMissing},
		"no keychain":      {data, unlockOptions(t, keys.None(), right), keys.ErrNoKeychain},
		"other workspace":  {data, other, keys.ErrOtherWorkspace},
		"damaged":          {data[1:], unlockOptions(t, k, right), keys.ErrDamaged},
	}
	for name, tt := range tests {
		if _, _, _, err := keys.UnlockIdentity(t.Context(), tt.data, tt.o); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	noAttempts(t, dir)
	writeOfficer(t, dir, data)
	if _, err := unlock(t, dir, k, right); !errors.Is(err, keys.ErrDamaged) {
		t.Errorf("an identity file passed for a key file: %v", err)
	}
}
