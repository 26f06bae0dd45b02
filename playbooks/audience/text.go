package audience

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxTextLine is how much of one line is looked at together.
const maxTextLine = 64 << 10

// codedLines is how many lines of base64 in a row make a text one that hides
// another: the body of a mail, a certificate's chain.
const codedLines = 8

// InText searches a stream, which is a text if all of it is UTF-8 without zero
// bytes, and neither block of it is base64 nor a picture in base64 hides in it.
// What is no text cannot be searched; what else stands beside base64 is.
func (n *Names) InText(where string, r io.Reader) (hits []Hit, text bool, err error) {
	s := n.reading(where)
	in := bufio.NewReaderSize(r, maxTextLine)
	coded, most := 0, 0
	for {
		line, err := in.ReadSlice('\n')
		if cut := err != nil && errors.Is(err, bufio.ErrBufferFull); cut {
			err = nil
			line = whole(in, line)
		}
		if bytes.IndexByte(line, 0) >= 0 || !utf8.Valid(line) {
			return nil, false, drain(in)
		}
		coded = run(coded, line)
		most = max(most, coded)
		s.line(line)
		switch {
		case errors.Is(err, io.EOF):
			return s.close(), most < codedLines && !s.decoder.hidden && !s.opaque, nil
		case err != nil:
			return nil, false, fmt.Errorf("read %s: %w", where, err)
		}
	}
}

// reading is the search of one text in all the ways in which it can be read: as
// it stands, with its escapes read, with the escapes in those read, and what is
// base64 in it.
type reading struct {
	searchers []*Searcher
	loose     *loosener
	looser    *loosener
	decoder   *decoder
	begun     bool
	opaque    bool // a format whose texts only its own program reads
}

func (n *Names) reading(where string) *reading {
	s := &reading{}
	for range 4 {
		s.searchers = append(s.searchers, n.Searcher(where))
	}
	s.looser = &loosener{out: s.searchers[2].Write}
	s.loose = &loosener{out: func(text string) {
		s.searchers[1].Write(text)
		s.looser.Write(text)
	}}
	s.decoder = &decoder{out: &loosener{out: s.searchers[3].Write}}
	return s
}

func (s *reading) line(line []byte) {
	if !s.begun {
		s.begun = true
		for _, mark := range []string{"%PDF-", "%!PS", `{\rtf`} {
			s.opaque = s.opaque || bytes.HasPrefix(line, []byte(mark))
		}
	}
	s.text(string(line))
	s.decoder.line(line)
}

func (s *reading) text(text string) {
	s.searchers[0].Write(text)
	s.loose.Write(text)
}

func (s *reading) close() []Hit {
	s.loose.Close()
	s.looser.Close()
	s.decoder.out.Close()
	var hits []Hit
	for _, x := range s.searchers {
		hits = merge(hits, x.Close())
	}
	return hits
}

// whole completes a character that the end of the buffer cut: at most three
// bytes more.
func whole(in *bufio.Reader, line []byte) []byte {
	line = bytes.Clone(line)
	for range utf8.UTFMax - 1 {
		if r, size := utf8.DecodeLastRune(line); r != utf8.RuneError || size != 1 {
			break
		}
		b, err := in.ReadByte()
		if err != nil {
			break
		}
		line = append(line, b)
	}
	return line
}

// drain reads on to the end: whoever reads an item to the end has its hash checked.
func drain(in io.Reader) error {
	_, err := io.Copy(io.Discard, in)
	return err
}

// run counts lines of base64 in a row.
func run(before int, line []byte) int {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) < 40 {
		return 0
	}
	for _, c := range line {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
		if !letter && c != '+' && c != '/' && c != '=' && c != '-' && c != '_' {
			return 0
		}
	}
	return before + 1
}

// merge joins the hits of two searches of the same text.
func merge(a, b []Hit) []Hit {
	seen := map[string]bool{}
	for _, h := range a {
		seen[h.Name.Of] = true
	}
	for _, h := range b {
		if !seen[h.Name.Of] {
			a = append(a, h)
		}
	}
	return a
}

// InJSON searches every string of a JSON text, keys included. A hit says where
// by the keys that lead there and, of things that have one, their id.
func (n *Names) InJSON(where string, data []byte) ([]Hit, error) {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("search %s: %w", where, err)
	}
	return n.inValue(where, v), nil
}

func (n *Names) inValue(where string, v any) (hits []Hit) {
	switch v := v.(type) {
	case string:
		return n.read(where, v)
	case []any:
		for i, x := range v {
			hits = append(hits, n.inValue(where+" "+idOf(x, i), x)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			hits = append(hits, n.read(where, key)...)
			hits = append(hits, n.inValue(where+" "+key, v[key])...)
		}
	}
	return hits
}

func (n *Names) read(where, text string) []Hit {
	s := n.reading(where)
	s.line([]byte(text))
	return s.close()
}

// idOf is what people call a thing in a list; else its place, from 1.
func idOf(v any, i int) string {
	fields, _ := v.(map[string]any)
	for _, key := range []string{"id", "item", "ref", "entry"} {
		if id, ok := fields[key].(string); ok && id != "" {
			return id
		}
	}
	return strconv.Itoa(i + 1)
}
