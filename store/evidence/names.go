package evidence

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// displayName makes bytes from a file system into text for a title: what is not
// printable is shown escaped.
func displayName(name string) string {
	var out strings.Builder
	for len(name) > 0 {
		r, size := utf8.DecodeRuneInString(name)
		switch {
		case r == utf8.RuneError && size == 1, !unicode.IsPrint(r):
			out.WriteString("\uFFFD")
		default:
			out.WriteRune(r)
		}
		name = name[size:]
	}
	return short(out.String(), 180)
}

func commandTitle(argv []string) string { return displayName(strings.Join(argv, " ")) }

func short(s string, limit int) string {
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return s
}
