package bag

import (
	"strings"
	"unicode/utf8"
)

// Limits of names in a bag.
const (
	maxSegment = 64
	maxDepth   = 6
)

// plainPath reports whether p is a relative path of plain segments. It refuses
// what RFC 8493 would have percent-encoded as well: such a name is never ours.
func plainPath(p string) bool {
	segments := strings.Split(p, "/")
	if len(segments) > maxDepth {
		return false
	}
	for _, s := range segments {
		if !plainSegment(s) {
			return false
		}
	}
	return true
}

// plainSegment accepts names that mean the same on every file system and in
// every tool: no "..", no hidden file, no option, no Windows device.
func plainSegment(s string) bool {
	if s == "" || len(s) > maxSegment || strings.HasSuffix(s, ".") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && (i == 0 || !strings.ContainsRune("._-", rune(c))) {
			return false
		}
	}
	return !windowsDevice(s)
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func windowsDevice(s string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(s), ".")
	switch base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) &&
		base[3] >= '1' && base[3] <= '9'
}

// Principal is the name of an officer in allowed_signers, in seals and on
// command lines: the id, with everything that a shell or ssh-keygen could read
// as more than a name replaced.
func (o Officer) Principal() string {
	name := o.ID
	if name == "" {
		name = o.Name
	}
	var b strings.Builder
	for _, r := range name {
		if r < utf8.RuneSelf && (alphanumeric(byte(r)) || strings.ContainsRune("._@", r) || r == '-' && b.Len() > 0) {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	return b.String()[:min(b.Len(), maxSegment)]
}

func isPrincipal(s string) bool { return s != "" && (Officer{ID: s}).Principal() == s }
