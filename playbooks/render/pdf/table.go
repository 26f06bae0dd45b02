package pdf

import "github.com/posko-ir/posko/playbooks/report"

const gutter = 9.0 // between two columns

func (s *setter) table(t report.Table) {
	if len(t.Columns) == 0 {
		return
	}
	widths := columnWidths(t.Columns)
	again := func() {
		s.tableHead(t, widths)
		s.y += 2
	}
	s.space(2)
	s.need(max(64, s.headAndFirst(t, widths))) // a head alone at the foot of a page tells nothing
	s.tableHead(t, widths)
	for i, row := range t.Rows {
		if i > 0 && s.y > top {
			s.rule(s.y, 0.3, 190)
		}
		s.y += 2
		s.row(rowLook{keep: 24, head: again}, s.tableCells(t, widths, row)...)
		s.y += 2.5
	}
	s.rule(s.y, 0.5, 120)
	s.y += 10
}

// headAndFirst is the room for the table's head and its first row, if that row
// is not long enough to be torn apart anyway.
func (s *setter) headAndFirst(t report.Table, widths []float64) float64 {
	if len(t.Rows) == 0 {
		return 0
	}
	lines := 0
	for _, c := range s.tableCells(t, widths, t.Rows[0]) {
		lines = max(lines, len(c.lines))
	}
	return 30 + 11.5*float64(min(lines, 24))
}

func (s *setter) tableHead(t report.Table, widths []float64) {
	st := style{face: bold, size: 8, lead: 11, grey: 40}
	cells, x := make([]cell, len(t.Columns)), 0.0
	for i, column := range t.Columns {
		cells[i] = s.cell(st, x, widths[i], column.Title)
		cells[i].align = column.Align
		x += widths[i] + gutter
	}
	s.row(rowLook{keep: 24}, cells...)
	s.y += 2
	s.rule(s.y, 0.7, 40)
	s.y += 1
}

func (s *setter) tableCells(t report.Table, widths []float64, row []string) []cell {
	cells, x := make([]cell, len(t.Columns)), 0.0
	for i, text := range t.Cells(row) {
		st := style{face: regular, size: 8.5, lead: 11.5, grey: 20}
		if t.Columns[i].Mono {
			st.face, st.size = mono, 7.2
		}
		cells[i] = s.cell(st, x, widths[i], text)
		cells[i].align = t.Columns[i].Align
		x += widths[i] + gutter
	}
	return cells
}

// columnWidths shares the width of the text among the columns.
func columnWidths(columns []report.Column) []float64 {
	sum := 0.0
	for _, c := range columns {
		sum += weight(c)
	}
	free := max(textWidth-gutter*float64(len(columns)-1), float64(len(columns)))
	widths := make([]float64, len(columns))
	for i, c := range columns {
		widths[i] = free * weight(c) / sum
	}
	return widths
}

func weight(c report.Column) float64 {
	if c.Width <= 0 {
		return 1
	}
	return c.Width
}
