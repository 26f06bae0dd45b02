package keys

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"time"
)

// ChangeOptions are for ChangePassphrase.
type ChangeOptions struct {
	UnlockOptions            // with the old passphrase
	New           Passphrase // the new one
	Cost          Cost       // zero: MeasureCost()
}

// ChangePassphrase seals all keys anew, with a new salt, under the new passphrase. The one key file is
// replaced by one rename: after a crash it opens with the old passphrase or the new one. A wrong
// old passphrase is counted as in Unlock. Identity files of earlier backups keep the old passphrase.
func ChangePassphrase(ctx context.Context, dir string, o ChangeOptions) error {
	if err := o.New.strongEnough(); err != nil {
		return err
	}
	if o.Cost == (Cost{}) {
		o.Cost = MeasureCost()
	}
	if err := o.Cost.check(o.Floor); err != nil {
		return err
	}
	return open(ctx, dir, o.UnlockOptions, func(e *envelope, s secrets, secret []byte, _ FailedAttempts) error {
		defer s.wipe()
		if err := e.sealWith(o.New, secret, o.Cost, s, instant(o.Now)); err != nil {
			return err
		}
		return writeOfficerFile(dir, e)
	})
}

// NewDevice replaces the device key, and only it, and returns the keys unlocked: for a workspace
// that was copied or restored and must not write on in the log of its origin.
func NewDevice(ctx context.Context, dir string, o UnlockOptions) (*Unlocked, error) {
	var u *Unlocked
	err := open(ctx, dir, o, func(e *envelope, s secrets, secret []byte, failed FailedAttempts) (err error) {
		if err = e.replaceDevice(&s, o.Passphrase, secret, instant(o.Now)); err == nil {
			err = writeOfficerFile(dir, e)
		}
		if err != nil {
			s.wipe()
			return err
		}
		u, err = newUnlocked(e, s, failed)
		return err
	})
	return u, err
}

func (e *envelope) replaceDevice(s *secrets, p Passphrase, secret []byte, now time.Time) error {
	_, device, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make device key: %w", err)
	}
	clear(s.device)
	s.device = device
	return e.sealWith(p, secret, e.KDF.Cost, *s, now)
}
