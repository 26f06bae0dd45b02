package pdf

import (
	"fmt"
	"strings"
)

func drillRed() (r, g, b int) { return 200, 16, 32 }

// frames prints the head and the foot of every page, last, when their number
// is known.
func (s *setter) frames() {
	pages := s.pdf.PageCount()
	for n := 1; n <= pages; n++ {
		s.pdf.SetPage(n)
		s.head(n)
		s.foot(n, pages)
		if s.doc.Drill != "" {
			s.drill()
		}
	}
}

func (s *setter) head(n int) {
	st := style{face: regular, size: 8.5, grey: 80}
	parts := make([]string, 0, 3)
	for _, part := range []string{s.doc.Organisation, s.doc.Number} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if n > 1 && s.doc.Title != "" {
		parts = append(parts, s.doc.Title)
	}
	text := s.clean(st.face, strings.Join(parts, " · "))
	s.print(st, marginX, 53, s.fit(st, text, textWidth-150))
	s.tlp(40)
	s.rule(64, 0.4, 150)
}

func (s *setter) foot(n, pages int) {
	st := style{face: regular, size: 8.5, grey: 80}
	y := pageHeight - 42.0
	s.rule(y-14, 0.4, 150)
	if s.escaped[n] && s.doc.Words.Missing != "" {
		note := style{face: italic, size: 7.5, grey: 80}
		s.print(note, marginX, y-18, s.fit(note, s.clean(note.face, s.doc.Words.Missing), textWidth))
	}
	page := s.doc.Words.Page
	if strings.Count(page, "%d") != 2 {
		page = "%d / %d"
	}
	s.print(st, marginX, y+3, s.clean(st.face, fmt.Sprintf(page, n, pages)))
	s.tlp(y - 10)
}

// tlp prints the label as the standard has it: right, 12 points, its own
// colour on black (FIRST, Traffic Light Protocol 2.0).
func (s *setter) tlp(y float64) {
	if s.doc.TLP == "" {
		return
	}
	st := style{face: bold, size: 12}
	text := s.clean(st.face, "TLP:"+strings.ToUpper(s.doc.TLP))
	width := s.width(st, text)
	x := pageWidth - marginX - width - 10
	s.pdf.SetFillColor(0, 0, 0)
	s.pdf.Rect(x, y, width+10, 18, "F")
	r, g, b := tlpColour(s.doc.TLP)
	s.coloured(st, x+5, y+13.3, text, r, g, b)
}

func tlpColour(label string) (r, g, b int) {
	switch strings.ToLower(label) {
	case "red":
		return 0xff, 0x2b, 0x2b
	case "amber", "amber+strict":
		return 0xff, 0xc0, 0x00
	case "green":
		return 0x33, 0xff, 0x00
	}
	return 0xff, 0xff, 0xff
}

// drill marks a page so that it cannot pass for the report of a real case:
// a red frame, and the words above and below.
func (s *setter) drill() {
	const bar = 24.0
	r, g, b := drillRed()
	s.pdf.SetFillColor(r, g, b)
	s.pdf.Rect(0, 0, pageWidth, bar, "F")
	s.pdf.Rect(0, pageHeight-bar, pageWidth, bar, "F")
	s.pdf.Rect(0, 0, 5, pageHeight, "F")
	s.pdf.Rect(pageWidth-5, 0, 5, pageHeight, "F")
	st := style{face: bold, size: 13}
	text := s.fit(st, s.clean(st.face, s.doc.Drill), pageWidth-40)
	x := (pageWidth - s.width(st, text)) / 2
	s.coloured(st, x, 16.7, text, 255, 255, 255)
	s.coloured(st, x, pageHeight-7.3, text, 255, 255, 255)
}

func (s *setter) coloured(st style, x, y float64, text string, r, g, b int) {
	s.pdf.SetTextColor(r, g, b)
	s.draw(st, x, y, text)
}
