package spreadsheet_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/spreadsheet"
)

// Spreadsheets write what their country and their age make them write.
func TestReadWhatSpreadsheetsWrite(t *testing.T) {
	want := []spreadsheet.Row{{2, []string{"Müller & Söhne", "a, b; c"}}, {4, []string{"Straße", "two\nlines"}}, {5, []string{"x", ""}}}
	for name, tt := range map[string]struct{ in, encoding, separator string }{
		"UTF-8":            {"Name,Notes\nMüller & Söhne,\"a, b; c\"\n\nStraße,\"two\nlines\"\nx,\n", "UTF-8", ","},
		"marked":           {"\uFEFFName;Notes\r\nMüller & Söhne;\"a, b; c\"\r\n;\r\nStraße;\"two\r\nlines\"\r\nx;", "UTF-8", ";"},
		"tabs":             {"Name\tNotes\nMüller & Söhne\ta, b; c\n\nStraße\t\"two\nlines\"\nx\t\n", "UTF-8", "\t"},
		"Windows-1252":     {"Name;Notes\nM\xfcller & S\xf6hne;\"a, b; c\"\n\nStra\xdfe;\"two\nlines\"\nx;\n", "Windows-1252", ";"},
		"old line ends":    {"Name;Notes\rM\xfcller & S\xf6hne;\"a, b; c\"\r\rStra\xdfe;\"two\rlines\"\rx;", "Windows-1252", ";"},
		"little-endian":    {utf16("\xff\xfe", 0, "Name;Notes\nMüller & Söhne;\"a, b; c\"\n\nStraße;\"two\nlines\"\nx;"), "UTF-16", ";"},
		"big-endian":       {utf16("\xfe\xff", 1, "Name,Notes\nMüller & Söhne,\"a, b; c\"\n\nStraße,\"two\nlines\"\nx,"), "UTF-16", ","},
		"quoted in header": {"\"Name, or title\";Notes\nMüller & Söhne;\"a, b; c\"\n\nStraße;\"two\nlines\"\nx;\n", "UTF-8", ";"},
	} {
		got, err := spreadsheet.Read(strings.NewReader(tt.in))
		if err != nil || got.Encoding != tt.encoding || got.Separator != tt.separator || !reflect.DeepEqual(got.Rows, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	got, err := spreadsheet.Read(strings.NewReader("sep=;\nName;Notes\n\nx;y\n"))
	if err != nil || got.Header[0] != "Name" || !reflect.DeepEqual(got.Rows, []spreadsheet.Row{{4, []string{"x", "y"}}}) {
		t.Errorf("named separator: %+v, %v", got, err)
	}
}

func utf16(mark string, zeroAt int, s string) string {
	out := []byte(mark)
	for _, r := range s { // all of them below U+0100
		pair := []byte{byte(r), byte(r)}
		pair[1-zeroAt] = 0
		out = append(out, pair...)
	}
	return string(out)
}

func TestReadRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		in, rule string
		row      int
	}{
		"nothing":         {"", spreadsheet.Empty, 1},
		"blank":           {"\n\n", spreadsheet.Empty, 1},
		"mixed":           {"name\nMüller\nM\xfcller\n", spreadsheet.Undecodable, 3},
		"binary":          {"name\na\x00b\n", spreadsheet.NotText, 2},
		"UTF-16 unmarked": {"n\x00a\x00m\x00e\x00", spreadsheet.NotText, 1},
		"half a unit":     {"\xff\xfen", spreadsheet.NotText, 1},
		"quote":           {"name,notes\nx,y\n\"two\nlines\",y\n\nab\"c,d\n", spreadsheet.BadQuotes, 5},
		"never closed":    {"name\n\"x\ny\nz\n", spreadsheet.BadQuotes, 2},
		"too big":         {"name\n" + strings.Repeat("xxxxxxxxxxxxxxx\n", spreadsheet.MaxBytes/16), spreadsheet.TooBig, 0},
		"too many rows":   {"name\n" + strings.Repeat("x\n", spreadsheet.MaxRows+1), spreadsheet.TooManyRows, spreadsheet.MaxRows + 2},
		"too wide":        {"name\nx\n" + strings.Repeat(",", spreadsheet.MaxColumns) + "x\n", spreadsheet.TooWide, 3},
		"cell":            {"name\n" + strings.Repeat("x", spreadsheet.MaxCell+1), spreadsheet.CellTooLong, 2},
	} {
		_, err := spreadsheet.Read(strings.NewReader(tt.in))
		var e *spreadsheet.Error
		if !errors.As(err, &e) || e.Rule != tt.rule || e.Row != tt.row || e.Error() == "" {
			t.Errorf("%s: %v, want %s in row %d", name, err, tt.rule, tt.row)
		}
	}
	if got, err := spreadsheet.Read(strings.NewReader("name\n" + strings.Repeat("x\n", spreadsheet.MaxRows))); err != nil || len(got.Rows) != spreadsheet.MaxRows {
		t.Errorf("as many rows as allowed: %v", err)
	}
	if _, err := spreadsheet.Read(failing{}); !errors.Is(err, errDisk) {
		t.Errorf("a reader that fails: %v", err)
	}
}

var errDisk = errors.New("disk")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errDisk }

func TestWriteFails(t *testing.T) {
	if err := spreadsheet.Write(failing{}, []string{"a"}, nil); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

func (failing) Write([]byte) (int, error) { return 0, errDisk }

func TestFormulasAreDisarmed(t *testing.T) {
	for _, cell := range []string{"=cmd|' /C calc'!A0", "+39 06 1234", "-1", "@SUM(A1)", "'quoted", "''", "'", "\tx", "\rx", "plain", ""} {
		guarded := spreadsheet.Guard(cell)
		if cell != "" && strings.ContainsAny(guarded[:1], "=+-@\t\r") || spreadsheet.Unguard(guarded) != cell {
			t.Errorf("%q is written as %q and read as %q", cell, guarded, spreadsheet.Unguard(guarded))
		}
	}
}

// What is read can be written and read again without a difference.
func FuzzRead(f *testing.F) {
	f.Add([]byte("Name;Notes\nM\xfcller;\"a\r\nb\"\n"))
	f.Add([]byte("sep=;\nName;'=x\n"))
	f.Add([]byte("\xff\xfen\x00,\x00m\x00\n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := spreadsheet.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var cells [][]string
		last := 1
		for _, r := range first.Rows {
			if r.Number <= last {
				t.Fatalf("row %d after row %d", r.Number, last)
			}
			last = r.Number
			cells = append(cells, r.Cells)
			if !utf8.ValidString(strings.Join(r.Cells, "")) {
				t.Fatalf("row %d is not UTF-8", r.Number)
			}
		}
		var out bytes.Buffer
		if err := spreadsheet.Write(&out, slices.Repeat([]string{"c"}, len(first.Header)), cells); err != nil {
			t.Fatal(err)
		}
		again, err := spreadsheet.Read(bytes.NewReader(append([]byte(spreadsheet.Mark), out.Bytes()...)))
		if err != nil && tooLong(err) {
			return // an apostrophe made a cell longer than may be
		}
		if err != nil || len(again.Rows) != len(first.Rows) {
			t.Fatalf("%d rows, %d when read again: %v\n%q", len(first.Rows), len(again.Rows), err, out.String())
		}
		for i := range again.Rows {
			if fmt.Sprint(again.Rows[i].Cells) != fmt.Sprint(first.Rows[i].Cells) {
				t.Fatalf("row %d: %q, read again %q", i, first.Rows[i].Cells, again.Rows[i].Cells)
			}
		}
	})
}

func tooLong(err error) bool {
	var e *spreadsheet.Error
	return errors.As(err, &e) && (e.Rule == spreadsheet.CellTooLong || e.Rule == spreadsheet.TooBig)
}
