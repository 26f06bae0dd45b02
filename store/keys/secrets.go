package keys

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"
)

// Names of the parts, as they are bound into the seal.
const (
	partAuthority = "authority"
	partIdentity  = "identity"
	partDevice    = "device"
)

// secrets are the private halves.
type secrets struct {
	authority ed25519.PrivateKey
	identity  *age.HybridIdentity
	device    ed25519.PrivateKey
}

// newSecrets makes a new authority and device key, and an age identity unless one is given.
func newSecrets(identity *age.HybridIdentity) (s secrets, err error) {
	if s.identity = identity; identity == nil {
		if s.identity, err = age.GenerateHybridIdentity(); err != nil {
			return secrets{}, fmt.Errorf("make age identity: %w", err)
		}
	}
	if _, s.authority, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return secrets{}, fmt.Errorf("make authority key: %w", err)
	}
	if _, s.device, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return secrets{}, fmt.Errorf("make device key: %w", err)
	}
	return s, nil
}

func (s *secrets) wipe() {
	clear(s.authority)
	clear(s.device)
	*s = secrets{}
}

// sealAll seals every part anew under key. Created instants of parts that exist are kept.
func (e *envelope) sealAll(key []byte, s secrets, now time.Time) error {
	authority, err := ssh.NewPublicKey(s.authority.Public())
	if err != nil {
		return fmt.Errorf("encode authority key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(s.authority, "")
	if err != nil {
		return fmt.Errorf("encode authority key: %w", err)
	}
	defer clear(block.Bytes)
	e.Authority = e.Authority.renewed(publicLine(authority), now)
	e.Identity = e.Identity.renewed(s.identity.Recipient().String(), now)
	e.Device = e.Device.renewed(devicePublic(s.device), now)
	return errors.Join(
		e.sealPart(key, partAuthority, e.Authority, pem.EncodeToMemory(block)),
		e.sealPart(key, partIdentity, e.Identity, []byte(s.identity.String())),
		e.sealPart(key, partDevice, e.Device, s.device.Seed()),
	)
}

// renewed is a part to be sealed; it keeps its age as long as its key stays.
func (p *part) renewed(public string, now time.Time) *part {
	if p != nil && p.Public == public {
		return &part{Public: public, Created: p.Created}
	}
	return &part{Public: public, Created: now}
}

func (e *envelope) sealPart(key []byte, name string, p *part, plain []byte) error {
	defer clear(plain)
	aad, err := e.aad(name, p)
	if err != nil {
		return err
	}
	p.Sealed, err = seal(key, plain, aad)
	return err
}

// unsealPart returns nil without an error when the part is absent.
func (e *envelope) unsealPart(key []byte, name string, p *part) ([]byte, error) {
	if p == nil {
		return nil, nil
	}
	aad, err := e.aad(name, p)
	if err != nil {
		return nil, err
	}
	return unseal(key, p.Sealed, aad)
}

// unsealAll opens every part that is there. If none opens the key is wrong (ErrWrongPassphrase);
// if only some open the key is right and the file is damaged, whatever its checksum says.
func (e *envelope) unsealAll(key []byte) (secrets, error) {
	authority, errA := e.unsealPart(key, partAuthority, e.Authority)
	identity, errI := e.unsealPart(key, partIdentity, e.Identity)
	device, errD := e.unsealPart(key, partDevice, e.Device)
	defer func() { clear(authority); clear(identity); clear(device) }()
	if identity == nil && authority == nil && device == nil {
		return secrets{}, ErrWrongPassphrase
	}
	if err := errors.Join(errA, errI, errD); err != nil {
		return secrets{}, fmt.Errorf("%w: a part does not open", ErrDamaged)
	}
	s, err := decodeSecrets(authority, identity, device)
	if err != nil {
		return secrets{}, err
	}
	if err := e.matches(s); err != nil {
		s.wipe()
		return secrets{}, err
	}
	return s, nil
}

// decodeSecrets reads what the parts held. The errors of the decoders are dropped: they might quote.
func decodeSecrets(authority, identity, device []byte) (s secrets, err error) {
	if authority != nil {
		raw, err := ssh.ParseRawPrivateKey(authority)
		key, ok := raw.(*ed25519.PrivateKey)
		if err != nil || !ok {
			return secrets{}, fmt.Errorf("%w: authority key", ErrDamaged)
		}
		s.authority = *key
	}
	if s.identity, err = age.ParseHybridIdentity(string(identity)); err != nil {
		return secrets{}, fmt.Errorf("%w: age identity", ErrDamaged)
	}
	if device != nil {
		if len(device) != ed25519.SeedSize {
			return secrets{}, fmt.Errorf("%w: device key", ErrDamaged)
		}
		s.device = ed25519.NewKeyFromSeed(device)
	}
	return s, nil
}

// matches holds every secret against its public half.
func (e *envelope) matches(s secrets) error {
	fits := s.identity.Recipient().String() == e.Identity.Public
	if s.device != nil {
		fits = fits && devicePublic(s.device) == e.Device.Public
	}
	if s.authority != nil {
		pub, err := ssh.NewPublicKey(s.authority.Public())
		fits = fits && err == nil && publicLine(pub) == e.Authority.Public
	}
	if !fits {
		return fmt.Errorf("%w: a secret does not fit its public half", ErrDamaged)
	}
	return nil
}

// publicOf is the second half of an Ed25519 private key.
func publicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	public, _ := key.Public().(ed25519.PublicKey)
	return public
}

func devicePublic(device ed25519.PrivateKey) string {
	return base64.StdEncoding.EncodeToString(publicOf(device))
}
