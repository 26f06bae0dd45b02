package cacao

import (
	"encoding/json"
	"errors"
	"fmt"
)

// parseValue reads one document. The standard library judges the syntax, so that
// the reader below only has to find the borders.
func parseValue(data []byte) (*Value, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("read JSON: %d bytes: %w", len(data), ErrTooLarge)
	}
	from := 0
	if len(data) >= 3 && string(data[:3]) == byteOrderMark {
		from = 3
	}
	if err := checkSyntax(data[from:]); err != nil {
		return nil, err
	}
	s := scanner{data: data, at: from}
	root, err := s.value(0)
	if err != nil {
		return nil, err
	}
	return root, nil
}

const byteOrderMark = "\xef\xbb\xbf"

func checkSyntax(data []byte) error {
	if json.Valid(data) {
		return nil
	}
	var ignored json.RawMessage
	err := json.Unmarshal(data, &ignored)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("read JSON: byte %d: %w: %w", syntax.Offset, ErrNotJSON, err)
	}
	return fmt.Errorf("read JSON: %w", ErrNotJSON)
}

// A scanner walks over syntactically valid JSON.
type scanner struct {
	data   []byte
	at     int
	values int
}

func (s *scanner) value(depth int) (*Value, error) {
	s.values++
	if depth > MaxDepth || s.values > MaxValues {
		return nil, fmt.Errorf("read JSON: byte %d: depth or number of values: %w", s.at, ErrTooLarge)
	}
	s.space()
	v := &Value{start: s.at}
	var err error
	switch s.peek() {
	case '{':
		v.Kind = Object
		err = s.object(v, depth)
	case '[':
		v.Kind = Array
		err = s.array(v, depth)
	case '"':
		v.Kind = String
		v.text = s.text()
	case 'n':
		v.Kind = Null
		s.literal()
	case 't', 'f':
		v.Kind = Boolean
		s.literal()
	default:
		v.Kind = Number
		s.literal()
	}
	v.raw = s.data[v.start:s.at:s.at]
	return v, err
}

func (s *scanner) object(v *Value, depth int) error {
	s.at++ // {
	for s.space(); s.peek() != '}'; s.space() {
		if s.peek() == ',' {
			s.at++
			s.space()
		}
		m := Member{start: s.at}
		m.Name = s.text()
		if len(m.Name) > MaxName {
			return fmt.Errorf("read JSON: byte %d: name of a property: %w", m.start, ErrTooLarge)
		}
		s.space()
		s.at++ // :
		var err error
		if m.Value, err = s.value(depth + 1); err != nil {
			return err
		}
		v.Members = append(v.Members, m)
	}
	s.at++ // }
	return nil
}

func (s *scanner) array(v *Value, depth int) error {
	s.at++ // [
	for s.space(); s.peek() != ']'; s.space() {
		if s.peek() == ',' {
			s.at++
		}
		item, err := s.value(depth + 1)
		if err != nil {
			return err
		}
		v.Items = append(v.Items, item)
	}
	s.at++ // ]
	return nil
}

// text reads a string and leaves the escapes to the standard library.
func (s *scanner) text() string {
	start, plain := s.at, true
	for s.at++; s.peek() != '"'; s.at++ {
		if s.data[s.at] == '\\' {
			plain = false
			s.at++
		}
	}
	s.at++
	if plain {
		return string(s.data[start+1 : s.at-1])
	}
	var decoded string
	if json.Unmarshal(s.data[start:s.at], &decoded) != nil {
		return string(s.data[start+1 : s.at-1])
	}
	return decoded
}

func (s *scanner) literal() {
	for {
		switch s.peek() {
		case ',', ']', '}', ' ', '\t', '\r', '\n', 0:
			return
		}
		s.at++
	}
}

func (s *scanner) space() {
	for {
		switch s.peek() {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	if s.at >= len(s.data) {
		return 0
	}
	return s.data[s.at]
}
