package agenda_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/agenda"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/library"
)

var start = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// opened is a case with what the steps record, all of it at the start.
func opened(t *testing.T, o cases.Opening, steps ...func(c *cases.Case) error) *cases.Case {
	t.Helper()
	c, seq := &cases.Case{}, uint64(0)
	open := func(c *cases.Case) error { return c.Open(o) }
	for i, step := range append([]func(c *cases.Case) error{open}, steps...) {
		rec := event.NewRecorder(event.Stamp{ID: event.ID{Log: "aa", Seq: seq}, Wall: start, Actor: "rina"}, event.Said{})
		c.Attach(rec)
		if err := step(c); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		seq += uint64(len(rec.Queued()))
	}
	c.Attach(nil)
	return c
}

func task(text string, due instant.Instant) func(c *cases.Case) error {
	return func(c *cases.Case) error { _, err := c.AddTask(text, "Budi", due); return err }
}

func playbook(short string) func(c *cases.Case) error {
	return func(c *cases.Case) error {
		var all [][]byte
		for _, p := range library.All() {
			all = append(all, p.Bytes)
		}
		p, _ := library.ByShort(short)
		_, err := c.StartRun(p.Bytes, all...)
		return err
	}
}

func refs(items []agenda.Item) []string {
	var out []string
	for _, i := range items {
		out = append(out, i.Case+" "+i.Ref)
	}
	return out
}

func TestTheMostUrgentComesFirst(t *testing.T) {
	low := opened(t, cases.Opening{Number: "A-1", Title: "Odd mail", Severity: "low"},
		task("soon", instant.Of(start.Add(time.Hour))), task("some time", instant.Instant{}))
	high := opened(t, cases.Opening{Number: "A-2", Title: "Outage", Severity: "high"},
		task("some time", instant.Instant{}), task("late", instant.Of(start.Add(-time.Hour))))
	drill := opened(t, cases.Opening{Number: "A-3", Title: "Practice", Severity: "critical", Kind: "drill"},
		task("long overdue", instant.Of(start.Add(-24*time.Hour))))
	var all []agenda.Item
	for _, c := range []*cases.Case{drill, low, high} {
		all = append(all, agenda.Of(c, "en", start)...)
	}
	agenda.Sort(all)
	want := []string{"A-2 T2", "A-1 T1", "A-2 T1", "A-1 T2", "A-3 T1"}
	if got := refs(all); !slices.Equal(got, want) {
		t.Errorf("in the order %v, want %v", got, want)
	}
	if !all[0].Overdue || all[1].Overdue || !all[4].Drill {
		t.Errorf("items %+v", all)
	}
}

func TestStepsWaitInTheReadersLanguage(t *testing.T) {
	c := opened(t, cases.Opening{Number: "A-1", Title: "Call"}, playbook("takeover"))
	later := start.Add(20 * time.Minute)
	en, it := agenda.Of(c, "en", later), agenda.Of(c, "it", later)
	if len(en) < 5 || len(en) != len(it) {
		t.Fatalf("%d in English, %d in Italian", len(en), len(it))
	}
	agenda.Sort(en)
	if first := en[0]; first.Kind != agenda.Step || !first.Overdue || !first.Mandatory || first.Who == "" {
		t.Errorf("first comes %+v", first)
	}
	for i := range it {
		if it[i].Text == "" || it[i].Text == agenda.Of(c, "en", later)[i].Text {
			t.Errorf("%s says %q in Italian", it[i].Ref, it[i].Text)
		}
	}
}

func TestAClosedCaseIsQuiet(t *testing.T) {
	c := opened(t, cases.Opening{Number: "A-1", Title: "Call"}, task("left", instant.Instant{}),
		func(c *cases.Case) error { return c.Close() })
	if got := agenda.Of(c, "en", start); len(got) != 0 {
		t.Errorf("waiting: %+v", got)
	}
}
