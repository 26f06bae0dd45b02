package stix

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The limits of an expression.
const (
	MaxLength = 8 << 10
	MaxDepth  = 64
	MaxParts  = 2000
)

// ErrSyntax is returned for text that is not a condition.
var ErrSyntax = errors.New("condition cannot be read")

// A SyntaxError says where reading stopped and what was expected there.
type SyntaxError struct {
	Offset int    // in bytes
	Want   string // what was expected
	Got    string // what stands there; empty at the end
}

// Error describes the error in one line.
func (e *SyntaxError) Error() string {
	got := "the end"
	if e.Got != "" {
		got = fmt.Sprintf("%q", e.Got)
	}
	return fmt.Sprintf("condition, character %d: expected %s, found %s", e.Offset+1, e.Want, got)
}

// Unwrap makes every SyntaxError an [ErrSyntax].
func (e *SyntaxError) Unwrap() error { return ErrSyntax }

type tokenKind int

const (
	tokenEnd      tokenKind = iota
	tokenVariable           // text is the name with its underscores
	tokenNumber
	tokenString  // text is decoded
	tokenPrefix  // t'…', h'…', b'…': text is decoded, prefix the letter
	tokenWord    // text is upper case
	tokenSymbol  // operators and punctuation
	tokenUnknown // a character that begins nothing
)

type token struct {
	kind   tokenKind
	text   string
	prefix byte
	at     int
}

// A lexer cuts an expression into tokens.
type lexer struct {
	src string
	at  int
}

func (l *lexer) next() (token, error) {
	l.at += span(l.src[l.at:], func(c byte) bool { return strings.IndexByte(" \t\r\n", c) >= 0 })
	rest := l.src[l.at:]
	switch {
	case rest == "":
		return token{kind: tokenEnd, at: l.at}, nil
	case strings.HasPrefix(rest, "__"):
		return l.variable()
	case rest[0] == '\'' || rest[0] == '"':
		return l.quoted(tokenString, 0)
	case len(rest) > 1 && rest[1] == '\'' && strings.IndexByte("thb", rest[0]) >= 0:
		l.at++
		return l.quoted(tokenPrefix, rest[0])
	case startsNumber(rest):
		return l.take(tokenNumber, 1+span(rest[1:], isDecimal)), nil
	case isLetter(rest[0]):
		t := l.take(tokenWord, span(rest, isLetter))
		t.text = strings.ToUpper(t.text)
		return t, nil
	}
	for _, symbol := range []string{"==", "!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", "[", "]", ","} {
		if strings.HasPrefix(rest, symbol) {
			return l.take(tokenSymbol, len(symbol)), nil
		}
	}
	_, size := utf8.DecodeRuneInString(rest)
	return l.take(tokenUnknown, size), nil
}

func startsNumber(s string) bool {
	if s[0] == '-' || s[0] == '+' {
		s = s[1:]
	}
	return s != "" && isDecimal(s[0])
}

func (l *lexer) take(kind tokenKind, size int) token {
	t := token{kind: kind, text: l.src[l.at : l.at+size], at: l.at}
	l.at += size
	return t
}

// variable reads __name__ and an optional :value behind it. The name ends at the
// first double underscore that no name character follows.
func (l *lexer) variable() (token, error) {
	rest := l.src[l.at:]
	size := span(rest, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' || c == '-' })
	name := rest[:size]
	first := byte(0)
	if size > 2 {
		first = name[2]
	}
	if size < 5 || size > 204 || !strings.HasSuffix(name, "__") || !isLetter(first) && first != '_' {
		return token{}, &SyntaxError{Offset: l.at, Want: "a variable like __name__:value", Got: clip(rest)}
	}
	t := l.take(tokenVariable, size)
	if tail := l.src[l.at:]; strings.HasPrefix(tail, ":") {
		if !strings.HasPrefix(tail, ":value") {
			return token{}, &SyntaxError{Offset: l.at, Want: ":value", Got: clip(tail)}
		}
		l.at += len(":value")
	}
	return t, nil
}

// quoted reads a string. A backslash keeps its meaning before the quote and
// before itself; elsewhere it stands for itself, as regular expressions need.
func (l *lexer) quoted(kind tokenKind, prefix byte) (token, error) {
	start, quote := l.at, l.src[l.at]
	var text strings.Builder
	for l.at++; l.at < len(l.src); l.at++ {
		c := l.src[l.at]
		switch {
		case c == quote:
			l.at++
			if prefix != 0 {
				start--
			}
			return token{kind: kind, text: text.String(), prefix: prefix, at: start}, nil
		case c == '\\' && l.at+1 < len(l.src) && strings.IndexByte(`\'"`, l.src[l.at+1]) >= 0:
			l.at++
			text.WriteByte(l.src[l.at])
		default:
			text.WriteByte(c)
		}
	}
	return token{}, &SyntaxError{Offset: l.at, Want: "the closing " + string(quote)}
}

func span(s string, is func(byte) bool) int {
	for i := range len(s) {
		if !is(s[i]) {
			return i
		}
	}
	return len(s)
}

func isDecimal(c byte) bool { return isDigit(c) || c == '.' }
func isDigit(c byte) bool   { return c >= '0' && c <= '9' }
func isLetter(c byte) bool  { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func clip(s string) string {
	const most = 20
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
