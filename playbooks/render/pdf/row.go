package pdf

import "github.com/posko-ir/posko/playbooks/report"

// cell is a piece of text in its column.
type cell struct {
	style style
	x     float64
	width float64
	align report.Align
	lines []string
}

// cell wraps text for a column at x from the left margin.
func (s *setter) cell(st style, x, width float64, text string) cell {
	lines := s.wrap(st, s.clean(st.face, text), width)
	return cell{style: st, x: marginX + x, width: width, lines: lines}
}

// rowLook is how a row behaves at the end of a page.
type rowLook struct {
	keep  int                   // a row of up to so many lines is not torn apart
	head  func()                // printed again on each further page
	strip func(y, lead float64) // drawn beside each line
}

// row prints cells side by side, each from its first to its last line, so that
// the text in the file is in reading order. A row that does not fit goes to the
// next page or, if it is long, runs over.
func (s *setter) row(look rowLook, cells ...cell) {
	count, lead := 0, 0.0
	for _, c := range cells {
		count, lead = max(count, len(c.lines)), max(lead, c.style.lead)
	}
	fresh := s.y <= top
	for first := 0; first < count; {
		room, rest := int((bottom-s.y)/lead), count-first
		if rest > room && !fresh && (room < 3 || first == 0 && rest <= look.keep) {
			s.turn(look)
			fresh = true
			continue
		}
		n := min(rest, max(room, 1))
		for _, c := range cells {
			s.printCell(c, first, n, lead)
		}
		for i := range n {
			if look.strip != nil {
				look.strip(s.y+float64(i)*lead, lead)
			}
		}
		s.y += float64(n) * lead
		if first += n; first < count {
			s.turn(look)
			fresh = true
		}
	}
}

func (s *setter) turn(look rowLook) {
	s.newPage()
	if look.head != nil {
		look.head()
	}
}

func (s *setter) printCell(c cell, first, n int, lead float64) {
	for i := first; i < min(first+n, len(c.lines)); i++ {
		x := c.x
		if c.align == report.Right {
			x += c.width - s.width(c.style, c.lines[i])
		}
		s.print(c.style, x, s.y+float64(i-first)*lead+0.74*lead, c.lines[i])
	}
}
