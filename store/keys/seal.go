package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"

	"golang.org/x/crypto/argon2"
)

const (
	wrapLabel  = "posko key file v1: wrapping key"
	partLabel  = "posko key file v1: sealed part"
	checkLabel = "posko key file v1: keychain check\x00"
	checkBytes = 16
	saltBytes  = 16
)

// wrappingKey derives the key that seals the parts. secret is nil without a keychain.
func wrappingKey(p Passphrase, salt []byte, c Cost, secret []byte) ([]byte, error) {
	if len(p.bytes()) == 0 {
		return nil, ErrPassphrase
	}
	derived := argon2.IDKey(p.bytes(), salt, c.Time, c.MemoryKiB, c.Threads, wrappingKeyBytes)
	defer clear(derived)
	key, err := hkdf.Key(sha256.New, derived, secret, wrapLabel, wrappingKeyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive wrapping key: %w", err)
	}
	return key, nil
}

// keychainCheck is a short fingerprint of a keychain secret. The secret is 32 random bytes, so
// the fingerprint tells nothing about it.
func keychainCheck(secret []byte) []byte {
	sum := sha256.Sum256(append([]byte(checkLabel), secret...))
	return sum[:checkBytes]
}

// seal encrypts one part under the wrapping key; the nonce stands in front.
func seal(key, plain, aad []byte) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, plain, aad), nil
}

// unseal reverses seal.
func unseal(key, sealed, aad []byte) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, sealed, aad)
	if err != nil {
		return nil, fmt.Errorf("unseal part: %w", err)
	}
	return plain, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("set up cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("set up cipher: %w", err)
	}
	return aead, nil
}
