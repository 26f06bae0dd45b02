package markdown

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t testing.TB, d report.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func everyBlock() report.Document {
	return report.Document{
		Lang: "en", Organisation: "Contoh Perangkat Lunak", Number: "A-7", Title: "Data seen by a stranger",
		Subtitle: "Incident report", TLP: "amber+strict", Drill: "DRILL, NOT A REAL INCIDENT",
		Meta: []report.KeyValue{{Key: "State", Value: "contained"}, {Key: "Head", Value: "3d2f740f", Mono: true}},
		Sections: []report.Section{
			{Title: "Summary", Blocks: []report.Block{
				report.Heading{Text: "In short"},
				report.Paragraph{Text: "First line\nsecond line\n\n  an indented paragraph"},
				report.Callout{Kind: report.Warning, Title: "Recorded by one officer", Text: "Nobody witnessed it.\nNobody at all."},
				report.List{Items: []string{"one", "two\nwith a break"}},
			}},
			{Title: "Evidence", Blocks: []report.Block{report.Table{
				Columns: []report.Column{{Title: "Item"}, {Title: "Size", Align: report.Right}, {Title: "SHA-256", Mono: true}},
				Rows:    [][]string{{"E1/1", "1024", strings.Repeat("ab", 32)}, {"E1/2"}, {"a", "b", "c", "d"}},
			}}},
		},
	}
}

// hostile has in every place a text that would be markup if it were let.
func hostile() report.Document {
	texts := []string{
		"# heading", "- item", "+ item", "1. item", "2) item", "> quote", "---", "===", "***", "    code", "\tcode",
		"```\nfence\n```", "~~~", "`code`", "*bold* _em_ ~~gone~~", "[link](http://x.example)", "![pic](x.png)",
		"[ref]: http://x.example", "<b>html</b><script>alert(1)</script>", "<http://auto.example>", "http://bare.example",
		"www.bare.example", "WWW.bare.example", "me@bare.example", "&lt;entity&#33;", "a | b | c", "a\\", "a\\|b", "line\nbreak", "\n\n# later heading\n\n- x",
		"bidi \u202e\u2066 zero\u200bwidth", "bell \a escape \x1b[31m null \x00", "not utf-8 \xff\xfe", "$math$", ":smile:", "| --- |", "<!--", "-->",
	}
	var rows [][]string
	var items []report.KeyValue
	section := report.Section{Title: "# t <b>"}
	for _, text := range texts {
		rows = append(rows, []string{text, text})
		items = append(items, report.KeyValue{Key: text, Value: text}, report.KeyValue{Key: text, Value: text, Mono: true})
		section.Blocks = append(section.Blocks, report.Paragraph{Text: text}, report.Heading{Text: text},
			report.Callout{Title: text, Text: text})
	}
	section.Blocks = append(section.Blocks, report.KeyValues{Items: items}, report.List{Items: texts},
		report.Table{Columns: []report.Column{{Title: "a|b"}, {Title: "`c`", Mono: true}}, Rows: rows})
	return report.Document{Title: "<i>t</i>\n# u", Organisation: "*o*", Number: "`n`", Sections: []report.Section{section}}
}

func TestGolden(t *testing.T) {
	for name, d := range map[string]report.Document{"blocks": everyBlock(), "hostile": hostile(), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".md")
			got := render(t, d)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s; look at it, then run the test with -update. Got:\n%s", file, got)
			}
		})
	}
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain, with a-hyphen & 3.5 (x)!": `plain, with a-hyphen \& 3.5 (x)!`,
		"#1":                              `\#1`,
		"-1":                              `\-1`,
		"12. x":                           `12\. x`,
		"12.5":                            `12\.5`,
		"a_b*c":                           `a\_b\*c`,
		"see http://x.example":            `see http\://x.example`,
		"WwW.x.example":                   `WwW\.x.example`,
		"10:30":                           "10:30",
		"":                                "",
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	for in, want := range map[string]string{
		"abc def":      "`abc def`",
		"<b>&amp;":     "`<b>&amp;`",
		"a`b":          "a\\`b",
		"a|b":          `a\|b`,
		"a\nb":         "a<br>b",
		" padded ":     "`  padded  `",
		"":             "",
		"rtl \u202e x": "`rtl \\u{202E} x`",
	} {
		if got := code(in); got != want {
			t.Errorf("code(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzLine: a cell is one line without a bare pipe, a bare "<" other than our
// own line break, or a character that cannot be seen.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "a|b", `\|`, "\\\n|", "<br>", "`", "\u202e", "\xff|", "  x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{line(s), code(s)} {
			if strings.ContainsAny(got, "\n\r") || report.Visible(got) != got {
				t.Fatalf("%q becomes %q", s, got)
			}
			if strings.HasPrefix(got, "`") {
				continue
			}
			bare := strings.ReplaceAll(got, `\\`, "")
			bare = strings.ReplaceAll(bare, "<br>", "")
			for _, c := range []string{"|", "<", "`", "[", "*"} {
				if strings.Count(bare, c) != strings.Count(bare, `\`+c) {
					t.Fatalf("%q becomes %q with a bare %s", s, got, c)
				}
			}
		}
	})
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorIsReturned(t *testing.T) {
	if err := Render(brokenWriter{}, everyBlock()); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want the writer's error", err)
	}
}
