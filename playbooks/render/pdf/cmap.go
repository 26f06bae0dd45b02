package pdf

import (
	"encoding/binary"
	"errors"
)

var errFont = errors.New("not a TrueType font with a Unicode character map of format 4")

// maxLooks bounds the work on a font whose segments overlap; those of a sound
// one hold each character once.
const maxLooks = 0x1ffff

// coverage returns the characters of the Basic Multilingual Plane for which a
// TrueType font has a glyph, in order. It reads the format 4 subtable of the
// "cmap" table (OpenType 1.9, "cmap"), which is the one the PDF library uses;
// what is not in it, the library would print as an empty box.
func coverage(font []byte) ([]rune, error) {
	table, err := cmapTable(font)
	if err != nil {
		return nil, err
	}
	sub, err := subtable4(table)
	if err != nil {
		return nil, err
	}
	n := int(u16(sub, 6)) / 2
	if len(sub) < 16+8*n {
		return nil, errFont
	}
	var runes []rune
	looked := 0
	for i := range n {
		last, first := int(u16(sub, 14+2*i)), int(u16(sub, 16+2*n+2*i))
		if looked += max(last-first, 0) + 1; looked > maxLooks {
			return nil, errFont
		}
		for c := first; c <= last && c < 0xffff; c++ {
			if glyph(sub, n, i, c) != 0 {
				runes = append(runes, rune(c))
			}
		}
	}
	return runes, nil
}

// glyph looks c up in segment i of n.
func glyph(sub []byte, n, i, c int) uint16 {
	delta := u16(sub, 16+4*n+2*i)
	at := 16 + 6*n + 2*i
	offset := int(u16(sub, at))
	if offset == 0 {
		return uint16(c) + delta
	}
	first := int(u16(sub, 16+2*n+2*i))
	g := u16(sub, at+offset+2*(c-first))
	if g == 0 {
		return 0
	}
	return g + delta
}

func cmapTable(font []byte) ([]byte, error) {
	for i := range int(u16(font, 4)) {
		record := 12 + 16*i
		if record+16 > len(font) {
			break
		}
		if string(font[record:record+4]) != "cmap" {
			continue
		}
		return slice(font, u32(font, record+8), u32(font, record+12))
	}
	return nil, errFont
}

func subtable4(table []byte) ([]byte, error) {
	for i := range int(u16(table, 2)) {
		record := 4 + 8*i
		platform, encoding := u16(table, record), u16(table, record+2)
		start := u32(table, record+4)
		if platform != 0 && (platform != 3 || encoding != 1) {
			continue
		}
		if sub, err := slice(table, start, uint32(u16(table, int(start)+2))); err == nil && u16(sub, 0) == 4 {
			return sub, nil
		}
	}
	return nil, errFont
}

func slice(data []byte, start, length uint32) ([]byte, error) {
	end := uint64(start) + uint64(length)
	if end > uint64(len(data)) {
		return nil, errFont
	}
	return data[start:end], nil
}

// u16 and u32 read big-endian numbers; beyond the end everything is zero.
func u16(data []byte, at int) uint16 {
	if at < 0 || at+2 > len(data) {
		return 0
	}
	return binary.BigEndian.Uint16(data[at:])
}

func u32(data []byte, at int) uint32 {
	if at < 0 || at+4 > len(data) {
		return 0
	}
	return binary.BigEndian.Uint32(data[at:])
}
