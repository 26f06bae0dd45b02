package cases

import (
	"fmt"
	"strings"
	"unicode"
)

// What [Suspicious] finds; "" when there is nothing to warn of.
const (
	SuspectBidi      = "bidi"         // characters that turn the reading direction
	SuspectInvisible = "invisible"    // characters that nobody sees
	SuspectMixed     = "mixed-script" // letters of look-alike scripts in one word
	SuspectPunycode  = "punycode"     // a name in its xn-- spelling
)

// Suspicious reports why text may not be what it looks like, as one of the
// Suspect constants. Names for people come from [SuspicionText].
func Suspicious(s string) string {
	for _, r := range s {
		switch {
		case isBidi(r):
			return SuspectBidi
		case isInvisible(r):
			return SuspectInvisible
		}
	}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("@/:,;()<>\"'", r) }) {
		if mixed(w) {
			return SuspectMixed
		}
		if strings.HasPrefix(strings.ToLower(w), "xn--") || strings.Contains(strings.ToLower(w), ".xn--") {
			return SuspectPunycode
		}
	}
	return ""
}

// SuspicionText is the warning for people.
func SuspicionText(lang, suspicion string) string { return text(lang, "suspect."+suspicion) }

// Visible writes the characters that hide or turn text as escapes, so that
// what is read is what is there.
func Visible(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "\\u{%x}", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func hidden(r rune) bool {
	return isBidi(r) || isInvisible(r) || unicode.IsControl(r) && r != '\n' && r != '\t'
}

func isBidi(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

// isInvisible counts joiners too: the scripts and emoji that need them are
// shown with an escape, which is ugly and honest.
func isInvisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || r == '\u2028' || r == '\u2029'
}

// mixed reports whether a word holds letters of more than one of the scripts
// whose letters look alike. Dots do not end a word: a Cyrillic name under a
// Latin top-level domain is mixed.
func mixed(s string) bool {
	seen := 0
	for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee} {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(script, r) }) {
			seen++
		}
	}
	return seen > 1
}
