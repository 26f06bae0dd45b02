package keys

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"
)

// Officer is the public half of an officer's keys.
type Officer struct {
	ID        string
	Name      string
	Authority ssh.PublicKey // nil in what UnlockIdentity returns: an identity file does not carry it
	Recipient *age.HybridRecipient
	Created   time.Time
}

// Info is what a key file tells without a passphrase. It is checked for damage, not for forgery:
// only unlocking proves it.
type Info struct {
	Officer   Officer
	Workspace string
	Device    ed25519.PublicKey
	Keychain  bool // a keychain secret takes part; without, the passphrase alone opens
	Cost      Cost
}

// Peek reads the key file in dir without opening it.
func Peek(dir string) (Info, error) {
	e, err := readOfficerFile(dir)
	if err != nil {
		return Info{}, err
	}
	return e.info()
}

// PeekIdentity is Peek for an identity file; authority and device key are nil.
func PeekIdentity(data []byte) (Info, error) {
	e, err := parseEnvelope(data)
	if err != nil {
		return Info{}, err
	}
	return e.info()
}

func (e *envelope) info() (Info, error) {
	pub, err := e.publics()
	if err != nil {
		return Info{}, err
	}
	return Info{e.officer(pub), e.Workspace, pub.device, e.Keychain, e.KDF.Cost}, nil
}

func (e *envelope) officer(pub publics) Officer {
	return Officer{e.Officer, e.Name, pub.authority, pub.recipient, e.Created}
}

// readOfficerFile reads a whole key file: all three parts.
func readOfficerFile(dir string) (*envelope, error) {
	data, err := readFile(filepath.Join(dir, officerFile), maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNoOfficer, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	e, err := parseEnvelope(data)
	if err != nil {
		return nil, err
	}
	return e, e.complete()
}

// writeOfficerFile replaces the key file. Under the lock.
func writeOfficerFile(dir string, e *envelope) error {
	data, err := e.encode()
	if err != nil {
		return err
	}
	if _, err := parseEnvelope(data); err != nil { // never write what could not be read again
		return fmt.Errorf("check key file before writing: %w", err)
	}
	return writeFile(dir, officerFile, data)
}
