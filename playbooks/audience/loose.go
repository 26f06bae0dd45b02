package audience

import (
	"strings"
	"unicode/utf8"
)

// loosen reads a text as programs write it: JSON escapes, percent encoding and
// quoted-printable become the characters that they stand for. It is only for
// searching: what is no escape stays as it is.
func loosen(s string) string {
	if !strings.ContainsAny(s, `\%=`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := escape(s[i:])
		b.WriteString(c)
		i += n
	}
	out := b.String()
	if !utf8.ValidString(out) {
		return strings.ToValidUTF8(out, " ")
	}
	return out
}

// escape reads one character or escape at the beginning of s.
func escape(s string) (text string, size int) {
	switch {
	case s[0] == '\\' && len(s) > 1:
		return backslash(s)
	case s[0] == '=' && len(s) > 1 && s[1] == '\n':
		return "", 2
	case s[0] == '=' && len(s) > 2 && s[1:3] == "\r\n":
		return "", 3
	case (s[0] == '%' || s[0] == '=') && len(s) > 2:
		if v, ok := hex(s[1:3]); ok {
			return string([]byte{byte(v)}), 3
		}
	}
	return s[:1], 1
}

func backslash(s string) (text string, size int) {
	switch s[1] {
	case 'n', 'r', 't', 'f', 'b':
		return " ", 2
	case 'u':
		if len(s) >= 6 {
			if v, ok := hex(s[2:6]); ok {
				return string(rune(v)), 6
			}
		}
	}
	return s[1:2], 2
}

// hex reads hexadecimal digits of either case.
func hex(digits string) (v int, ok bool) {
	for _, d := range []byte(digits) {
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d|0x20 >= 'a' && d|0x20 <= 'f':
			d = d | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		v = v<<4 | int(d)
	}
	return v, true
}
