// Package markdown writes a report as CommonMark with the tables of GitHub
// Flavored Markdown.
//
// Whatever a person typed is text, never markup: every character that could
// begin a construct is escaped, so that a note cannot make a heading, a link,
// an image, raw HTML or another table cell. Characters that are invisible or
// reorder the text are written out as \u{…}.
package markdown

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/posko-ir/posko/playbooks/report"
)

// writer prints blocks; each print ends with an empty line. The first error
// stays in the buffered writer until the end.
type writer struct {
	out *bufio.Writer
}

// Render writes d to w as Markdown.
func Render(w io.Writer, d report.Document) error {
	m := writer{out: bufio.NewWriter(w)}
	m.marks(d)
	if d.Title != "" {
		m.block("# " + line(d.Title))
	}
	m.paragraph(d.Subtitle)
	m.paragraph(strings.Trim(d.Organisation+" · "+d.Number, " ·"))
	m.keyValues(d.Meta)
	for _, section := range d.Sections {
		m.block("## " + line(section.Title))
		for _, block := range section.Blocks {
			m.print(block)
		}
	}
	m.marks(d)
	if err := m.out.Flush(); err != nil {
		return fmt.Errorf("write markdown: %w", err)
	}
	return nil
}

// marks prints what must be seen first and last: the drill and the TLP label.
func (m writer) marks(d report.Document) {
	if d.Drill != "" {
		m.block("**" + line(d.Drill) + "**")
	}
	if d.TLP != "" {
		m.block("**" + line("TLP:"+strings.ToUpper(d.TLP)) + "**")
	}
}

func (m writer) block(lines ...string) {
	for _, l := range lines {
		_, _ = m.out.WriteString(l + "\n") // kept by the writer, returned by Flush
	}
	_ = m.out.WriteByte('\n')
}

func (m writer) print(block report.Block) {
	switch b := block.(type) {
	case report.Heading:
		m.block("### " + line(b.Text))
	case report.Paragraph:
		m.paragraph(b.Text)
	case report.KeyValues:
		m.keyValues(b.Items)
	case report.List:
		m.list(b)
	case report.Callout:
		m.callout(b)
	case report.Table:
		m.table(b)
	case report.Signatures:
		m.signatures(b)
	}
}

func (m writer) paragraph(s string) {
	if lines := paragraph(s); len(lines) > 0 {
		m.block(lines...)
	}
}

func (m writer) keyValues(items []report.KeyValue) {
	lines := make([]string, len(items))
	for i, item := range items {
		value := line(item.Value)
		if item.Mono {
			value = code(item.Value)
		}
		lines[i] = strings.TrimRight("- **"+line(item.Key)+"**: "+value, " ")
	}
	if len(lines) > 0 {
		m.block(lines...)
	}
}

func (m writer) list(b report.List) {
	lines := make([]string, len(b.Items))
	for i, item := range b.Items {
		lines[i] = "- " + line(item)
	}
	if len(lines) > 0 {
		m.block(lines...)
	}
}

func (m writer) callout(b report.Callout) {
	var lines []string
	if b.Title != "" {
		lines = append(lines, "> **"+line(b.Title)+"**")
		if b.Text != "" {
			lines = append(lines, ">")
		}
	}
	for _, l := range paragraph(b.Text) {
		lines = append(lines, strings.TrimRight("> "+l, " "))
	}
	if len(lines) > 0 {
		m.block(lines...)
	}
}

func (m writer) signatures(b report.Signatures) {
	for _, who := range b.Signers {
		items := []report.KeyValue{{Key: who.Role, Value: who.Name}}
		for _, label := range b.Lines {
			items = append(items, report.KeyValue{Key: label})
		}
		m.keyValues(items)
	}
}

func (m writer) table(t report.Table) {
	if len(t.Columns) == 0 {
		return
	}
	titles, rules := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, column := range t.Columns {
		titles[i], rules[i] = line(column.Title), "---"
		if column.Align == report.Right {
			rules[i] = "--:"
		}
	}
	lines := []string{row(titles), row(rules)}
	for _, cells := range t.Rows {
		cells = t.Cells(cells)
		for i, cell := range cells {
			if t.Columns[i].Mono {
				cells[i] = code(cell)
			} else {
				cells[i] = line(cell)
			}
		}
		lines = append(lines, row(cells))
	}
	m.block(lines...)
}

func row(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }
