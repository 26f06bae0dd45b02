package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/posko-ir/posko/playbooks/render/jsondoc"
	"github.com/posko-ir/posko/playbooks/render/markdown"
	"github.com/posko-ir/posko/playbooks/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(gotLines), len(wantLines)) {
		var g, w []byte
		if i < len(gotLines) {
			g = gotLines[i]
		}
		if i < len(wantLines) {
			w = wantLines[i]
		}
		if !bytes.Equal(g, w) {
			t.Fatalf("%s, line %d: got\n%.2000s\nwant\n%.2000s\nIf it is meant, run the test with -update.", file, i+1, g, w)
		}
	}
}

func TestBuildGolden(t *testing.T) {
	d := incident(t, "incident")
	for _, lang := range []string{"en", "id", "it"} {
		t.Run(lang, func(t *testing.T) {
			var b bytes.Buffer
			if err := markdown.Render(&b, report.Build(d.input(lang))); err != nil {
				t.Fatal(err)
			}
			golden(t, "incident."+lang+".md", b.Bytes())
		})
	}
}

func TestModelGolden(t *testing.T) {
	var b bytes.Buffer
	if err := jsondoc.Render(&b, report.NewModel(incident(t, "incident").input("en"))); err != nil {
		t.Fatal(err)
	}
	golden(t, "incident.json", b.Bytes())
}
