package cases

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/canonical"
)

// Limits on what people type, in characters; MaxText is in bytes.
const (
	MaxTitle  = 200
	MaxName   = 200
	MaxLabel  = 100
	MaxReason = 2000
	MaxText   = 64 << 10
	minReason = 3
)

// input checks what a rule method was given and keeps the first refusal.
type input struct{ refusal *Refusal }

func (in *input) err() error {
	if in.refusal == nil {
		return nil
	}
	return in.refusal
}

func (in *input) refuse(rule string, args ...any) {
	if in.refusal == nil {
		in.refusal = refuse(rule, args...)
	}
}

// line reads one line that must not be empty.
func (in *input) line(field, s string, limit int) string {
	s = in.maybeLine(field, s, limit)
	if s == "" {
		in.refuse("missing", word(field))
	}
	return s
}

// maybeLine reads one line that may be empty.
func (in *input) maybeLine(field, s string, limit int) string {
	s = canonical.Text(s)
	switch {
	case !utf8.ValidString(s):
		in.refuse("not-utf8", word(field))
	case strings.ContainsFunc(s, unicode.IsControl):
		in.refuse("one-line", word(field))
	case utf8.RuneCountInString(s) > limit:
		in.refuse("too-long", word(field), limit)
	}
	return s
}

// text reads a text of several lines that must not be empty.
func (in *input) text(field, s string) string {
	s = in.maybeText(field, s)
	if s == "" {
		in.refuse("missing", word(field))
	}
	return s
}

// maybeText reads a text of several lines.
func (in *input) maybeText(field, s string) string {
	s = canonical.Text(strings.ReplaceAll(s, "\r\n", "\n"))
	switch {
	case !utf8.ValidString(s):
		in.refuse("not-utf8", word(field))
	case len(s) > MaxText:
		in.refuse("too-long", word(field), MaxText)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		in.refuse("control-characters", word(field))
	}
	return s
}

// reason reads a reason of at least three characters.
func (in *input) reason(s string) string {
	s = in.maybeText("reason", s)
	switch n := utf8.RuneCountInString(s); {
	case n < minReason:
		in.refuse("reason")
	case n > MaxReason:
		in.refuse("too-long", word("reason"), MaxReason)
	}
	return s
}

// oneOf reads one of the given words; empty is the fallback.
func (in *input) oneOf(field, s, fallback string, choices []string) string {
	s = strings.ToLower(canonical.Text(s))
	if s == "" {
		s = fallback
	}
	if !slices.Contains(choices, s) {
		in.refuse("choice", word(field), s, choices)
	}
	return s
}
