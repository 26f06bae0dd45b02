package keys

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

const (
	systemService  = "posko"
	defaultTimeout = 5 * time.Second
	maxAccount     = 256
	maxValue       = 1024 // Windows ends at 2560 bytes, after base64
)

// SystemKeychain is the operating system's keychain: Secret Service, macOS Keychain or Windows
// Credential Manager. The library under it knows no deadline and waits for ever for a password
// prompt that nobody answers, so every call runs in a goroutine of its own, which is left behind
// when the time is up.
type SystemKeychain struct {
	// Timeout bounds every call; a shorter deadline of the context wins.
	Timeout time.Duration

	// One write at a time: a write left behind at a prompt must not land after a later one.
	writing chan struct{}
}

// System returns the operating system's keychain with a timeout of five seconds.
func System() *SystemKeychain {
	return &SystemKeychain{Timeout: defaultTimeout, writing: make(chan struct{}, 1)}
}

// Get returns what is stored under the account.
func (k *SystemKeychain) Get(ctx context.Context, account string) ([]byte, error) {
	text, err := k.call(ctx, account, func() (string, error) {
		return keyring.Get(systemService, account)
	})
	if err != nil {
		return nil, err
	}
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		// The decoder's own error would quote the position only, but the rule is: nothing of a secret.
		return nil, fmt.Errorf("%w: the value of %q was not stored by Posko", ErrKeychain, account)
	}
	return value, nil
}

// Set stores value under the account. After ErrKeychainTimeout it may still be stored later, when
// somebody answers the prompt; until then further writes time out, too.
func (k *SystemKeychain) Set(ctx context.Context, account string, value []byte) error {
	if len(value) > maxValue {
		return fmt.Errorf("%w: %d bytes are too many for a keychain", ErrOption, len(value))
	}
	return k.write(ctx, account, func() error {
		return keyring.Set(systemService, account, base64.StdEncoding.EncodeToString(value))
	})
}

// Delete removes the account; ErrNotFound if it is not there.
func (k *SystemKeychain) Delete(ctx context.Context, account string) error {
	return k.write(ctx, account, func() error { return keyring.Delete(systemService, account) })
}

// write is call for what changes the keychain, one at a time.
func (k *SystemKeychain) write(ctx context.Context, account string, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, k.Timeout)
	defer cancel()
	select {
	case k.writing <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for an earlier write: %w", ended(ctx))
	}
	_, err := k.bounded(ctx, account, func() (string, error) { return "", do() }, func() { <-k.writing })
	return err
}

// call bounds a read by the timeout.
func (k *SystemKeychain) call(ctx context.Context, account string, do func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, k.Timeout)
	defer cancel()
	return k.bounded(ctx, account, do, func() {})
}

type keychainAnswer struct {
	text string
	err  error
}

// bounded runs do in a goroutine, returns its answer or the end of ctx, whatever comes first, and
// calls release when do is over.
func (k *SystemKeychain) bounded(ctx context.Context, account string, do func() (string, error), release func()) (string, error) {
	if account == "" || len(account) > maxAccount {
		release()
		return "", fmt.Errorf("%w: keychain account %q", ErrOption, account)
	}
	answers := make(chan keychainAnswer, 1)
	go func() {
		defer release()
		text, err := guarded(ctx, do)
		answers <- keychainAnswer{text, err}
	}()
	select {
	case a := <-answers:
		return a.text, a.err
	case <-ctx.Done():
		return "", ended(ctx)
	}
}

// guarded asks the platform whether a keychain can answer at all, asks the keychain and sorts its
// errors. The library trusts what comes over the bus and panics when a prompt ends with the bus;
// nobody's case may die of that.
func guarded(ctx context.Context, do func() (string, error)) (text string, err error) {
	defer func() {
		if recover() != nil {
			text, err = "", fmt.Errorf("%w: it broke off in the middle of an answer; try again", ErrKeychain)
		}
	}()
	if err := reachable(ctx); err != nil {
		return "", err
	}
	text, err = do()
	switch {
	case err == nil:
		return text, nil
	case errors.Is(err, keyring.ErrNotFound):
		return "", ErrNotFound
	}
	return "", classify(ctx, err)
}

// ended turns the end of a context into the keychain's own error; a person's cancel stays a cancel.
func ended(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return ErrKeychainTimeout
	}
	return fmt.Errorf("ask the keychain: %w", ctx.Err())
}
