package pdf

import (
	"github.com/posko-ir/posko/playbooks/report"
)

// The few looks there are; quiet on purpose.
func bodyStyle() style   { return style{face: regular, size: 9.5, lead: 13.5, grey: 20} }
func quietStyle() style  { return style{face: italic, size: 8.5, lead: 12, grey: 80} }
func keyStyle() style    { return style{face: regular, size: 8.5, lead: 13, grey: 90} }
func valueStyle() style  { return style{face: regular, size: 9.5, lead: 13, grey: 20} }
func strongStyle() style { return style{face: bold, size: 9.5, lead: 13.5, grey: 20} }
func codeStyle() style   { return style{face: mono, size: 8, lead: 13, grey: 20} }

func (s *setter) title() {
	s.paragraph(style{face: regular, size: 10, lead: 16, grey: 80}, s.doc.Organisation)
	s.paragraph(style{face: bold, size: 21, lead: 28, grey: 0}, s.doc.Title)
	s.paragraph(style{face: regular, size: 11, lead: 17, grey: 70}, s.doc.Subtitle)
	s.space(8)
	s.keyValues(s.doc.Meta)
	s.space(6)
}

func (s *setter) paragraph(st style, text string) {
	if text == "" {
		return
	}
	s.row(rowLook{keep: 3}, s.cell(st, 0, textWidth, text))
}

func (s *setter) section(section report.Section) {
	s.space(20)
	s.need(s.roomFor(section))
	st := style{face: bold, size: 13.5, lead: 19, grey: 0}
	s.rule(s.y, 0.8, 0)
	s.y += 5
	s.pdf.Bookmark(s.clean(bold, section.Title), 0, s.y)
	s.paragraph(st, section.Title)
	s.y += 5
	for _, block := range section.Blocks {
		s.block(block)
	}
}

func (s *setter) block(block report.Block) {
	switch b := block.(type) {
	case report.Heading:
		s.space(8)
		s.need(60)
		s.paragraph(style{face: bold, size: 10.5, lead: 16, grey: 20}, b.Text)
		s.y += 2
	case report.Paragraph:
		st := bodyStyle()
		if b.Quiet {
			st = quietStyle()
		}
		s.paragraph(st, b.Text)
		s.y += 4
	case report.KeyValues:
		s.keyValues(b.Items)
		s.y += 4
	case report.List:
		s.list(b)
	case report.Callout:
		s.callout(b)
	case report.Table:
		s.table(b)
	case report.Signatures:
		s.signatures(b)
	}
}

func (s *setter) keyValues(items []report.KeyValue) {
	const keys, gap = 138.0, 12.0
	for _, item := range items {
		st := valueStyle()
		if item.Mono {
			st = codeStyle()
		}
		s.row(rowLook{keep: 6},
			s.cell(keyStyle(), 0, keys, item.Key),
			s.cell(st, keys+gap, textWidth-keys-gap, item.Value))
		s.y += 1.5
	}
}

func (s *setter) list(b report.List) {
	const indent = 12.0
	for _, item := range b.Items {
		s.row(rowLook{keep: 4},
			s.cell(bodyStyle(), 2, indent, "•"),
			s.cell(bodyStyle(), indent, textWidth-indent, item))
		s.y += 1.5
	}
	s.y += 3
}

func (s *setter) callout(b report.Callout) {
	const indent = 14.0
	s.space(4)
	look := rowLook{keep: 8, strip: func(y, lead float64) {
		switch b.Kind {
		case report.Drill:
			s.pdf.SetFillColor(drillRed())
		case report.Warning:
			s.pdf.SetFillColor(0, 0, 0)
		default:
			s.pdf.SetFillColor(160, 160, 160)
		}
		s.pdf.Rect(marginX, y, 3, lead+0.1, "F")
	}}
	if b.Title != "" {
		s.need(48)
		s.row(look, s.cell(strongStyle(), indent, textWidth-indent, b.Title))
	}
	if b.Text != "" {
		s.row(look, s.cell(bodyStyle(), indent, textWidth-indent, b.Text))
	}
	s.y += 8
}
