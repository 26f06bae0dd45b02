package pdf

import (
	"fmt"
	"strings"

	"github.com/posko-ir/posko/assets"
	"github.com/posko-ir/posko/playbooks/report"
)

type faceID int

const (
	regular faceID = iota
	bold
	italic
	mono
	faceCount
)

// face is one font: how wide each character it has is, in thousandths of the
// size. A character that is not in the map is not in the font.
type face struct {
	family, style string
	widths        map[rune]float64
}

// style is how a piece of text looks.
type style struct {
	face faceID
	size float64
	lead float64 // from one line to the next
	grey int
}

// loadFaces registers the fonts and measures them, once, before the first page:
// selecting a font later would write into the page.
func (s *setter) loadFaces() error {
	files := [faceCount]struct{ file, family, style string }{
		regular: {assets.SansRegular, "sans", ""},
		bold:    {assets.SansBold, "sans", "B"},
		italic:  {assets.SansItalic, "sans", "I"},
		mono:    {assets.MonoRegular, "mono", ""},
	}
	for id, f := range files {
		data, err := assets.Font(f.file)
		if err != nil {
			return err
		}
		runes, err := coverage(data)
		if err != nil {
			return fmt.Errorf("read font %s: %w", f.file, err)
		}
		s.pdf.AddUTF8FontFromBytes(f.family, f.style, data)
		s.pdf.SetFont(f.family, f.style, 10)
		if err := s.pdf.Error(); err != nil {
			return fmt.Errorf("load font %s: %w", f.file, err)
		}
		widths := make(map[rune]float64, len(runes))
		for _, r := range runes {
			widths[r] = float64(s.pdf.GetStringSymbolWidth(string(r)))
		}
		s.faces[id] = face{family: f.family, style: f.style, widths: widths}
	}
	return nil
}

// glyph finds a character in a face or, since it has arrows and lines that the
// others lack, in the mono one. It returns the face and the width.
func (s *setter) glyph(id faceID, r rune) (faceID, float64, bool) {
	if w, ok := s.faces[id].widths[r]; ok {
		return id, w, true
	}
	w, ok := s.faces[mono].widths[r]
	return mono, w, ok
}

// clean returns text as face id can print it: what is invisible and what the
// fonts lack is written out.
func (s *setter) clean(id faceID, text string) string {
	text = report.Visible(text)
	lacks := func(r rune) bool { _, _, has := s.glyph(id, r); return !has && r != '\n' }
	if !strings.ContainsFunc(text, lacks) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if lacks(r) {
			b.WriteString(report.Escape(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// width measures cleaned text.
func (s *setter) width(st style, text string) float64 {
	sum := 0.0
	for _, r := range text {
		_, w, _ := s.glyph(st.face, r)
		sum += w
	}
	return sum * st.size / 1000
}

// print writes one line of cleaned text with its baseline at y.
func (s *setter) print(st style, x, y float64, text string) {
	s.pdf.SetTextColor(st.grey, st.grey, st.grey)
	s.draw(st, x, y, text)
	if strings.Contains(text, `\u{`) || strings.Contains(text, `\x{`) {
		s.escaped[s.pdf.PageNo()] = true
	}
}

// draw writes runs of characters of one face each, in the current colour.
func (s *setter) draw(st style, x, y float64, text string) {
	for len(text) > 0 {
		end, in := len(text), faceCount
		for i, r := range text {
			id, _, _ := s.glyph(st.face, r)
			if i > 0 && id != in {
				end = i
				break
			}
			in = id
		}
		run := text[:end]
		s.pdf.SetFont(s.faces[in].family, s.faces[in].style, st.size)
		s.pdf.Text(x, y, run)
		x += s.width(st, run)
		text = text[end:]
	}
}
