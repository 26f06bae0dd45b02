package pdf

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/posko-ir/posko/playbooks/report"
)

func render(t testing.TB, d report.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pages reads a PDF back with an independent program, one text per page, in
// the order in which the file prints it.
func pages(t *testing.T, data []byte) []string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is missing; install it: apt-get install poppler-utils")
	}
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, tool, "-raw", "-enc", "UTF-8", file, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("pdftotext: %v: %s", err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}

// squeeze drops white space, so that a cell compares equal however it wrapped.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestEveryCellIsPrintedInOrder(t *testing.T) {
	d := sample(70)
	text := squeeze(strings.Join(pages(t, render(t, d)), ""))
	table := d.Sections[1].Blocks[1].(report.Table)
	at := 0
	for _, row := range table.Rows {
		for _, cell := range row {
			i := strings.Index(text[at:], squeeze(cell))
			if i < 0 {
				t.Fatalf("cell %q is not printed after offset %d", cell, at)
			}
			at += i + len(squeeze(cell))
		}
	}
}

func TestHashIsBrokenIntoTwoEqualLines(t *testing.T) {
	text := pages(t, render(t, sample(3)))[0]
	h := hash(2)
	if !strings.Contains(text, h[:32]+"\n"+h[32:]) {
		t.Errorf("want %s over %s in:\n%s", h[:32], h[32:], text)
	}
}

func TestEveryPageCarriesItsFrame(t *testing.T) {
	d := sample(70)
	d.Drill = "DRILL, NOT A REAL INCIDENT"
	got := pages(t, render(t, d))
	if len(got) < 3 {
		t.Fatalf("got %d pages, want a report that runs over several", len(got))
	}
	for i, page := range got {
		for want, count := range map[string]int{
			d.Drill: 2, "TLP:AMBER+STRICT": 2, d.Organisation + " · A-7": 1, "of " + string(rune('0'+len(got))): 1,
		} {
			if n := strings.Count(page, want); n != count {
				t.Errorf("page %d has %q %d times, want %d", i+1, want, n, count)
			}
		}
		if i > 0 && i < len(got)-1 && strings.Count(page, "SHA-256") != 1 {
			t.Errorf("page %d does not repeat the head of the table", i+1)
		}
	}
}

func TestRealCaseCarriesNoDrillMark(t *testing.T) {
	if text := strings.Join(pages(t, render(t, sample(3))), ""); strings.Contains(text, "DRILL") {
		t.Error("a real case is marked as a drill")
	}
}

func TestSameDocumentSameBytes(t *testing.T) {
	d := sample(40)
	d.Sections[0].Blocks = append(d.Sections[0].Blocks, report.Paragraph{Text: "àèìòù ĀāĂă Ωμέγα Кириллица ½ ﬁ"})
	first := render(t, d)
	for range 5 {
		if !bytes.Equal(first, render(t, d)) {
			t.Fatal("the same document gave other bytes")
		}
	}
	d.Created = d.Created.Add(time.Second)
	if bytes.Equal(first, render(t, d)) {
		t.Error("the document's time is not in the file")
	}
	d.Created = time.Time{}
	if !bytes.Equal(render(t, d), render(t, d)) {
		t.Error("a document without a time takes the clock's")
	}
}

func TestHostileText(t *testing.T) {
	const note = "written out"
	tests := map[string]struct{ text, want string }{
		"bidi override":       {"gpj.\u202eexe", `gpj.\u{202E}exe`},
		"no glyph":            {"漢😀", `\u{6F22}\u{1F600}`},
		"first astral plane":  {"a\U00010000b", `a\u{10000}b`},
		"last code point":     {"\U0010FFFF", `\u{10FFFF}`},
		"only in the mono":    {"from → to ≥ 3", "from → to ≥ 3"},
		"control":             {"a\x00b\x1b[31m", `a\u{0000}b\u{001B}[31m`},
		"not UTF-8":           {"a\xff\xfeb", `a\x{FF}\x{FE}b`},
		"PDF syntax":          {`) Tj ET (\\`, `) Tj ET (\\`},
		"page number alias":   {"{nb}", "{nb}"},
		"private use":         {"\ue000\ue001", `\u{E000}\u{E001}`},
		"a word without end":  {strings.Repeat("x", 1200), strings.Repeat("x", 1200)},
		"zero width and long": {strings.Repeat("a\u200b", 300), strings.Repeat(`a\u{200B}`, 300)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := report.Document{
				Title: test.text, Organisation: test.text, Number: test.text,
				Words: report.Words{Missing: note},
				Sections: []report.Section{{Title: test.text, Blocks: []report.Block{
					report.Table{Columns: []report.Column{{Title: "a"}, {Title: "b", Width: 8}}, Rows: [][]string{{"cell", test.text}}},
				}}},
			}
			text := strings.Join(pages(t, render(t, d)), "")
			if !strings.Contains(squeeze(text), squeeze("cell"+test.want)) {
				t.Errorf("want %.80q after the word cell in %.300q", test.want, text)
			}
			if escaped := strings.Contains(test.want, `{`) && test.text != test.want; escaped != strings.Contains(text, note) {
				t.Errorf("footnote printed: %v, want %v", !escaped, escaped)
			}
		})
	}
}

func TestCellLongerThanAPageRunsOver(t *testing.T) {
	words := make([]string, 3000)
	for i := range words {
		words[i] = "w" + string(rune('a'+i%26))
	}
	long := strings.Join(words, " ")
	d := report.Document{Sections: []report.Section{{Title: "S", Blocks: []report.Block{report.Table{
		Columns: []report.Column{{Title: "When"}, {Title: "What"}},
		Rows:    [][]string{{"before", "x"}, {"long", long}, {"after", "y"}},
	}}}}}
	got := pages(t, render(t, d))
	if len(got) < 3 {
		t.Fatalf("got %d pages", len(got))
	}
	body := ""
	for _, page := range got {
		lines := strings.Split(strings.TrimSpace(page), "\n")
		body += strings.Join(lines[:len(lines)-1], " ") + " " // the last line is the page number
	}
	body = strings.ReplaceAll(body, "When What", "")
	if !strings.Contains(squeeze(body), squeeze("long"+long+"aftery")) {
		t.Error("a part of the long cell is missing or out of order")
	}
}

func TestEmptyAndOddDocuments(t *testing.T) {
	columns := make([]report.Column, 120)
	for name, d := range map[string]report.Document{
		"empty":              {},
		"empty blocks":       {Sections: []report.Section{{Blocks: []report.Block{report.Table{}, report.KeyValues{}, report.List{}, report.Callout{}, report.Heading{}, report.Paragraph{}, nil}}}},
		"table without rows": {Sections: []report.Section{{Blocks: []report.Block{report.Table{Columns: columns[:2]}}}}},
		"too many columns":   {Sections: []report.Section{{Blocks: []report.Block{report.Table{Columns: columns, Rows: [][]string{{"wide cell", "b"}}}}}}},
		"extra cells":        {Sections: []report.Section{{Blocks: []report.Block{report.Table{Columns: columns[:1], Rows: [][]string{{"a", "b", "c"}}}}}}},
		"wrong format":       {Words: report.Words{Page: "%s%s%n"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := pages(t, render(t, d)); len(got) != 1 {
				t.Errorf("got %d pages, want 1", len(got))
			}
		})
	}
}

func TestLongTableInBoundedTime(t *testing.T) {
	start := time.Now()
	data := render(t, sample(5000))
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("5,000 rows took %s", took)
	}
	if len(data) > 8<<20 {
		t.Errorf("5,000 rows make %d bytes", len(data))
	}
	if text := strings.Join(pages(t, data), ""); !strings.Contains(text, "E1/5000") {
		t.Error("the last row is missing")
	}
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorIsReturned(t *testing.T) {
	if err := Render(brokenWriter{}, sample(1)); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want the writer's error", err)
	}
}

func BenchmarkRender(b *testing.B) {
	d := sample(200)
	for b.Loop() {
		render(b, d)
	}
}
