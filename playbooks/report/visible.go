package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible returns s with every character that a reader would not see, or that
// would reorder what is seen, written out: controls, bidirectional and
// zero-width marks, private-use and unassigned characters as \u{202E}, bytes
// that are no UTF-8 as \x{FF}. Line breaks stay; tabs and no-break spaces
// become spaces.
func Visible(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x{%02X}`, s[i])
		case r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			// One line break, not two.
		case r == '\t', r == '\u00a0', r == '\u202f':
			b.WriteByte(' ')
		case hidden(r):
			b.WriteString(Escape(r))
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// Escape writes out one character: \u{1F600}.
func Escape(r rune) string { return fmt.Sprintf(`\u{%04X}`, r) }

func hidden(r rune) bool {
	return r != '\n' && !unicode.IsPrint(r) || r == utf8.RuneError
}
