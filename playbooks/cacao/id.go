package cacao

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// idShape is how well a string fits the identifier pattern of the specification.
type idShape int

const (
	idWrong idShape = iota
	idNewer         // a UUID of version 6 to 8, which the pattern of CACAO 2.0 rejects
	idFine
)

// splitID cuts an identifier into its type and its UUID.
func splitID(id string) (kind, uuid string) {
	if len(id) < 38 {
		return "", ""
	}
	at := len(id) - 38
	if id[at:at+2] != "--" {
		return "", ""
	}
	return id[:at], id[at+2:]
}

// shapeOf judges an identifier: a lower-case type, two hyphens, a UUID.
func shapeOf(id string) idShape {
	kind, uuid := splitID(id)
	if !plainType(kind) {
		return idWrong
	}
	for i, c := range []byte(uuid) {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (c == '-') || !hyphen && !isHex(c) {
			return idWrong
		}
	}
	if !strings.ContainsRune("89abAB", rune(uuid[19])) {
		return idWrong
	}
	switch version := uuid[14]; {
	case version >= '1' && version <= '5':
		return idFine
	case version >= '6' && version <= '8':
		return idNewer
	}
	return idWrong
}

func plainType(kind string) bool {
	for i, c := range []byte(kind) {
		letter, digit := c >= 'a' && c <= 'z', c >= '0' && c <= '9'
		inner := i > 0 && (digit || c == '-' && i < len(kind)-1)
		if !letter && !inner {
			return false
		}
	}
	return len(kind) >= 3
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// NewID mints an identifier with a random (version 4) UUID: other programs reject newer versions.
func NewID(kind string, random io.Reader) (string, error) {
	if !plainType(kind) {
		return "", fmt.Errorf("mint identifier: %q is not a type name", kind)
	}
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("mint identifier: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return kind + "--" + strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-"), nil
}

// timestampOf reads a timestamp; precise says that it has exactly three digits of fraction.
func timestampOf(s string) (at time.Time, precise, ok bool) {
	if !strings.HasSuffix(s, "Z") {
		return time.Time{}, false, false
	}
	plain := s
	if strings.Contains(s, ":60") { // a leap second is legal and unknown to package time
		plain = strings.Replace(s, ":60", ":59", 1)
	}
	at, err := time.Parse(time.RFC3339Nano, plain)
	_, fraction, _ := strings.Cut(s, ".")
	return at, len(fraction) == 4, err == nil
}

// Text returns what the command says, decoded when it stands in base64.
func (c Command) Text() (string, error) {
	if c.CommandB64 == "" {
		return c.Command, nil
	}
	b, err := base64.StdEncoding.DecodeString(c.CommandB64)
	if err != nil {
		return "", fmt.Errorf("decode command_b64: %w", err)
	}
	return string(b), nil
}
