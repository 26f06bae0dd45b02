package keys

import (
	"fmt"
	"io"
	"log/slog"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	minPassphrase      = 8    // characters, for a new one
	maxPassphraseBytes = 1024 // more is a file given by mistake
	redacted           = "[redacted]"
)

// Passphrase holds what the officer typed, in NFC. It prints as "[redacted]" everywhere.
// Copies share the bytes; Wipe clears them all.
type Passphrase struct {
	// A function, because fmt calls no method for %p and for private fields of other structs, and
	// then prints what it finds: of a function, the address.
	reveal func() []byte
}

// NewPassphrase copies and normalises what was typed. It refuses an empty passphrase, one that is
// not UTF-8 and one above 1024 bytes with ErrPassphrase. Wipe text yourself.
func NewPassphrase(text []byte) (Passphrase, error) {
	if len(text) == 0 || len(text) > maxPassphraseBytes || !utf8.Valid(text) {
		return Passphrase{}, ErrPassphrase
	}
	normal := norm.NFC.Append(nil, text...)
	return Passphrase{func() []byte { return normal }}, nil
}

// bytes is nil for the zero Passphrase.
func (p Passphrase) bytes() []byte {
	if p.reveal == nil {
		return nil
	}
	return p.reveal()
}

// Wipe zeroes the bytes.
func (p Passphrase) Wipe() { clear(p.bytes()) }

// String redacts.
func (p Passphrase) String() string { return redacted }

// GoString redacts.
func (p Passphrase) GoString() string { return redacted }

// Format redacts under every verb; %d would print the bytes otherwise.
func (p Passphrase) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue redacts.
func (p Passphrase) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON redacts.
func (p Passphrase) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// strongEnough is the rule for a new passphrase.
func (p Passphrase) strongEnough() error {
	if utf8.RuneCount(p.bytes()) < minPassphrase {
		return ErrWeakPassphrase
	}
	return nil
}
