package spreadsheet

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Mark is what a spreadsheet wants before UTF-8, to read umlauts as umlauts.
const Mark = "\uFEFF"

// decode returns the text as UTF-8 and names the encoding it was in. Only a
// byte order mark tells UTF-16. What is not UTF-8 is Windows-1252, unless it is
// UTF-8 in other places: then one reading would garble what the other keeps.
func decode(data []byte) ([]byte, string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return fromUTF16(data[2:], binary.BigEndian)
	}
	data = bytes.TrimPrefix(data, []byte(Mark))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, "", &Error{Rule: NotText, Row: rowAt(data, i)}
	}
	bad, wide := survey(data)
	if bad < 0 {
		return data, "UTF-8", nil
	}
	if wide {
		return nil, "", &Error{Rule: Undecodable, Row: rowAt(data, bad)}
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return nil, "", &Error{Rule: Undecodable, Row: rowAt(data, bad)}
	}
	return out, "Windows-1252", nil
}

// survey finds the first byte that is not UTF-8, or -1, and whether there are
// characters of several bytes that are.
func survey(data []byte) (bad int, wide bool) {
	bad = -1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1 && bad < 0:
			bad = i
		case size > 1:
			wide = true
		}
		i += size
	}
	return bad, wide
}

func fromUTF16(data []byte, order binary.ByteOrder) ([]byte, string, error) {
	if len(data)%2 != 0 {
		return nil, "", &Error{Rule: NotText, Row: 1}
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	out := []byte(string(utf16.Decode(units)))
	if i := bytes.IndexByte(out, 0); i >= 0 {
		return nil, "", &Error{Rule: NotText, Row: rowAt(out, i)}
	}
	return out, "UTF-16", nil
}

func rowAt(data []byte, i int) int { return 1 + bytes.Count(data[:i], []byte("\n")) }

// lines makes every line end in a line feed; old programs end them in a
// carriage return alone.
func lines(data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
}

// separated tells the separator from the header line, where the most frequent
// candidate outside quotation marks is it. A first line "sep=;", which
// spreadsheets write for each other, is obeyed and taken off.
func separated(data []byte) (rest []byte, separator string) {
	line, after, _ := bytes.Cut(data, []byte("\n"))
	if told, ok := bytes.CutPrefix(bytes.ToLower(bytes.TrimSpace(line)), []byte("sep=")); ok && len(told) == 1 && bytes.Contains([]byte(",;\t"), told) {
		return after, string(told)
	}
	counts, quoted := map[byte]int{}, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted:
			counts[c]++
		}
	}
	separator = ","
	for _, c := range []string{";", "\t"} {
		if counts[c[0]] > counts[separator[0]] {
			separator = c
		}
	}
	return data, separator
}
