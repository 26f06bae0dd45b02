package report

import "time"

// Document is a report ready to be set: words and tables in one language,
// without any layout. A renderer prints all of it; nothing is cut silently.
type Document struct {
	Lang         string // en, id or it
	Organisation string
	Number       string // the case number, "A-7"
	Title        string
	Subtitle     string
	TLP          string    // red, amber+strict, amber, green or clear; empty: no mark
	Drill        string    // the words of the drill mark; empty: this is no drill
	Created      time.Time // stands in the file's own metadata, so that the same model gives the same bytes
	Words        Words
	Meta         []KeyValue
	Sections     []Section
}

// Words are the few words that a renderer adds of its own.
type Words struct {
	Page    string // "Page %d of %d"
	Missing string // says what \u{…} stands for; printed only if it occurs
}

// KeyValue is one labelled value.
type KeyValue struct {
	Key   string
	Value string
	Mono  bool // the value is read character by character: a hash, a command
}

// Section is one chapter of a report.
type Section struct {
	Title  string
	Blocks []Block
}

// Block is one of Heading, Paragraph, Table, KeyValues, List, Callout and
// Signatures.
type Block interface{ block() }

// Heading opens a part of a section.
type Heading struct{ Text string }

// Paragraph is running text; a line break in it is kept.
type Paragraph struct {
	Text  string
	Quiet bool // a remark: set smaller
}

// Align says to which side the text of a column leans.
type Align int

// The sides.
const (
	Left Align = iota
	Right
)

// Column is one column of a table.
type Column struct {
	Title string
	Width float64 // relative to the other columns; zero counts as one
	Align Align
	Mono  bool
}

// Table is printed whole, however long it is. A row may have fewer cells than
// there are columns; cells beyond the columns are joined to the last one.
type Table struct {
	Columns []Column
	Rows    [][]string
}

// KeyValues is a list of labelled values.
type KeyValues struct{ Items []KeyValue }

// List is a bulleted list.
type List struct{ Items []string }

// CalloutKind says how loud a callout is.
type CalloutKind int

// The kinds of callout.
const (
	Info CalloutKind = iota
	Warning
	Drill
)

// Callout is a sentence that must not be overlooked.
type Callout struct {
	Kind  CalloutKind
	Title string
	Text  string
}

// Signatures is space for people to sign side by side, with a line under each
// of what they fill in.
type Signatures struct {
	Signers []Signer
	Lines   []string // what everybody fills in; the last is the signature
}

// Signer is one who signs.
type Signer struct {
	Role string
	Name string
}

func (Heading) block()    {}
func (Paragraph) block()  {}
func (Table) block()      {}
func (KeyValues) block()  {}
func (List) block()       {}
func (Callout) block()    {}
func (Signatures) block() {}

// Cells returns a row with exactly one cell per column.
func (t Table) Cells(row []string) []string {
	n := len(t.Columns)
	cells := make([]string, n)
	for i, cell := range row {
		switch {
		case i < n:
			cells[i] = cell
		case n > 0:
			cells[n-1] += " " + cell
		}
	}
	return cells
}
