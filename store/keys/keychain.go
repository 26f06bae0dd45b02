package keys

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
)

const secretBytes = 32

// Keychain keeps small secrets for this login, each under an account name.
//
// Get returns ErrNotFound for an account that is not there; every other failure matches
// ErrKeychain, above all ErrNoKeychain, ErrKeychainLocked and ErrKeychainTimeout. A call must
// return when ctx ends: keychains ask people for passwords.
type Keychain interface {
	Get(ctx context.Context, account string) ([]byte, error)
	Set(ctx context.Context, account string, value []byte) error
	Delete(ctx context.Context, account string) error
}

// None is the keychain of a machine without one: every call returns ErrNoKeychain.
func None() Keychain { return none{} }

type none struct{}

func (none) Get(context.Context, string) ([]byte, error) { return nil, ErrNoKeychain }
func (none) Set(context.Context, string, []byte) error   { return ErrNoKeychain }
func (none) Delete(context.Context, string) error        { return ErrNoKeychain }

// SecretAccount is the account of a workspace's secret.
func SecretAccount(workspace string) string { return workspace + "/secret" }

// readSecret fetches the secret that the key file was sealed with, for unlocking. It never makes
// one: a key file that does not open must not be answered with a new key.
func readSecret(ctx context.Context, k Keychain, h *header) ([]byte, error) {
	if !h.Keychain {
		return nil, nil
	}
	secret, err := k.Get(ctx, SecretAccount(h.Workspace))
	if errors.Is(err, ErrNotFound) {
		return nil, ErrSecretMissing
	}
	if err != nil {
		return nil, keychainError("read the workspace's secret", err)
	}
	if subtle.ConstantTimeCompare(keychainCheck(secret), h.KeychainCheck) != 1 {
		clear(secret)
		return nil, ErrSecretWrong
	}
	return secret, nil
}

// ensureSecret returns the workspace's secret for a new key file, made now if there is none yet.
// One that is there is kept: another copy of the workspace on this machine may depend on it. It
// is nil, without an error, on a machine without a keychain.
func ensureSecret(ctx context.Context, k Keychain, workspace string) ([]byte, error) {
	account := SecretAccount(workspace)
	secret, err := k.Get(ctx, account)
	switch {
	case errors.Is(err, ErrNoKeychain):
		return nil, nil
	case errors.Is(err, ErrNotFound):
		return makeSecret(ctx, k, account)
	case err != nil:
		return nil, keychainError("look for the workspace's secret", err)
	case len(secret) != secretBytes:
		return nil, ErrSecretWrong
	}
	return secret, nil
}

// makeSecret stores a new secret and reads it back: some keychains report success and store nothing.
func makeSecret(ctx context.Context, k Keychain, account string) ([]byte, error) {
	secret := make([]byte, secretBytes)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program first
	if err := k.Set(ctx, account, secret); err != nil {
		return nil, keychainError("store the workspace's secret", err)
	}
	stored, err := k.Get(ctx, account)
	if err != nil {
		return nil, keychainError("read back the workspace's secret", err)
	}
	defer clear(stored)
	if subtle.ConstantTimeCompare(secret, stored) != 1 {
		return nil, fmt.Errorf("read back the workspace's secret: %w", ErrSecretWrong)
	}
	return secret, nil
}

// keychainError makes sure that a failure of any keychain matches ErrKeychain.
func keychainError(doing string, err error) error {
	if errors.Is(err, ErrKeychain) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %w: %w", doing, ErrKeychain, err)
}
