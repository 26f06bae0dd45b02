package keys

import (
	"crypto"
	"crypto/ed25519"
	"fmt"
	"io"
	"slices"
	"sync"

	"filippo.io/age"
	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// Unlocked holds an officer's keys while they are in use. It is safe for several goroutines and
// prints as "[redacted]". After Lock every use returns ErrLocked.
type Unlocked struct {
	officer   Officer
	authority ed25519.PublicKey
	device    ed25519.PublicKey
	keychain  bool
	anchor    []byte
	failed    FailedAttempts

	mu      sync.RWMutex
	secrets *secrets // a pointer, so that fmt stops at its address
	locked  bool
}

func newUnlocked(e *envelope, s secrets, failed FailedAttempts) (*Unlocked, error) {
	pub, err := e.publics()
	if err != nil {
		return nil, err
	}
	return &Unlocked{
		officer: e.officer(pub), authority: publicOf(s.authority), device: pub.device,
		keychain: e.Keychain, anchor: e.Anchor, failed: failed, secrets: &s,
	}, nil
}

// Officer is the public half.
func (u *Unlocked) Officer() Officer { return u.officer }

// Anchor is what the keys were bound to when they were made. The passphrase vouches for it.
func (u *Unlocked) Anchor() []byte { return slices.Clone(u.anchor) }

// KeychainUsed is false when the passphrase alone opens the keys, which is weaker; tell the officer.
func (u *Unlocked) KeychainUsed() bool { return u.keychain }

// FailedAttempts are the wrong passphrases before this unlock. Record them as one entry, then
// call ClearAttempts with them.
func (u *Unlocked) FailedAttempts() FailedAttempts { return u.failed }

// DevicePublic verifies what DeviceSigner signs.
func (u *Unlocked) DevicePublic() ed25519.PublicKey { return slices.Clone(u.device) }

// Identity decrypts what was encrypted to the officer.
func (u *Unlocked) Identity() (*age.HybridIdentity, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if u.locked {
		return nil, ErrLocked
	}
	return u.secrets.identity, nil
}

// DeviceSigner signs with the device key: messages as they are (crypto.Hash(0)), Ed25519.
func (u *Unlocked) DeviceSigner() crypto.Signer {
	return signer{u, u.device, func(s *secrets) ed25519.PrivateKey { return s.device }}
}

// SignAuthority signs message in the officer's name: an armored SSHSIG over SHA-512 in the given
// namespace, such as "posko-seal-v1". `ssh-keygen -Y verify` accepts it.
func (u *Unlocked) SignAuthority(namespace string, message io.Reader) ([]byte, error) {
	authority, err := ssh.NewSignerFromSigner(signer{
		u, u.authority, func(s *secrets) ed25519.PrivateKey { return s.authority },
	})
	if err != nil {
		return nil, fmt.Errorf("sign with the authority key: %w", err)
	}
	sig, err := sshsig.Sign(message, authority, sshsig.HashSHA512, namespace)
	if err != nil {
		return nil, fmt.Errorf("sign with the authority key: %w", err)
	}
	return sshsig.Armor(sig), nil
}

// signer is one of the signing keys, looked up and held only while it signs, so that Lock waits
// for a signature and never for the reading of a message.
type signer struct {
	u      *Unlocked
	public ed25519.PublicKey
	pick   func(*secrets) ed25519.PrivateKey
}

// Public is an ed25519.PublicKey.
func (s signer) Public() crypto.PublicKey { return slices.Clone(s.public) }

// Sign signs message unless the keys are locked.
func (s signer) Sign(random io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	s.u.mu.RLock()
	defer s.u.mu.RUnlock()
	if s.u.locked {
		return nil, ErrLocked
	}
	sig, err := s.pick(s.u.secrets).Sign(random, message, opts)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return sig, nil
}

// Lock wipes the signing keys and lets go of the age identity. It waits for signatures under way.
func (u *Unlocked) Lock() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.secrets.wipe()
	u.locked = true
}

// Format redacts under every verb: %v would print the private fields.
func (u *Unlocked) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }
