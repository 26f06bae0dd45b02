package keys

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"golang.org/x/text/unicode/norm"
)

// maxAnchor is enough for a hash.
const maxAnchor = 32

// CreateOptions say whose keys are made and how they are sealed.
type CreateOptions struct {
	WorkspaceID string // letters, digits, "-" and "_"
	OfficerID   string // the roster's id; empty: a new random one
	Name        string
	Anchor      []byte // up to 32 bytes that the keys are bound to: no other database can be put under them
	Passphrase  Passphrase
	Keychain    Keychain         // None() on a machine without
	Cost        Cost             // zero: MeasureCost()
	Floor       Cost             // zero: the release's floor; only tests lower it
	Now         func() time.Time // nil: time.Now
}

// Create makes an officer's keys in dir, which is made if need be, and returns them unlocked. It
// refuses an existing key file (ErrExists) and a short passphrase (ErrWeakPassphrase). Without a
// keychain on this machine the passphrase alone seals, and KeychainUsed says so; a keychain that
// is locked or does not answer is an error, because a weaker file must not come out of a hurry.
func Create(ctx context.Context, dir string, o CreateOptions) (*Unlocked, error) {
	return enrol(ctx, dir, nil, o)
}

// EnrolNew is Create for a restored workspace: the age identity is the given one, so that the
// evidence still opens; authority and device key are new, because signing keys are never backed
// up, and stand for nobody until the roster says so. Give the officer's OfficerID.
func EnrolNew(ctx context.Context, dir string, identity *age.HybridIdentity, o CreateOptions) (*Unlocked, error) {
	if identity == nil {
		return nil, fmt.Errorf("%w: no age identity to enrol", ErrOption)
	}
	return enrol(ctx, dir, identity, o)
}

func enrol(ctx context.Context, dir string, identity *age.HybridIdentity, o CreateOptions) (*Unlocked, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	var u *Unlocked
	// The keychain, too, is asked under the lock: of two processes that create at once, the loser
	// must not replace the secret that the winner sealed with.
	err := withLock(ctx, dir, func() (err error) {
		u, err = writeNew(ctx, dir, identity, o)
		return err
	})
	return u, err
}

// writeNew makes the secrets and the file. Under the lock.
func writeNew(ctx context.Context, dir string, identity *age.HybridIdentity, o CreateOptions) (u *Unlocked, err error) {
	if err := absent(dir); err != nil { // before anything reaches the keychain
		return nil, err
	}
	secret, err := ensureSecret(ctx, o.Keychain, o.WorkspaceID)
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	s, err := newSecrets(identity)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.wipe()
		}
	}()
	now := instant(o.Now)
	e := &envelope{header: header{
		Version: fileVersion, Workspace: o.WorkspaceID, Officer: o.OfficerID, Name: o.Name, Anchor: o.Anchor, Created: now,
	}}
	if err := e.sealWith(o.Passphrase, secret, o.Cost, s, now); err != nil {
		return nil, err
	}
	if err := writeOfficerFile(dir, e); err != nil {
		return nil, err
	}
	return newUnlocked(e, s, FailedAttempts{})
}

// complete fills in the defaults and checks the rest.
func (o *CreateOptions) complete() error {
	o.Name = norm.NFC.String(strings.TrimSpace(o.Name))
	if o.OfficerID == "" {
		o.OfficerID = strings.ToLower(rand.Text())
	}
	switch {
	case !validID(o.WorkspaceID):
		return fmt.Errorf("%w: workspace id %q", ErrOption, o.WorkspaceID)
	case !validID(o.OfficerID):
		return fmt.Errorf("%w: officer id %q", ErrOption, o.OfficerID)
	case !validName(o.Name):
		return fmt.Errorf("%w: officer's name must be 1 to %d printable characters", ErrOption, maxName)
	case o.Keychain == nil:
		return fmt.Errorf("%w: no keychain given", ErrOption)
	case len(o.Anchor) > maxAnchor:
		return fmt.Errorf("%w: anchor of %d bytes", ErrOption, len(o.Anchor))
	}
	if err := o.Passphrase.strongEnough(); err != nil {
		return err
	}
	if o.Cost == (Cost{}) {
		o.Cost = MeasureCost()
	}
	return o.Cost.check(o.Floor)
}

// sealWith gives the file a new salt and wrapping key and seals all parts under it.
func (e *envelope) sealWith(p Passphrase, secret []byte, c Cost, s secrets, now time.Time) error {
	e.KDF = kdf{Cost: c, Salt: make([]byte, saltBytes)}
	_, _ = rand.Read(e.KDF.Salt) // never fails: crypto/rand ends the program first
	e.Keychain, e.KeychainCheck = secret != nil, nil
	if secret != nil {
		e.KeychainCheck = keychainCheck(secret)
	}
	key, err := wrappingKey(p, e.KDF.Salt, c, secret)
	if err != nil {
		return err
	}
	defer clear(key)
	return e.sealAll(key, s, now)
}

func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return fmt.Errorf("make key folder: %w", err)
	}
	if err := os.Chmod(dir, folderMode); err != nil { // it may have been there, open to others
		return fmt.Errorf("close key folder to others: %w", err)
	}
	return nil
}

func absent(dir string) error {
	_, err := os.Lstat(filepath.Join(dir, officerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for a key file: %w", err)
	}
	return ErrExists
}

// instant is now in the form that survives JSON.
func instant(now func() time.Time) time.Time {
	if now == nil {
		now = time.Now
	}
	return now().UTC().Round(0)
}
