package cases_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

// The golden files are written once for a release and never again: what was
// recorded then must read the same for ever. A new release adds its own pair.
var writeGolden = flag.String("write-golden", "", "write the golden pair of this version, for example v2")

func TestGoldenEventsFoldForEver(t *testing.T) {
	if *writeGolden != "" {
		writeGoldenPair(t, filepath.Join("testdata", "golden-"+*writeGolden), goldenIncident(t))
		writeGoldenPair(t, filepath.Join("testdata", "golden-"+*writeGolden+"-drill"), goldenDrill(t))
		writeGoldenPair(t, filepath.Join("testdata", "golden-"+*writeGolden+"-proof"), goldenProof(t))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "golden-*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no golden events", err)
	}
	kinds := map[string]bool{}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			lines, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(file[:len(file)-len(".jsonl")] + ".state.json")
			if err != nil {
				t.Fatal(err)
			}
			c := &cases.Case{}
			for line := range bytes.Lines(lines) {
				var e event.Event
				if err := json.Unmarshal(line, &e); err != nil {
					t.Fatal(err)
				}
				kinds[e.Kind] = true
				c.Apply(e)
			}
			if got := indented(t, c); !bytes.Equal(got, want) {
				t.Errorf("the fold changed:\n%s", firstDifference(got, want))
			}
		})
	}
	source, err := os.ReadFile("kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range regexp.MustCompile(`"([a-z.-]+/[0-9]+)"`).FindAllSubmatch(source, -1) {
		if !kinds[string(kind[1])] {
			t.Errorf("%s is in no golden events: nothing holds its fold", kind[1])
		}
	}
}

// goldenDrill holds the kind that only a drill has.
func goldenDrill(t *testing.T) []event.Event {
	d := newDesk(t)
	d.do(func(c *cases.Case) error {
		return c.Open(cases.Opening{Number: "A-8", Title: "Mailbox read", Kind: cases.KindDrill})
	})
	d.do(func(c *cases.Case) error { return c.SetSpeed(60) })
	d.add(func(c *cases.Case) (string, error) { return c.StartRun(book(t, "phish.json"), book(t, "tail.json")) })
	d.do(finish("R1.1", answers("rights", "no")))
	d.do(func(c *cases.Case) error { return c.Close() })
	return d.all
}

// goldenProof holds the kinds about proof, counsel, exports and what was destroyed.
func goldenProof(t *testing.T) []event.Event {
	d := runDesk(t)
	d.do(finish("R1.1", answers("rights", "no")))
	d.do(finish("R1.2", cases.StepResult{
		Evidence: []string{"E1/2"}, AcceptProof: "the console prints no mail",
		Seen: map[string][]cases.Sight{"E1/2": {{Name: "console.log", Kind: "file", Size: 3}}},
	}))
	d.add(func(c *cases.Case) (string, error) { return c.AddNote("may we be liable?") })
	d.do(func(c *cases.Case) error { return c.ForCounsel("N1") })
	d.add(func(c *cases.Case) (string, error) { return c.AddNote("names a person") })
	d.do(func(c *cases.Case) error { return c.DestroyBody(d.all[len(d.all)-1].ID, "the person asked") })
	for _, end := range []func(c *cases.Case) error{
		func(c *cases.Case) error { return c.DropExport("X1", "nothing of it is left") },
		func(c *cases.Case) error { return c.FinishExport("X2") },
	} {
		d.add(func(c *cases.Case) (string, error) { return c.BeginExport("/media/usb", "court", heads) })
		d.do(end)
	}
	return d.all
}

func goldenIncident(t *testing.T) []event.Event {
	d := rich(t)
	d.add(func(c *cases.Case) (string, error) { return c.StartRun(book(t, "phish.json"), book(t, "tail.json")) })
	d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("the mail", 2)) })
	work(d, "E2/2")
	d.add(func(c *cases.Case) (string, error) { return c.StartRun(book(t, "phish.json")) })
	d.do(func(c *cases.Case) error { return c.SkipStep("R2.1", "another team does it", true) })
	d.do(func(c *cases.Case) error { return c.SkipStep("R2.2", "nothing to keep", false) })
	handled(d)
	other := &desk{t: t, log: "77aa00", seq: 1, wall: d.wall, c: reload(t, d.c)}
	other.add(func(c *cases.Case) (string, error) { return c.AddNote("from the other laptop") })
	events := append(slices.Clone(d.all), other.all...)
	again := *d.taskDone()
	again.ID = event.ID{Log: "77aa00", Seq: 2}
	gone := other.all[0]
	gone.ID, gone.Data, gone.Destroyed = event.ID{Log: "77aa00", Seq: 3}, nil, true
	events = append(events, again, gone)
	resolver := &desk{t: t, log: d.log, seq: d.seq, wall: d.wall, c: fold(events)}
	resolver.do(func(c *cases.Case) error { return c.ResolveConflict(again.ID, "was done once") })
	return append(events, resolver.all...)
}

func writeGoldenPair(t *testing.T, path string, events []event.Event) {
	var out bytes.Buffer
	for _, e := range events {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	for name, data := range map[string][]byte{path + ".jsonl": out.Bytes(), path + ".state.json": indented(t, fold(events))} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (d *desk) taskDone() *event.Event {
	for i := range d.all {
		if d.all[i].Kind == cases.KindTaskDone {
			return &d.all[i]
		}
	}
	d.t.Fatal("no task was done")
	return nil
}

func indented(t *testing.T, c *cases.Case) []byte {
	t.Helper()
	data, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

func firstDifference(got, want []byte) string {
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range a {
		if i >= len(b) || !bytes.Equal(a[i], b[i]) {
			return "got  " + string(a[i]) + "\nwant " + string(b[min(i, len(b)-1)])
		}
	}
	return "the state is shorter"
}
