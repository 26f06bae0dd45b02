package collect

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// VisibleName makes the bytes of a name into one line of text for people. What
// cannot be seen, moves the cursor or turns the reading direction is shown as
// \x0A or \u{202E}, a byte that is not UTF-8 as \xFF. A backslash is doubled, so
// that two names never look the same.
func VisibleName(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); {
		r, size := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02X`, name[i])
		case r == '\\':
			b.WriteString(`\\`)
		case r < utf8.RuneSelf && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\x%02X`, r)
		case r == utf8.RuneError, !unicode.IsPrint(r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
			fmt.Fprintf(&b, `\u{%04X}`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// ValidName is the name itself, or, when that is not UTF-8 and so can be no
// JSON, its visible form.
func ValidName(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return VisibleName(name)
}
