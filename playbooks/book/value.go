package book

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/guide"
)

// Limits of values.
const (
	MaxLine   = 500    // characters
	MaxText   = 30_000 // bytes; a cell of a sheet has room for it and what guards it
	MaxNumber = 100_000
	minReason = 3
)

// The forms of values that have one.
var (
	phoneForm    = regexp.MustCompile(`(?i)^[0-9+()/.#* -]+( ?(x|ext\.?|int\.?) ?[0-9]+)?$`)
	emailForm    = regexp.MustCompile(`^[^\s@,;:<>"()]+@[^\s@.,;:<>"()]+(\.[^\s@.,;:<>"()]+)+$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8})*$`)
	durationForm = regexp.MustCompile(`^[0-9]{1,5}(min|h|d|w)$`)
	domainForm   = regexp.MustCompile(`^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_-]*(\.[\p{L}\p{N}_][\p{L}\p{N}\p{M}_-]*)+$`)
)

// Fold is the form in which names are compared: NFC, without case, single
// spaces.
func Fold(s string) string {
	return cases.Fold().String(strings.Join(strings.Fields(canonical.Text(s)), " "))
}

// Parse checks a value and returns the one form in which it is kept. Parsing
// that form again gives the same; nothing stays nothing.
func (c Column) Parse(s string) (string, error) {
	v, r := c.parse(s)
	if r != nil {
		return "", r
	}
	return v, nil
}

func (c Column) parse(s string) (string, *Refusal) {
	s = canonical.Text(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"))
	if r := c.readable(s); r != nil {
		return "", r
	}
	if s == "" {
		if c.Required {
			return "", refuse("missing", column(c.Key))
		}
		return "", nil
	}
	v, ok := c.normal(s)
	if !ok {
		return "", refuse(c.Type, column(c.Key), s)
	}
	return v, nil
}

// readable refuses what no column takes.
func (c Column) readable(s string) *Refusal {
	long := c.Type == TypeText || c.Type == TypeList || c.Type == TypeDomains
	switch {
	case !utf8.ValidString(s), strings.ContainsRune(s, utf8.RuneError):
		return refuse("lost-character", column(c.Key))
	case long && len(s) > MaxText:
		return refuse("too-long", column(c.Key), MaxText)
	case !long && strings.Contains(s, "\n"):
		return refuse("one-line", column(c.Key))
	case !long && utf8.RuneCountInString(s) > MaxLine:
		return refuse("too-long", column(c.Key), MaxLine)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return refuse("control-character", column(c.Key))
	}
	return nil
}

func (c Column) normal(s string) (string, bool) {
	switch c.Type {
	case TypePhone:
		return s, phoneForm.MatchString(s) && digits(s) >= 3
	case TypeEmail:
		return s, len(s) <= 254 && emailForm.MatchString(s)
	case TypeLanguage:
		s = strings.ToLower(s)
		return s, languageForm.MatchString(s)
	case TypeInteger:
		n, err := strconv.Atoi(s)
		return strconv.Itoa(n), err == nil && n >= 0 && n <= MaxNumber
	case TypeBool:
		return yesOrNo(s)
	case TypeDuration:
		s = strings.ReplaceAll(strings.ToLower(s), " ", "")
		return s, durationForm.MatchString(s)
	case TypeRole:
		return roleOf(s)
	case TypeList:
		return strings.Join(parts(s, ";\n"), "; "), len(parts(s, ";\n")) > 0
	case TypeDomains:
		return domains(s)
	}
	return s, true
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

func yesOrNo(s string) (string, bool) {
	s = strings.ToLower(s)
	switch {
	case slices.Contains([]string{"yes", "y", "true", "1", "x", "ya", "sì", "si", "ja"}, s):
		return "yes", true
	case slices.Contains([]string{"no", "n", "false", "0", "tidak", "nein"}, s):
		return "no", true
	}
	return "", false
}

// roleOf reads a role by its key or its name in any language.
func roleOf(s string) (string, bool) {
	for _, role := range guide.ContactRoles() {
		for _, lang := range languages() {
			if Fold(s) == role || Fold(s) == Fold(RoleLabel(lang, role)) {
				return role, true
			}
		}
	}
	return "", false
}

func domains(s string) (string, bool) {
	all := parts(strings.ToLower(s), ";,\n\t ")
	for _, d := range all {
		if len(d) > 253 || !domainForm.MatchString(d) {
			return "", false
		}
	}
	return strings.Join(all, "; "), len(all) > 0
}

// parts splits a list and leaves out what is empty or doubled.
func parts(s, separators string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}
