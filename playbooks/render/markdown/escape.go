package markdown

import (
	"strings"
	"unicode"

	"github.com/posko-ir/posko/playbooks/report"
)

// escape makes one line of text inert. The punctuation below is escaped
// wherever it stands. The rest counts only in some places and is escaped only
// there, to keep prose readable: at the start of a line what opens a list, a
// heading or a rule; "://" and "www." because GitHub links them by itself. A
// mail address is linked by some readers whatever is written before its "@".
func escape(s string) string {
	s = report.Visible(s)
	var b strings.Builder
	for i, r := range s {
		switch {
		case strings.ContainsRune("\\`*_[]<>|~&#@$", r), i == 0 && strings.ContainsRune("+-=:!", r),
			r == ':' && strings.HasPrefix(s[i:], "://"),
			r == '.' && afterWWW(s[:i]),
			(r == '.' || r == ')') && allDigits(s[:i]):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func afterWWW(s string) bool {
	return len(s) >= 3 && strings.EqualFold(s[len(s)-3:], "www")
}

func allDigits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}

// indent keeps the spaces that a line begins with; as plain spaces they would
// be dropped, or make a block of code.
func indent(s string) string {
	text := strings.TrimLeft(s, " ")
	return strings.Repeat("&nbsp;", len(s)-len(text)) + escape(text)
}

// paragraph returns the lines of running text. A line break becomes a hard
// break, an empty line ends the paragraph.
func paragraph(s string) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	lines := strings.Split(strings.Trim(report.Visible(s), "\n"), "\n")
	for i := range lines {
		lines[i] = indent(strings.TrimRight(lines[i], " "))
	}
	for i := range len(lines) - 1 {
		if lines[i] != "" && lines[i+1] != "" {
			lines[i] += "\\"
		}
	}
	return lines
}

// line returns text that must stay on one line of the file: a cell, a heading.
func line(s string) string {
	lines := strings.Split(strings.Trim(report.Visible(s), "\n"), "\n")
	for i := range lines {
		lines[i] = indent(strings.TrimRight(lines[i], " "))
	}
	return strings.Join(lines, "<br>")
}

// code sets a hash or a command in a code span, where nothing needs escaping
// but the two characters that would end the span or the cell. Text with one of
// those is set as ordinary text.
func code(s string) string {
	s = report.Visible(s)
	if strings.TrimSpace(s) == "" || strings.ContainsAny(s, "`|\n") {
		return line(s)
	}
	if strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " " // one space on each side is dropped by the reader
	}
	return "`" + s + "`"
}
