package cases

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/spreadsheet"
)

// Limits of an imported timeline.
const (
	MaxCSV     = 4 << 20
	MaxRows    = 5000
	MaxRowText = 2000
)

// ErrCSV is returned for a timeline that cannot be read; the message around it
// names the line and what to write.
var ErrCSV = errors.New("not a timeline in CSV")

// ImportRow is one line of a timeline that came from elsewhere.
type ImportRow struct {
	At     instant.Instant `json:"at"`
	Text   string          `json:"text"`
	Source string          `json:"source,omitempty"`
	Found  instant.Instant `json:"discovered,omitzero"`
}

// ParseTimelineCSV reads a timeline: a header with the columns time, source
// and text in any order, discovered if known, then a row for each event. Other
// columns are passed over. Times carry a zone. The separator is the comma, or the
// semicolon where the header is written with it, as spreadsheets do in countries
// with a decimal comma.
func ParseTimelineCSV(r io.Reader) ([]ImportRow, error) {
	limited := &io.LimitedReader{R: r, N: MaxCSV + 1}
	in := bufio.NewReader(limited)
	if bom, err := in.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		_, _ = in.Discard(3)
	}
	if bom, err := in.Peek(2); err == nil && (string(bom) == "\xff\xfe" || string(bom) == "\xfe\xff") {
		return nil, fmt.Errorf("%w: it is UTF-16; save the file as \"CSV UTF-8\"", ErrCSV)
	}
	table := csv.NewReader(in)
	table.Comma, table.FieldsPerRecord = separator(in), -1
	header, err := table.Read()
	if err != nil {
		return nil, fmt.Errorf("read the header line: %w: %w", ErrCSV, err)
	}
	cols, err := columns(header)
	if err != nil {
		return nil, err
	}
	var rows []ImportRow
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCSV, err)
		}
		line, _ := table.FieldPos(0)
		if len(rows) == MaxRows || limited.N <= 0 {
			return nil, fmt.Errorf("line %d: %w: at most %d rows and %d bytes; split the file", line, ErrCSV, MaxRows, MaxCSV)
		}
		row, err := cols.row(record)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		rows = append(rows, row)
	}
	if limited.N <= 0 {
		return nil, fmt.Errorf("%w: at most %d bytes; split the file", ErrCSV, MaxCSV)
	}
	return rows, nil
}

// separator reads ahead to the end of the header line.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(in.Size()) // a short file gives what it has
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if bytes.ContainsRune(line, ';') && !bytes.ContainsRune(line, ',') {
		return ';'
	}
	return ','
}

// csvColumns says which field is where; -1 is nowhere.
type csvColumns struct{ time, source, text, found int }

func columns(header []string) (csvColumns, error) {
	for i := range header {
		header[i] = strings.ToLower(strings.TrimSpace(header[i]))
	}
	at := func(name string) int { return slices.Index(header, name) }
	c := csvColumns{at("time"), at("source"), at("text"), at("discovered")}
	if c.time < 0 || c.source < 0 || c.text < 0 {
		return c, fmt.Errorf("%w: begin with the header time,source,text or time,source,text,discovered; a semicolon may stand for the comma", ErrCSV)
	}
	return c, nil
}

func (c csvColumns) row(record []string) (ImportRow, error) {
	field := func(i int) string {
		if i < 0 || i >= len(record) {
			return ""
		}
		return canonical.Text(spreadsheet.Unguard(record[i]))
	}
	var row ImportRow
	var err error
	if row.At, err = instant.Parse(field(c.time)); err == nil && row.At.IsZero() {
		err = instant.ErrFormat
	}
	if err != nil {
		return row, fmt.Errorf("%w: time %q: %w", ErrCSV, field(c.time), err)
	}
	if found := field(c.found); found != "" {
		if row.Found, err = instant.Parse(found); err != nil {
			return row, fmt.Errorf("%w: discovered %q: %w", ErrCSV, found, err)
		}
	}
	row.Source, row.Text = field(c.source), field(c.text)
	for name, s := range map[string]string{"source": row.Source, "text": row.Text} {
		switch {
		case !utf8.ValidString(s):
			return row, fmt.Errorf("%w: %s is not UTF-8; save the file as UTF-8", ErrCSV, name)
		case utf8.RuneCountInString(s) > MaxRowText:
			return row, fmt.Errorf("%w: %s is longer than %d characters", ErrCSV, name, MaxRowText)
		}
	}
	if row.Text == "" {
		return row, fmt.Errorf("%w: the text is missing", ErrCSV)
	}
	return row, nil
}

// FormatTimelineCSV writes rows so that [ParseTimelineCSV] and a spreadsheet
// read them. A cell that a spreadsheet would take for a formula gets a leading
// apostrophe, which reading takes off again.
func FormatTimelineCSV(w io.Writer, rows []Row) error {
	table := csv.NewWriter(w)
	_ = table.Write([]string{"time", "source", "text", "discovered", "recorded", "officer", "kind"})
	for _, r := range rows {
		cells := []string{
			r.At.String(), r.Source, r.Text, r.Found.String(),
			r.Recorded.UTC().Format(time.RFC3339), r.Actor, r.Kind,
		}
		for i := range cells {
			cells[i] = spreadsheet.Guard(cells[i])
		}
		_ = table.Write(cells)
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return fmt.Errorf("write timeline: %w", err)
	}
	return nil
}
