package audience

import (
	"bytes"
	"encoding/base64"
	"html"
	"strings"
	"unicode/utf8"
)

// ahead is how far a loosener looks before it reads an escape: the longest are
// the encoded words of mail, of 75 characters, with the white space after them.
const ahead = 256

// A loosener reads a text as programs write it: JSON escapes, percent encoding,
// quoted-printable, the entities of HTML and the encoded words of mail (RFC 2047)
// become the characters that they stand for. It is only for searching: what is no
// escape stays as it is. The text may come in pieces that end anywhere.
type loosener struct {
	out  func(string)
	in   []byte // not read yet
	done []byte // read, and not given on yet
	word bool   // an encoded word has just ended
}

// Write reads on as far as what stands there is certain.
func (l *loosener) Write(piece string) {
	l.in = append(l.in, piece...)
	l.read(len(l.in) - ahead)
}

// Close reads the rest.
func (l *loosener) Close() {
	l.read(len(l.in))
	l.give(true)
}

func (l *loosener) read(until int) {
	at := 0
	for at < until {
		s := l.in[at:]
		if gap := l.gap(s); gap > 0 {
			at += gap
			continue
		}
		text, size, word := escape(s)
		l.done, l.word = append(l.done, text...), word
		at += size
	}
	l.in = l.in[:copy(l.in, l.in[at:])]
	l.give(false)
}

// gap is the white space between two encoded words, which is not part of the text.
func (l *loosener) gap(s []byte) int {
	if !l.word {
		return 0
	}
	rest := bytes.TrimLeft(s[:min(len(s), ahead/2)], " \t\r\n")
	size := min(len(s), ahead/2) - len(rest)
	if _, n := encodedWord(s[size:]); n > 0 {
		return size
	}
	return 0
}

// give passes whole characters on. What is not UTF-8 is read as Latin-1, which
// most such escapes are.
func (l *loosener) give(end bool) {
	var b strings.Builder
	at := 0
	for at < len(l.done) && (end || utf8.FullRune(l.done[at:])) {
		r, size := utf8.DecodeRune(l.done[at:])
		if r == utf8.RuneError && size == 1 {
			r = rune(l.done[at])
		}
		b.WriteRune(r)
		at += size
	}
	l.done = l.done[:copy(l.done, l.done[at:])]
	if b.Len() > 0 {
		l.out(b.String())
	}
}

// escape reads one byte or escape at the beginning of s.
func escape(s []byte) (text []byte, size int, word bool) {
	switch s[0] {
	case '\\':
		text, size = backslash(s)
	case '=', '%':
		if text, size = encodedWord(s); size > 0 {
			return text, size, true
		}
		text, size = byHex(s)
	case '&':
		text, size = entity(s)
	}
	if size == 0 {
		return s[:1], 1, false
	}
	return text, size, false
}

// byHex reads =C3 and %C3, and the end of a line that goes on.
func byHex(s []byte) (text []byte, size int) {
	switch {
	case s[0] == '=' && bytes.HasPrefix(s[1:], []byte("\n")):
		return nil, 2
	case s[0] == '=' && bytes.HasPrefix(s[1:], []byte("\r\n")):
		return nil, 3
	case len(s) > 2:
		if v, ok := hex(s[1:3]); ok {
			return []byte{byte(v)}, 3
		}
	}
	return nil, 0
}

// encodedWord reads =?charset?B?text?= or the same with Q; size 0: it is none.
func encodedWord(s []byte) (text []byte, size int) {
	if !bytes.HasPrefix(s, []byte("=?")) {
		return nil, 0
	}
	parts := bytes.SplitN(s[2:min(len(s), ahead/2)], []byte("?"), 4)
	if len(parts) < 4 || len(parts[1]) != 1 || !bytes.HasPrefix(parts[3], []byte("=")) {
		return nil, 0
	}
	size = 2 + len(parts[0]) + 1 + 1 + 1 + len(parts[2]) + 2
	switch parts[1][0] | 0x20 {
	case 'b':
		text, _ = base64.RawStdEncoding.DecodeString(strings.TrimRight(string(parts[2]), "="))
		return text, size
	case 'q':
		for q := bytes.ReplaceAll(parts[2], []byte("_"), []byte(" ")); len(q) > 0; {
			c, n := byHex(q)
			if n == 0 {
				c, n = q[:1], 1
			}
			text, q = append(text, c...), q[n:]
		}
		return text, size
	}
	return nil, 0
}

// entity reads &uuml; and &#252;, of which the longest has 33 characters.
func entity(s []byte) (text []byte, size int) {
	end := bytes.IndexByte(s[:min(len(s), 34)], ';')
	if end < 0 {
		return nil, 0
	}
	name := string(s[:end+1])
	if read := html.UnescapeString(name); read != name {
		return []byte(read), end + 1
	}
	return nil, 0
}

func backslash(s []byte) (text []byte, size int) {
	if len(s) < 2 {
		return nil, 0
	}
	switch s[1] {
	case 'n', 'r', 't', 'f', 'b':
		return []byte(" "), 2
	case 'u':
		if len(s) >= 6 {
			if v, ok := hex(s[2:6]); ok {
				return utf8.AppendRune(nil, rune(v)), 6
			}
		}
	}
	return s[1:2], 2
}

// hex reads hexadecimal digits of either case.
func hex(digits []byte) (v int, ok bool) {
	for _, d := range digits {
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
