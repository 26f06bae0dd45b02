package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is far more than a half with its explanations.
const maxText = 64 << 10

// Errors of reading a half. Match with errors.Is.
var (
	// ErrNoHalf is returned for text in which no half is.
	ErrNoHalf = errors.New("no half of a recovery sheet in it; type its eight lines, each with its number and a colon in front")
	// ErrNewer is returned for a half of a later version.
	ErrNewer = errors.New("this half is from a newer Posko; update the program")
)

// Problem says what is wrong with a line.
type Problem string

// The problems of a line.
const (
	Missing Problem = "missing" // there is no such line
	Twice   Problem = "twice"   // the line stands there more than once
	Short   Problem = "short"   // letters are missing
	Long    Problem = "long"    // there are too many letters
	Letter  Problem = "letter"  // something that no line can hold
	Typo    Problem = "typo"    // the line does not fit its checksum
)

// LineError names the line of a half that has to be compared with the paper.
type LineError struct {
	Line    int
	Problem Problem
}

// Error says which line it is; it never quotes it.
func (e *LineError) Error() string {
	reason := map[Problem]string{
		Missing: "is missing", Twice: "stands there twice", Short: "is too short", Long: "is too long",
		Letter: "has a sign that no line can have", Typo: "has a typing mistake",
	}
	return fmt.Sprintf("line %d %s; compare it with the paper", e.Line, reason[e.Problem])
}

// Read reads a half from a text that a person may have typed: in any case, with
// any spaces and hyphens, with O for 0 and I or L for 1.
func Read(r io.Reader) (*Half, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return nil, fmt.Errorf("read half: %w", err)
	}
	defer clear(text)
	if len(text) > maxText {
		return nil, ErrNoHalf
	}
	var lines [Lines]string
	for line := range bytes.Lines(text) {
		n, code, ok := numbered(line)
		switch {
		case !ok:
		case lines[n-1] != "":
			return nil, &LineError{n, Twice}
		default:
			lines[n-1] = code
		}
	}
	if lines == [Lines]string{} {
		return nil, ErrNoHalf
	}
	return decode(lines)
}

// numbered finds the number and the code of a line: "3: …".
func numbered(line []byte) (n int, code string, ok bool) {
	number, rest, found := bytes.Cut(line, []byte(":"))
	number = bytes.TrimSpace(bytes.TrimPrefix(number, []byte("\ufeff")))
	if !found || len(number) != 1 || number[0] < '1' || number[0] > '0'+Lines {
		return 0, "", false
	}
	return int(number[0] - '0'), " " + string(rest), true // never empty: it was there
}

func decode(lines [Lines]string) (*Half, error) {
	var data [Lines * lineBytes]byte
	defer clear(data[:])
	for i, line := range lines {
		part, problem := decodeLine(i+1, line)
		if problem != "" {
			return nil, &LineError{i + 1, problem}
		}
		copy(data[i*lineBytes:], part)
	}
	return fromBytes(data)
}

func decodeLine(n int, line string) ([]byte, Problem) {
	if line == "" {
		return nil, Missing
	}
	letters, ok := normal(line)
	switch want := lineBytes*8/5 + 4; {
	case !ok:
		return nil, Letter
	case len(letters) < want:
		return nil, Short
	case len(letters) > want:
		return nil, Long
	}
	code, check := letters[:len(letters)-4], letters[len(letters)-4:]
	part, err := decode32(code)
	if err != nil {
		return nil, Letter
	}
	if checkOf(n, part) != check {
		return nil, Typo
	}
	return part, ""
}

// normal leaves the letters of Crockford's alphabet.
func normal(line string) (string, bool) {
	var out strings.Builder
	for _, r := range strings.ToUpper(line) {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r): // any kind of space or hyphen
		case r == 'O':
			out.WriteByte('0')
		case r == 'I', r == 'L':
			out.WriteByte('1')
		case r < utf8.RuneSelf && strings.ContainsRune(crockford, r):
			out.WriteRune(r)
		default:
			return "", false
		}
	}
	return out.String(), true
}
