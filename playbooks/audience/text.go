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
// bytes and no block of it is base64. What is no text cannot be searched, and
// gives no hits.
func (n *Names) InText(where string, r io.Reader) (hits []Hit, text bool, err error) {
	plain, loose := n.Searcher(where), n.Searcher(where)
	in := bufio.NewReaderSize(r, maxTextLine)
	coded := 0
	for {
		line, err := in.ReadSlice('\n')
		if cut := err != nil && errors.Is(err, bufio.ErrBufferFull); cut {
			err = nil
			line = whole(in, line)
		}
		if bytes.IndexByte(line, 0) >= 0 || !utf8.Valid(line) {
			return nil, false, drain(in)
		}
		if coded = run(coded, line); coded >= codedLines {
			return nil, false, drain(in)
		}
		plain.Write(string(line))
		loose.Write(loosen(string(line)))
		switch {
		case errors.Is(err, io.EOF):
			return merge(plain.Close(), loose.Close()), true, nil
		case err != nil:
			return nil, false, fmt.Errorf("read %s: %w", where, err)
		}
	}
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
		return n.In(where, v)
	case []any:
		for i, x := range v {
			hits = append(hits, n.inValue(where+" "+idOf(x, i), x)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			hits = append(hits, n.In(where, key)...)
			hits = append(hits, n.inValue(where+" "+key, v[key])...)
		}
	}
	return hits
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
