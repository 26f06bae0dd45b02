// Package canonical writes and reads the one byte form that Posko hashes and
// signs: RFC 8785 JSON (JCS).
//
// Two rules keep two readers from seeing two different things in the same
// bytes. Integers beyond 2^53 are strings, because JCS numbers are IEEE
// doubles. And a signed record is accepted only when its bytes, decoded and
// encoded again, are the same bytes: Go's decoder is lenient (it reads
// {"action":"close","ACTION":"delete"} as "delete"), the comparison is not.
package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"golang.org/x/text/unicode/norm"
)

// Limits on what Check and Decode accept.
const (
	MaxBytes = 8 << 20
	MaxDepth = 64
)

// Errors of this package; match them with errors.Is.
var (
	// ErrNotCanonical is returned for bytes that are valid JSON but not the one
	// canonical form of their value.
	ErrNotCanonical = errors.New("not canonical JSON (RFC 8785)")
	// ErrLimit is returned for input beyond MaxBytes or MaxDepth.
	ErrLimit = errors.New("JSON beyond the limit of size or depth")
)

// Marshal returns the canonical bytes of v.
func Marshal(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return Transform(raw)
}

// Transform returns the canonical form of any JSON text.
func Transform(raw []byte) ([]byte, error) {
	if err := withinLimits(raw); err != nil {
		return nil, err
	}
	out, err := jcs.Transform(raw)
	if err != nil {
		return nil, fmt.Errorf("canonicalise: %w", err)
	}
	return out, nil
}

// Check reports whether data is canonical, whatever it holds.
func Check(data []byte) error {
	if err := withinLimits(data); err != nil {
		return err
	}
	out, err := jcs.Transform(data)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if !bytes.Equal(out, data) {
		return ErrNotCanonical
	}
	return nil
}

// Decode reads a signed record into v, a pointer to a struct. It refuses
// unknown, duplicated and differently cased keys, trailing data, and any bytes
// that are not the canonical form of what was read.
func Decode(data []byte, v any) error {
	if err := Check(data); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	again, err := Marshal(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("%w: its fields do not encode to the same bytes", ErrNotCanonical)
	}
	return nil
}

// Text brings what a person typed into Unicode NFC and trims the white space
// around it. File names never pass through it.
func Text(s string) string {
	return strings.TrimSpace(norm.NFC.String(s))
}

func withinLimits(data []byte) error {
	if len(data) > MaxBytes {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrLimit, len(data), MaxBytes)
	}
	if !utf8.Valid(data) {
		return fmt.Errorf("%w: not UTF-8", ErrNotCanonical)
	}
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return fmt.Errorf("%w: nested deeper than %d", ErrLimit, MaxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
