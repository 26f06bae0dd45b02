package keys

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"
)

const (
	maxID     = 64
	maxName   = 200 // characters
	maxSealed = 8 * kib
)

// validate checks what the checksum cannot: that the content makes sense.
func (e *envelope) validate() error {
	if e.Version != fileVersion || !validID(e.Workspace) || !validID(e.Officer) || !validName(e.Name) {
		return fmt.Errorf("%w: version, workspace, officer or name", ErrDamaged)
	}
	if len(e.KDF.Salt) != saltBytes || e.Keychain != (len(e.KeychainCheck) == checkBytes) {
		return fmt.Errorf("%w: salt or keychain check", ErrDamaged)
	}
	for _, p := range []*part{e.Authority, e.Identity, e.Device} {
		if p != nil && (len(p.Sealed) == 0 || len(p.Sealed) > maxSealed) {
			return fmt.Errorf("%w: size of a sealed part", ErrDamaged)
		}
	}
	if e.Identity == nil {
		return fmt.Errorf("%w: no identity", ErrDamaged)
	}
	_, err := e.publics()
	return err
}

// complete tells a whole key file from an identity file.
func (e *envelope) complete() error {
	if e.Authority == nil || e.Device == nil {
		return fmt.Errorf("%w: a key is not in it", ErrDamaged)
	}
	return nil
}

// publics are the decoded public halves; those of absent parts are nil.
type publics struct {
	authority ssh.PublicKey
	recipient *age.HybridRecipient
	device    ed25519.PublicKey
}

func (e *envelope) publics() (p publics, err error) {
	if e.Authority != nil {
		if p.authority, err = parseKeyFile(e.Authority.Public); err != nil {
			return publics{}, err
		}
	}
	if p.recipient, err = age.ParseHybridRecipient(e.Identity.Public); err != nil || p.recipient.String() != e.Identity.Public {
		return publics{}, fmt.Errorf("%w: age recipient", ErrDamaged)
	}
	if e.Device != nil {
		raw, err := base64.StdEncoding.Strict().DecodeString(e.Device.Public)
		if err != nil || len(raw) != ed25519.PublicKeySize {
			return publics{}, fmt.Errorf("%w: device key", ErrDamaged)
		}
		p.device = raw
	}
	return p, nil
}

// parseKeyFile reads an Ed25519 public key in exactly the form publicLine writes.
func parseKeyFile(line string) (ssh.PublicKey, error) {
	pub, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil || pub.Type() != ssh.KeyAlgoED25519 || publicLine(pub) != line {
		return nil, fmt.Errorf("%w: authority key", ErrDamaged)
	}
	return pub, nil
}

// publicLine is the canonical key file without its newline.
func publicLine(pub ssh.PublicKey) string { return strings.TrimSuffix(string(KeyFile(pub)), "\n") }

// validID allows what is safe in file names, keychain accounts and shell quoting.
func validID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return true
}

func validName(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxName &&
		strings.TrimSpace(name) == name && !strings.ContainsFunc(name, unicode.IsControl)
}
