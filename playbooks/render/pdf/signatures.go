package pdf

import "github.com/posko-ir/posko/playbooks/report"

// The room above a line that is filled in by hand, in points.
const (
	fillRoom   = 24.0
	signRoom   = 44.0
	signersGap = 26.0
)

// signatures prints columns for people to sign in, all on one page.
func (s *setter) signatures(b report.Signatures) {
	if len(b.Signers) == 0 {
		return
	}
	roles, names := s.signers(b)
	s.need(s.signaturesHeight(b))
	s.space(6)
	s.row(rowLook{keep: 12}, roles...)
	s.row(rowLook{keep: 12}, names...)
	for n, label := range b.Lines {
		s.y += fillRoom
		if n == len(b.Lines)-1 {
			s.y += signRoom - fillRoom
		}
		cells := make([]cell, len(b.Signers))
		for i, column := range roles {
			s.pdf.SetDrawColor(60, 60, 60)
			s.pdf.SetLineWidth(0.6)
			s.pdf.Line(column.x, s.y, column.x+column.width, s.y)
			cells[i] = s.cell(keyStyle(), column.x-marginX, column.width, label)
		}
		s.row(rowLook{keep: 4}, cells...)
	}
	s.y += 12
}

// signers are what stands above the lines.
func (s *setter) signers(b report.Signatures) (roles, names []cell) {
	width := (textWidth - signersGap*float64(len(b.Signers)-1)) / float64(len(b.Signers))
	for i, who := range b.Signers {
		x := float64(i) * (width + signersGap)
		roles = append(roles, s.cell(strongStyle(), x, width, who.Role))
		names = append(names, s.cell(bodyStyle(), x, width, who.Name))
	}
	return roles, names
}

// signaturesHeight is the room that signatures take: a page is signed where it
// says what is signed.
func (s *setter) signaturesHeight(b report.Signatures) float64 {
	roles, names := s.signers(b)
	lines := 0
	for i := range roles {
		lines = max(lines, len(roles[i].lines)+len(names[i].lines))
	}
	return 6 + bodyStyle().lead*float64(min(lines, 12)) + signRoom - fillRoom + (fillRoom+keyStyle().lead)*float64(len(b.Lines))
}

// roomFor is the room that the beginning of a section needs, or all of it up to
// the signatures in it.
func (s *setter) roomFor(section report.Section) float64 {
	const beginning, above = 130.0, 92.0
	for _, block := range section.Blocks {
		if b, ok := block.(report.Signatures); ok {
			return above + s.signaturesHeight(b)
		}
	}
	return beginning
}
