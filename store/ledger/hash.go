package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 value, written as 64 lower-case hex digits.
type Hash [sha256.Size]byte

// String returns the hex form.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the hex form.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 lower-case hex digits and nothing else.
func (h *Hash) UnmarshalText(text []byte) error {
	got, err := ParseHash(string(text))
	if err != nil {
		return err
	}
	*h = got
	return nil
}

// ParseHash reads 64 lower-case hex digits.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if len(s) != 2*len(h) {
		return h, fmt.Errorf("a hash has %d hex digits, not %d", 2*len(h), len(s))
	}
	for i := range h {
		high, low := hexDigit(s[2*i]), hexDigit(s[2*i+1])
		if high|low > 15 {
			return Hash{}, fmt.Errorf("%q are not two lower-case hex digits", s[2*i:2*i+2])
		}
		h[i] = high<<4 | low
	}
	return h, nil
}

// hexDigit is the value of a lower-case hex digit, or 255.
func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// LeafHash is the RFC 6962 hash of a leaf's canonical bytes.
func LeafHash(leaf []byte) Hash { return Hash(tlog.RecordHash(leaf)) }

// Commitment is what a leaf says about a plain body: SHA-256 of salt and body.
// The salt keeps a short body from being guessed.
func Commitment(salt, plain []byte) Hash {
	h := sha256.New()
	h.Write(salt)
	h.Write(plain)
	return Hash(h.Sum(nil))
}

// CipherHash is what a leaf says about an encrypted body.
func CipherHash(cipher []byte) Hash { return sha256.Sum256(cipher) }
