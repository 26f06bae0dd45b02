package keys_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

func TestSecretService_RoundTrip(t *testing.T) {
	keystest.SecretService(t)
	k, ctx := keys.System(), t.Context()
	value := []byte{0, 1, 0xff, '\n', 'x'}

	if _, err := k.Get(ctx, "w/secret"); !errors.Is(err, keys.ErrNotFound) {
		t.Fatalf("get before set: %v", err)
	}
	for _, v := range [][]byte{value, []byte("second")} {
		if err := k.Set(ctx, "w/secret", v); err != nil {
			t.Fatal(err)
		}
		got, err := k.Get(ctx, "w/secret")
		if err != nil || !bytes.Equal(got, v) {
			t.Fatalf("got %q, %v; want %q", got, err, v)
		}
	}
	if _, err := k.Get(ctx, "w/head/1"); !errors.Is(err, keys.ErrNotFound) {
		t.Fatalf("another account answered: %v", err)
	}
	if err := k.Delete(ctx, "w/secret"); err != nil {
		t.Fatal(err)
	}
	if err := k.Delete(ctx, "w/secret"); !errors.Is(err, keys.ErrNotFound) {
		t.Fatalf("second delete: %v", err)
	}
}

func TestSecretService_CreateAndUnlock(t *testing.T) {
	service := keystest.SecretService(t)
	k := keys.System()
	k.Timeout = 2 * time.Second
	dir := newDir(t)
	u := create(t, dir, k)
	if !u.KeychainUsed() {
		t.Fatal("the keychain was not used")
	}
	if _, err := unlock(t, dir, k, right); err != nil {
		t.Fatal(err)
	}
	service.Lock(t)
	if _, err := unlock(t, dir, k, right); !errors.Is(err, keys.ErrKeychainLocked) && !errors.Is(err, keys.ErrKeychainTimeout) {
		t.Fatalf("unlock with a locked collection: %v", err)
	}
	noAttempts(t, dir)
}

func TestAttack47_LockedCollection(t *testing.T) {
	service := keystest.SecretService(t)
	k := keys.System()
	k.Timeout = 2 * time.Second
	if err := k.Set(t.Context(), "w/secret", []byte("x")); err != nil {
		t.Fatal(err)
	}
	service.Lock(t)
	calls := map[string]func() error{
		"get":    func() error { _, err := k.Get(t.Context(), "w/secret"); return err },
		"set":    func() error { return k.Set(t.Context(), "w/secret", []byte("y")) },
		"delete": func() error { return k.Delete(t.Context(), "w/secret") },
	}
	for name, call := range calls {
		begin := time.Now()
		if err := call(); !errors.Is(err, keys.ErrKeychainLocked) {
			t.Errorf("%s: %v, want locked", name, err)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("%s froze for %v", name, took)
		}
	}
	dir := newDir(t)
	if _, err := keys.Create(t.Context(), dir, createOptions(t, k)); !errors.Is(err, keys.ErrKeychain) || errors.Is(err, keys.ErrNoKeychain) {
		t.Errorf("create: %v, want a keychain error", err)
	}
	if _, err := keys.Peek(dir); !errors.Is(err, keys.ErrNoOfficer) {
		t.Errorf("create left a weaker key file: %v", err)
	}
}

func TestAttack47_AbsentKeychain(t *testing.T) {
	buses := map[string]func(t *testing.T){
		"no bus":            func(t *testing.T) { keystest.UseBus(t, "unix:path="+t.TempDir()+"/none") },
		"no secret service": func(t *testing.T) { keystest.EmptyBus(t) },
		"no collection":     func(t *testing.T) { keystest.NoCollection(t) },
	}
	for name, use := range buses {
		t.Run(name, func(t *testing.T) {
			use(t)
			k := keys.System()
			if _, err := k.Get(t.Context(), "w/secret"); !errors.Is(err, keys.ErrNoKeychain) {
				t.Errorf("get: %v", err)
			}
			if err := k.Set(t.Context(), "w/secret", []byte("x")); !errors.Is(err, keys.ErrNoKeychain) {
				t.Errorf("set: %v", err)
			}
			if err := k.Delete(t.Context(), "w/secret"); !errors.Is(err, keys.ErrNoKeychain) {
				t.Errorf("delete: %v", err)
			}
			if u := create(t, newDir(t), k); u.KeychainUsed() {
				t.Error("a keychain that is not there was used")
			}
		})
	}
}

func TestAttack47_HangingPrompt(t *testing.T) {
	hanging := keystest.HangingPrompt(t)
	k := keys.System()
	k.Timeout = 200 * time.Millisecond
	begin := time.Now()
	if _, err := k.Get(t.Context(), "w/secret"); !errors.Is(err, keys.ErrKeychainTimeout) {
		t.Errorf("get: %v", err)
	}
	<-hanging.Prompted // it did reach the prompt
	if err := k.Set(t.Context(), "w/secret", []byte("x")); !errors.Is(err, keys.ErrKeychainTimeout) {
		t.Errorf("set: %v", err)
	}
	<-hanging.Prompted
	if err := k.Set(t.Context(), "w/secret", []byte("y")); !errors.Is(err, keys.ErrKeychainTimeout) {
		t.Errorf("second set: %v", err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("froze for %v", took)
	}
	select {
	case <-hanging.Prompted:
		t.Error("the second write overtook the first")
	default:
	}
}

func TestAttack47_PromptDismissed(t *testing.T) {
	hanging := keystest.HangingPrompt(t)
	k := keys.System()
	k.Timeout = 20 * time.Second
	answer := make(chan error, 1)
	go func() { answer <- k.Set(t.Context(), "w/secret", []byte("x")) }()
	<-hanging.Prompted
	hanging.Dismiss(t)
	if err := <-answer; !errors.Is(err, keys.ErrKeychainLocked) {
		t.Errorf("got %v, want locked", err)
	}
}

func TestHangingPrompt_Ends(t *testing.T) {
	tests := map[string]struct {
		end  func(cancel context.CancelFunc, address string)
		want error
	}{
		"caller gives up":   {func(cancel context.CancelFunc, _ string) { cancel() }, context.Canceled},
		"bus breaks off":    {func(_ context.CancelFunc, _ string) { keystest.DropConnection() }, keys.ErrKeychain},
		"deadline is short": {func(context.CancelFunc, string) {}, keys.ErrKeychainTimeout},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			hanging := keystest.HangingPrompt(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			k := keys.System()
			k.Timeout = time.Minute
			answer := make(chan error, 1)
			go func() { _, err := k.Get(ctx, "w/secret"); answer <- err }()
			<-hanging.Prompted
			tt.end(cancel, hanging.Address)
			if err := <-answer; !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestSystem_ForeignValueIsNotQuoted(t *testing.T) {
	keystest.SecretService(t)
	if err := keyring.Set("posko", "w/secret", "not base64: hunter2"); err != nil {
		t.Fatal(err)
	}
	_, err := keys.System().Get(t.Context(), "w/secret")
	if !errors.Is(err, keys.ErrKeychain) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestSystem_Limits(t *testing.T) {
	k := keys.System()
	if err := k.Set(t.Context(), "w/secret", make([]byte, 4096)); !errors.Is(err, keys.ErrOption) {
		t.Errorf("big value: %v", err)
	}
	for _, account := range []string{"", strings.Repeat("a", 1000)} {
		if _, err := k.Get(t.Context(), account); !errors.Is(err, keys.ErrOption) {
			t.Errorf("get %q: %v", account, err)
		}
		if err := k.Delete(t.Context(), account); !errors.Is(err, keys.ErrOption) {
			t.Errorf("delete %q: %v", account, err)
		}
	}
}
