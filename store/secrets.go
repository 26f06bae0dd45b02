package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/posko-ir/posko/store/ledger"
)

const (
	keyBytes  = 32
	saltBytes = 32
)

// ErrSealed is returned for bytes that do not open with the key at hand:
// damaged, or of another case.
var ErrSealed = errors.New("the encrypted bytes are damaged or belong elsewhere")

// secrets are what it takes to read one subject: the key of its bodies and,
// for a case, the identity that its evidence is encrypted to. gen counts the
// generations of a case's key.
type secrets struct {
	Gen      uint32 `json:"gen"`
	Key      []byte `json:"key"`
	Identity string `json:"identity,omitempty"`

	body cipher.AEAD
}

func newSecrets(withIdentity bool) (*secrets, error) {
	s := &secrets{Gen: 1, Key: make([]byte, keyBytes)}
	rand.Read(s.Key)
	if withIdentity {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			return nil, fmt.Errorf("make evidence identity: %w", err)
		}
		s.Identity = id.String()
	}
	var err error
	s.body, err = subkey(s.Key, "posko body v1")
	return s, err
}

// anchor names the key to whoever holds it. The officer's sealed key file
// carries it, so that only this key, and what is encrypted under it, counts as
// the workspace: age says for whom something is, never from whom.
func (s *secrets) anchor() []byte {
	sum := sha256.Sum256(append([]byte("posko workspace anchor v1"), s.Key...))
	return sum[:]
}

// subkey derives one AES-256-GCM key for one purpose (HKDF, RFC 5869).
func subkey(key []byte, purpose string) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, key, nil, purpose, keyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// wrapFor seals the secrets to an officer's age recipient.
func (s *secrets) wrapFor(to age.Recipient) ([]byte, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	return out.Bytes(), nil
}

func unwrap(data []byte, with ...age.Identity) (*secrets, error) {
	r, err := age.Decrypt(bytes.NewReader(data), with...)
	if err != nil {
		return nil, fmt.Errorf("unwrap key: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, 64<<10))
	if err != nil {
		return nil, fmt.Errorf("unwrap key: %w", err)
	}
	var s secrets
	if err := json.Unmarshal(plain, &s); err != nil || len(s.Key) != keyBytes {
		return nil, fmt.Errorf("unwrap key: %w", ErrSealed)
	}
	s.body, err = subkey(s.Key, "posko body v1")
	return &s, err
}

// sealBody encrypts salt and plain body for one place in one log. The
// generation of the key stands in front.
func (s *secrets) sealBody(place string, salt, plain []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, s.Gen)
	message := append(append(make([]byte, 0, len(salt)+len(plain)), salt...), plain...)
	return s.body.Seal(out, nil, message, []byte(place))
}

// openBody decrypts a body and checks it against what its leaf committed to.
func (s *secrets) openBody(place string, sealed []byte, commit ledger.Hash) (salt, plain []byte, err error) {
	if len(sealed) < 4 || binary.BigEndian.Uint32(sealed) != s.Gen {
		return nil, nil, ErrSealed
	}
	message, err := s.body.Open(nil, nil, sealed[4:], []byte(place))
	if err != nil || len(message) < saltBytes {
		return nil, nil, ErrSealed
	}
	salt, plain = message[:saltBytes], message[saltBytes:]
	if ledger.Commitment(salt, plain) != commit {
		return nil, nil, ErrSealed
	}
	return salt, plain, nil
}

// atRest opens what the workspace's key seals: the leaves.
type atRest struct{ leaves cipher.AEAD }

func newAtRest(key []byte) (atRest, error) {
	leaves, err := subkey(key, "posko leaf v1")
	return atRest{leaves}, err
}

func (a atRest) sealLeaf(row int64, leaf []byte) []byte {
	return a.leaves.Seal(nil, nil, leaf, binary.BigEndian.AppendUint64(nil, uint64(row)))
}

func (a atRest) openLeaf(row int64, sealed []byte) ([]byte, error) {
	var aad [8]byte
	binary.BigEndian.PutUint64(aad[:], uint64(row))
	leaf, err := a.leaves.Open(nil, nil, sealed, aad[:])
	if err != nil {
		return nil, ErrSealed
	}
	return leaf, nil
}
