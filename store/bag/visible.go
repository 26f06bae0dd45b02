package bag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible makes a text safe to print on one line of a terminal or a page: what
// cannot be seen, moves the cursor, or turns the direction of writing is shown
// as \u{202e}, and bytes that are not UTF-8 as \xff. A backslash is doubled, so
// that two different texts never look the same.
func visible(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\\':
			b.WriteString(`\\`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u{%04x}`, r)
		}
		i += size
	}
	return b.String()
}

// valid is s, or its visible form when s is not UTF-8 and so cannot be JSON.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return visible(s)
}
