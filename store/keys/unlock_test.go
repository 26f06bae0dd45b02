package keys_test

import (
	"context"
	"errors"
	"testing"

	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

// TestAttack47_KeychainFails: each way in which a keychain can fail has its own error, is no wrong
// passphrase, and makes neither a key nor a secret.
func TestAttack47_KeychainFails(t *testing.T) {
	odd := errors.New("out of order")
	tests := map[string]struct {
		spoil func(*testing.T, *keystest.Keychain)
		want  error
	}{
		"locked":         {func(_ *testing.T, k *keystest.Keychain) { k.Fail(keys.ErrKeychainLocked) }, keys.ErrKeychainLocked},
		"hangs":          {func(_ *testing.T, k *keystest.Keychain) { k.Fail(keys.ErrKeychainTimeout) }, keys.ErrKeychainTimeout},
		"gone":           {func(_ *testing.T, k *keystest.Keychain) { k.Fail(keys.ErrNoKeychain) }, keys.ErrNoKeychain},
		"out of order":   {func(_ *testing.T, k *keystest.Keychain) { k.Fail(odd) }, odd},
		"secret missing": {func(t *testing.T, k *keystest.Keychain) { drop(t, k) }, keys.ErrSecretMissing},
		"secret wrong":   {func(t *testing.T, k *keystest.Keychain) { put(t, k, make([]byte, 32)) }, keys.ErrSecretWrong},
		"secret cut":     {func(t *testing.T, k *keystest.Keychain) { put(t, k, []byte{1}) }, keys.ErrSecretWrong},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir, k := newDir(t), &keystest.Keychain{}
			create(t, dir, k)
			before := readOfficer(t, dir)
			tt.spoil(t, k)
			stored := k.Len()
			if k.SetFunc == nil {
				k.SetFunc = func(context.Context, string, []byte) error { t.Error("wrote to the keychain"); return nil }
			}
			for _, text := range []string{right, wrong} {
				_, err := unlock(t, dir, k, text)
				if !errors.Is(err, tt.want) || !errors.Is(err, keys.ErrKeychain) || errors.Is(err, keys.ErrWrongPassphrase) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
			}
			if string(readOfficer(t, dir)) != string(before) || k.Len() != stored {
				t.Error("the key file or the keychain changed")
			}
			noAttempts(t, dir)
		})
	}
}

func drop(t *testing.T, k keys.Keychain) {
	t.Helper()
	if err := k.Delete(t.Context(), keys.SecretAccount(workspace)); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, k keys.Keychain, secret []byte) {
	t.Helper()
	if err := k.Set(t.Context(), keys.SecretAccount(workspace), secret); err != nil {
		t.Fatal(err)
	}
}

// TestAttack47_CreateNeedsAnHonestKeychain: a key file must not come out weaker, or sealed with a
// secret that is not kept, because the keychain had a bad moment.
func TestAttack47_CreateNeedsAnHonestKeychain(t *testing.T) {
	tests := map[string]struct {
		keychain *keystest.Keychain
		want     error
	}{
		"locked": {failing(keys.ErrKeychainLocked), keys.ErrKeychainLocked},
		"hangs":  {failing(keys.ErrKeychainTimeout), keys.ErrKeychainTimeout},
		"reports success and stores nothing": {
			&keystest.Keychain{SetFunc: func(context.Context, string, []byte) error { return nil }}, keys.ErrKeychain,
		},
		"stores something else": {
			&keystest.Keychain{GetFunc: answers(nil, []byte("something else"))}, keys.ErrSecretWrong,
		},
		"holds a stump": {&keystest.Keychain{GetFunc: answers([]byte("stump"))}, keys.ErrSecretWrong},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := newDir(t)
			if _, err := keys.Create(t.Context(), dir, createOptions(t, tt.keychain)); !errors.Is(err, tt.want) || !errors.Is(err, keys.ErrKeychain) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if _, err := keys.Peek(dir); !errors.Is(err, keys.ErrNoOfficer) {
				t.Errorf("a key file was written: %v", err)
			}
		})
	}
}

func failing(err error) *keystest.Keychain {
	k := &keystest.Keychain{}
	k.Fail(err)
	return k
}

// answers returns the values one after the other; nil is "not found".
func answers(values ...[]byte) func(context.Context, string) ([]byte, error) {
	return func(context.Context, string) ([]byte, error) {
		v := values[0]
		values = values[1:]
		if v == nil {
			return nil, keys.ErrNotFound
		}
		return v, nil
	}
}

func TestUnlock_Refuses(t *testing.T) {
	dir := newDir(t)
	create(t, dir, keys.None())
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		change func(*keys.UnlockOptions)
		want   error
	}{
		"other workspace":    {func(o *keys.UnlockOptions) { o.WorkspaceID = "w2" }, keys.ErrOtherWorkspace},
		"no keychain":        {func(o *keys.UnlockOptions) { o.Keychain = nil }, keys.ErrOption},
		"no passphrase":      {func(o *keys.UnlockOptions) { o.Passphrase = keys.Passphrase{} }, keys.ErrPassphrase},
		"cheaper than floor": {func(o *keys.UnlockOptions) { o.Floor = keys.Cost{} }, keys.ErrCost},
		"accent decomposed":  {func(o *keys.UnlockOptions) { o.Passphrase = passphrase(t, right+"\u0301") }, keys.ErrWrongPassphrase},
		"trailing space":     {func(o *keys.UnlockOptions) { o.Passphrase = passphrase(t, right+" ") }, keys.ErrWrongPassphrase},
		"wrong passphrase":   {func(o *keys.UnlockOptions) { o.Passphrase = passphrase(t, wrong) }, keys.ErrWrongPassphrase},
	}
	for name, tt := range tests {
		o := unlockOptions(t, keys.None(), right)
		tt.change(&o)
		if _, err := keys.Unlock(t.Context(), dir, o); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	if _, err := keys.Unlock(t.Context(), t.TempDir(), unlockOptions(t, keys.None(), right)); !errors.Is(err, keys.ErrNoOfficer) {
		t.Errorf("empty folder: %v", err)
	}
	if _, err := keys.Unlock(canceled, dir, unlockOptions(t, keys.None(), right)); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestUnlock_NormalisesThePassphrase(t *testing.T) {
	dir := newDir(t)
	o := createOptions(t, keys.None())
	o.Passphrase = passphrase(t, "caf\u00e9 corretto")
	if _, err := keys.Create(t.Context(), dir, o); err != nil {
		t.Fatal(err)
	}
	if _, err := unlock(t, dir, keys.None(), "cafe\u0301 corretto"); err != nil {
		t.Errorf("the same text, composed differently: %v", err)
	}
}

func TestLock_EndsEveryUse(t *testing.T) {
	u := create(t, newDir(t), keys.None())
	signer := u.DeviceSigner()
	u.Lock()
	u.Lock() // twice is harmless
	if _, err := signer.Sign(nil, []byte("x"), noHash); !errors.Is(err, keys.ErrLocked) {
		t.Errorf("device: %v", err)
	}
	if _, err := u.SignAuthority("posko-test-v1", bytesOf("x")); !errors.Is(err, keys.ErrLocked) {
		t.Errorf("authority: %v", err)
	}
	if _, err := u.Identity(); !errors.Is(err, keys.ErrLocked) {
		t.Errorf("identity: %v", err)
	}
}
