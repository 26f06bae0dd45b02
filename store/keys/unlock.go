package keys

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// UnlockOptions are what it takes to open a key file.
type UnlockOptions struct {
	WorkspaceID string // the workspace that the key file must belong to
	Passphrase  Passphrase
	Keychain    Keychain
	Floor       Cost             // zero: the release's floor; only tests lower it
	Now         func() time.Time // nil: time.Now
}

// Unlock opens the key file in dir. Its errors, in the order in which they are looked for:
// ErrNoOfficer, ErrDamaged, ErrNewer, ErrOtherWorkspace and ErrCost for the file; *DelayError while
// a delay runs; ErrKeychain and its kin when the secret cannot be had, which is not counted as a
// wrong passphrase; *WrongPassphraseError, counted on disk before it is returned.
func Unlock(ctx context.Context, dir string, o UnlockOptions) (*Unlocked, error) {
	var u *Unlocked
	err := open(ctx, dir, o, func(e *envelope, s secrets, _ []byte, failed FailedAttempts) (err error) {
		u, err = newUnlocked(e, s, failed)
		return err
	})
	return u, err
}

// useFunc works with an opened key file, under the folder's lock. It owns the secrets.
type useFunc func(e *envelope, s secrets, keychainSecret []byte, failed FailedAttempts) error

// open runs use on the opened key file. The lock is held while the passphrase is tried: a hundred
// processes at once get one try, not a hundred. The keychain is asked before, outside the lock,
// because it may wait for a person.
func open(ctx context.Context, dir string, o UnlockOptions, use useFunc) error {
	e, err := readOfficerFile(dir)
	if err != nil {
		return err
	}
	if err := o.fits(e); err != nil {
		return err
	}
	err = withLock(ctx, dir, func() error {
		_, err := checkDelay(dir, instant(o.Now))
		return err
	})
	if err != nil {
		return err
	}
	secret, err := readSecret(ctx, o.Keychain, &e.header)
	if err != nil {
		return err
	}
	defer clear(secret)
	return withLock(ctx, dir, func() error { return try(dir, o, secret, use) })
}

// try is one try of the passphrase. Under the lock.
func try(dir string, o UnlockOptions, secret []byte, use useFunc) error {
	e, err := readOfficerFile(dir) // again: another process may have changed it meanwhile
	if err != nil {
		return err
	}
	if err := o.fits(e); err != nil {
		return err
	}
	failed, err := checkDelay(dir, instant(o.Now))
	if err != nil {
		return err
	}
	s, err := e.openWith(o.Passphrase, secret)
	if errors.Is(err, ErrWrongPassphrase) {
		return countWrong(dir, failed, instant(o.Now))
	}
	if err != nil {
		return err
	}
	return use(e, s, secret, failed.FailedAttempts)
}

// fits checks the options against the file before any work is done.
func (o *UnlockOptions) fits(e *envelope) error {
	if o.Keychain == nil {
		return fmt.Errorf("%w: no keychain given", ErrOption)
	}
	if len(o.Passphrase.bytes()) == 0 {
		return ErrPassphrase
	}
	if e.Workspace != o.WorkspaceID {
		return ErrOtherWorkspace
	}
	return e.KDF.check(o.Floor)
}

// openWith unseals all parts.
func (e *envelope) openWith(p Passphrase, secret []byte) (secrets, error) {
	key, err := wrappingKey(p, e.KDF.Salt, e.KDF.Cost, secret)
	if err != nil {
		return secrets{}, err
	}
	defer clear(key)
	return e.unsealAll(key)
}
