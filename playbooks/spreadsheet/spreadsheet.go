// Package spreadsheet reads and writes tables as spreadsheets do: CSV in the
// encodings and with the separators that they really use.
//
// The rules it keeps: what was detected is told, never guessed silently; a file
// that cannot be read without a guess is refused with the row that shows it;
// row numbers are those that a spreadsheet shows, blank rows included; size,
// rows, columns and cells are bounded. What a spreadsheet would take for a
// formula is written with an apostrophe before it, which reading takes off.
//
// Sources: RFC 4180; the WHATWG Encoding Standard for Windows-1252; OWASP's
// page on CSV injection.
package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a table.
const (
	MaxBytes   = 8 << 20
	MaxRows    = 20_000
	MaxColumns = 64
	MaxCell    = 32 << 10 // bytes
)

// Table is a sheet as it was read. Its cells are as the file has them.
type Table struct {
	Encoding  string // "UTF-8", "UTF-16", "Windows-1252"
	Separator string // ",", ";" or a tab
	Header    []string
	Rows      []Row
}

// Row is one row below the header; rows without any content are left out.
type Row struct {
	Number int // as a spreadsheet counts: the header is row 1
	Cells  []string
}

// Error says why a table cannot be read. Rule is a stable name; Row is 0 where
// the whole file is meant.
type Error struct {
	Rule  string
	Row   int
	Limit int
}

// Rules that an [Error] names.
const (
	TooBig      = "too-big"
	TooManyRows = "too-many-rows"
	TooWide     = "too-many-columns"
	CellTooLong = "cell-too-long"
	Undecodable = "encoding" // neither UTF-8 nor Windows-1252 throughout
	NotText     = "not-text"
	BadQuotes   = "quotes"
	Empty       = "empty"
)

// Error implements error.
func (e *Error) Error() string {
	switch {
	case e.Row > 0 && e.Limit > 0:
		return fmt.Sprintf("read table: %s in row %d: at most %d", e.Rule, e.Row, e.Limit)
	case e.Limit > 0:
		return fmt.Sprintf("read table: %s: at most %d", e.Rule, e.Limit)
	}
	return fmt.Sprintf("read table: %s in row %d", e.Rule, e.Row)
}

// Read reads a table whose first row is its header.
func Read(r io.Reader) (Table, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return Table{}, fmt.Errorf("read table: %w", err)
	}
	if len(data) > MaxBytes {
		return Table{}, &Error{Rule: TooBig, Limit: MaxBytes}
	}
	var t Table
	if data, t.Encoding, err = decode(data); err != nil {
		return Table{}, err
	}
	data = lines(data)
	rest, separator := separated(data)
	t.Separator = separator
	c := counter{data: rest, reader: csv.NewReader(bytes.NewReader(rest))}
	c.reader.Comma, c.reader.FieldsPerRecord = rune(separator[0]), -1
	if len(rest) < len(data) {
		c.row = 1 // the line that names the separator
	}
	header, err := c.next()
	if errors.Is(err, io.EOF) || err == nil && blank(header.Cells) {
		return Table{}, &Error{Rule: Empty, Row: 1}
	}
	if err != nil {
		return Table{}, err
	}
	t.Header = header.Cells
	return t, t.fill(&c)
}

// fill reads the rows below the header.
func (t *Table) fill(c *counter) error {
	for {
		row, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if blank(row.Cells) {
			continue
		}
		if len(t.Rows) == MaxRows {
			return &Error{Rule: TooManyRows, Row: row.Number, Limit: MaxRows}
		}
		t.Rows = append(t.Rows, row)
	}
}

// counter reads records and counts rows as a spreadsheet does: a cell of
// several lines is one row, and a blank line is one as well.
type counter struct {
	reader *csv.Reader
	data   []byte
	offset int64 // behind the last record
	line   int   // the last line of the last record
	row    int
}

func (c *counter) next() (Row, error) {
	cells, err := c.reader.Read()
	if errors.Is(err, io.EOF) {
		return Row{}, io.EOF
	}
	if err != nil {
		number := c.row + 1
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			number = c.row + parse.StartLine - c.line
		}
		return Row{}, &Error{Rule: BadQuotes, Row: number}
	}
	start, _ := c.reader.FieldPos(0)
	c.row += start - c.line
	end := c.reader.InputOffset()
	c.line += bytes.Count(c.data[c.offset:end], []byte("\n"))
	if !bytes.HasSuffix(c.data[:end], []byte("\n")) {
		c.line++ // the last line of the file ends without a line break
	}
	c.offset = end
	if len(cells) > MaxColumns {
		return Row{}, &Error{Rule: TooWide, Row: c.row, Limit: MaxColumns}
	}
	for i, cell := range cells {
		if cells[i] = Unguard(cell); len(cell) > MaxCell {
			return Row{}, &Error{Rule: CellTooLong, Row: c.row, Limit: MaxCell}
		}
	}
	return Row{c.row, cells}, nil
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// Write writes a table as [Read] and spreadsheets read it.
func Write(w io.Writer, header []string, rows [][]string) error {
	table := csv.NewWriter(w)
	_ = table.Write(header) // the writer keeps its first error
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = Guard(cell)
		}
		_ = table.Write(cells)
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}
