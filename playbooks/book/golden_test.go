package book_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/event"
)

// The golden files are written once for a release and never again: what was
// recorded then must read the same for ever. A new release adds its own pair.
var writeGolden = flag.String("write-golden", "", "write the golden pair of this version, for example v2")

func TestGoldenEventsFoldForEver(t *testing.T) {
	if *writeGolden != "" {
		writeGoldenPair(t, filepath.Join("testdata", "golden-"+*writeGolden))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "golden-*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no golden events", err)
	}
	for _, file := range files {
		lines, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(file[:len(file)-len(".jsonl")] + ".state.json")
		if err != nil {
			t.Fatal(err)
		}
		b := new(book.Book)
		for line := range bytes.Lines(lines) {
			var e event.Event
			if err := json.Unmarshal(line, &e); err != nil {
				t.Fatal(err)
			}
			b.Apply(e)
		}
		if got := state(t, b) + "\n"; got != string(want) {
			t.Errorf("%s: the fold changed:\n%s", file, got)
		}
	}
}

func writeGoldenPair(t *testing.T, path string) {
	d := rich(t)
	d.apply("b0", book.KindAdded, `{"id":"CUS-B1","register":"customer","fields":{"name":"müller & söhne"}}`)
	d.apply("b0", book.KindChanged, `{"id":"CON-A2","fields":{"phone":"110"}}`)
	d.apply("b0", book.KindAdded, "")
	d.add("b0", book.System, "name", "CRM")
	var out bytes.Buffer
	for _, e := range d.all {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	for name, data := range map[string]string{path + ".jsonl": out.String(), path + ".state.json": state(t, d.b) + "\n"} {
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
