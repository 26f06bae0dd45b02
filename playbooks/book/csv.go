package book

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/spreadsheet"
)

// List is a register's list as a CSV file has it.
type List struct {
	Register  string
	Encoding  string
	Separator string
	Missing   []string // keys of columns that the file does not have
	Extra     []string // its headers that the register does not know
	Rows      []ListRow
}

// ListRow is one row of it.
type ListRow struct {
	Number int // as a spreadsheet counts
	Fields map[string]string
	Faults []Fault
}

// Fault is what is wrong with one cell.
type Fault struct {
	Field string `json:"field,omitempty"`
	*Refusal
}

// ReadCSV reads a list for a register. Headers are keys or labels in any
// language. A column that the register does not know is refused by its name,
// unless it is to be kept in the notes: nothing is lost silently.
func ReadCSV(register string, r io.Reader, extraToNotes bool) (List, error) {
	table, err := spreadsheet.Read(r)
	var told *spreadsheet.Error
	if errors.As(err, &told) {
		return List{}, refuse("csv-"+told.Rule, told.Row, told.Limit)
	}
	if err != nil {
		return List{}, err
	}
	h, err := readHeader(register, table)
	if err != nil {
		return List{}, err
	}
	l := List{Register: register, Encoding: table.Encoding, Separator: table.Separator, Missing: h.missing(), Extra: h.extra}
	if len(h.extra) > 0 && !extraToNotes {
		return l, refuse("csv-extra", strings.Join(h.extra, ", "))
	}
	for _, row := range table.Rows {
		l.Rows = append(l.Rows, h.row(row))
	}
	return l, nil
}

// header says what each column of a file is.
type header struct {
	register string
	names    []string // as the file has them; empty: without a name
	columns  []Column // zero: not of the register
	extra    []string
}

func readHeader(register string, t spreadsheet.Table) (header, error) {
	h := header{register: register, names: make([]string, len(t.Header)), columns: make([]Column, len(t.Header))}
	seen := map[string]string{}
	for i, name := range t.Header {
		name = canonical.Text(name)
		h.names[i] = name
		at := slices.IndexFunc(Columns(register), func(c Column) bool { return name != "" && c.named(name) })
		if at < 0 {
			if name != "" {
				h.extra = append(h.extra, name)
			}
			continue
		}
		h.columns[i] = Columns(register)[at]
		if other, twice := seen[h.columns[i].Key]; twice {
			return h, refuse("csv-twice", other, name)
		}
		seen[h.columns[i].Key] = name
	}
	if _, ok := seen[ColumnName]; !ok {
		return h, refuse("csv-no-name", register)
	}
	return h, nil
}

func (h header) missing() []string {
	var out []string
	for _, c := range Columns(h.register) {
		if !slices.ContainsFunc(h.columns, func(has Column) bool { return has.Key == c.Key }) {
			out = append(out, c.Key)
		}
	}
	return out
}

func (h header) row(row spreadsheet.Row) ListRow {
	out := ListRow{Number: row.Number, Fields: map[string]string{}}
	var notes []string
	for i, cell := range row.Cells {
		cell = strings.TrimSpace(cell)
		switch {
		case cell == "":
		case i >= len(h.names) || h.names[i] == "":
			out.Faults = append(out.Faults, Fault{Refusal: refuse("csv-beyond", i+1)})
		case h.columns[i].Key == "":
			notes = append(notes, h.names[i]+": "+cell)
		default:
			value, r := h.columns[i].parse(cell)
			if r != nil {
				out.Faults = append(out.Faults, Fault{h.columns[i].Key, r})
			}
			out.Fields[h.columns[i].Key] = value
		}
	}
	if len(notes) > 0 {
		out.note(notes)
	}
	if out.Fields[ColumnName] == "" && !slices.ContainsFunc(out.Faults, func(f Fault) bool { return f.Field == ColumnName }) {
		out.Faults = append(out.Faults, Fault{ColumnName, refuse("missing", column(ColumnName))})
	}
	return out
}

// note puts cells of columns that the register does not know into the notes.
func (r *ListRow) note(lines []string) {
	if had := r.Fields["notes"]; had != "" {
		lines = append([]string{had}, lines...)
	}
	value, refused := columnNotes().parse(strings.Join(lines, "\n"))
	if refused != nil {
		r.Faults = append(r.Faults, Fault{"notes", refused})
	}
	r.Fields["notes"] = value
}

// WriteCSV writes a register with its labels in a language as header.
// [ReadCSV] reads it again to the same values.
func (b *Book) WriteCSV(w io.Writer, register, lang string) error {
	var head []string
	for _, c := range Columns(register) {
		head = append(head, c.Label(lang))
	}
	var rows [][]string
	for _, r := range b.List(register) {
		var cells []string
		for _, c := range Columns(register) {
			cells = append(cells, r.Fields[c.Key])
		}
		rows = append(rows, cells)
	}
	return spreadsheet.Write(w, head, rows)
}
