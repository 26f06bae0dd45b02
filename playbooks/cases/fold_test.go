package cases_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

func TestReplayAndReloadGiveTheSameCase(t *testing.T) {
	d := rich(t)
	sameCase(t, "replayed", fold(d.all), d.c)
	sameCase(t, "reloaded", reload(t, d.c), d.c)
	if len(d.c.Conflicts)+len(d.c.Newer)+len(d.c.Destroyed) > 0 {
		t.Errorf("a case of one laptop has conflicts %v", d.c.Conflicts)
	}
}

func TestReloadedCaseGoesOn(t *testing.T) {
	d := rich(t)
	for i := range d.all {
		c := reload(t, fold(d.all[:i]))
		for _, e := range d.all[i:] {
			c.Apply(e)
		}
		if state(t, c) != state(t, d.c) {
			t.Fatalf("snapshot after %d events leads elsewhere\n%s\n%s", i, state(t, c), state(t, d.c))
		}
	}
}

func TestSummaryIsTheCasesSummary(t *testing.T) {
	d := rich(t)
	var s cases.Summary
	c := &cases.Case{}
	for _, e := range append(d.all, event.Event{Kind: "note.added/9"}) {
		s.Apply(e)
		c.Apply(e)
		if !reflect.DeepEqual(s, c.Summary()) {
			t.Fatalf("after %s: folded %+v, want %+v", e.Kind, s, c.Summary())
		}
	}
	if s.Number != "A-7" || s.State != "open" || s.Notes != 1 || s.Evidence != 1 || s.Severity != "high" || !s.Newer {
		t.Errorf("summary %+v", s)
	}
}

// Whatever arrives, in whatever order, folding does not panic, counts every
// entry, and is the same each time.
func TestAnyOrderFoldsTheSame(t *testing.T) {
	d := rich(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		events := disordered(rng, d.all)
		a, b := fold(events), fold(events)
		if state(t, a) != state(t, b) || a.Entries != len(events) {
			t.Fatalf("two folds differ, or lost one of %d entries", len(events))
		}
		sameCase(t, "reloaded", reload(t, a), a)
		var s cases.Summary
		for _, e := range events {
			s.Apply(e)
			for _, row := range a.Rows(e, "it") {
				if row.Text == "" || row.Recorded.IsZero() {
					t.Fatalf("no text for %s: %+v", e.Kind, row)
				}
			}
		}
		if !reflect.DeepEqual(s, a.Summary()) {
			t.Fatalf("summary %+v, want %+v", s, a.Summary())
		}
	}
}

// disordered returns some of the events in any order, some of them damaged or
// from another log.
func disordered(rng *rand.Rand, all []event.Event) []event.Event {
	events := slices.Clone(all)
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	events = events[:rng.IntN(len(events)+1)]
	for i := range events {
		switch rng.IntN(12) {
		case 0:
			events[i].Destroyed, events[i].Data = true, nil
		case 1:
			events[i].Log = "otherlog"
		case 2:
			events[i].Data = json.RawMessage(`{"items":-1,"id":7`)
		case 3:
			events[i].Data = json.RawMessage(`{"note":"N1"}`)
		}
	}
	return events
}

func TestUnknownKindMakesReadOnly(t *testing.T) {
	d := openDesk(t)
	d.c.Apply(event.Event{Stamp: event.Stamp{ID: event.ID{Log: "x", Seq: 9}}, Kind: "note.added/2", Data: json.RawMessage(`{}`)})
	if d.c.ReadOnly != cases.ReasonNewer || len(d.c.Newer) != 1 {
		t.Fatalf("read-only %q, newer %v", d.c.ReadOnly, d.c.Newer)
	}
	d.refused("read-only", func(c *cases.Case) error { return id(c.AddNote("x")) })
	d.refused("read-only", func(c *cases.Case) error { return c.SetFact("aware", at(t, "2026-11-21T13:00Z"), "") })
	d.refused("read-only", func(c *cases.Case) error { return c.Close() })
}

func TestWithoutRecorderNothingIsRecorded(t *testing.T) {
	d := rich(t)
	before := state(t, d.c)
	for name, fn := range map[string]func() error{
		"note":  func() error { return id(d.c.AddNote("x")) },
		"fact":  func() error { return d.c.SetFact("aware", at(t, "2026-11-21T13:00Z"), "") },
		"close": func() error { return d.c.Close() },
	} {
		if err := fn(); !errors.Is(err, event.ErrNoRecorder) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if state(t, d.c) != before {
		t.Error("the case changed")
	}
}

func TestDestroyedEntries(t *testing.T) {
	d := openDesk(t)
	d.add(func(c *cases.Case) (string, error) { return c.AddNote("first") })
	events := slices.Clone(d.all)
	events[1].Destroyed, events[1].Data = true, nil
	c := fold(events)
	if len(c.Notes) != 0 || len(c.Destroyed) != 1 || c.Destroyed[0].Kind != cases.KindNote {
		t.Fatalf("notes %v, destroyed %v", c.Notes, c.Destroyed)
	}
	d.c = c
	if got := d.add(func(c *cases.Case) (string, error) { return c.AddNote("second") }); got != "N2" {
		t.Errorf("the id of a destroyed note was given again: %s", got)
	}
	events[0].Destroyed, events[0].Data = true, nil
	d.c = fold(events)
	d.add(func(c *cases.Case) (string, error) { return c.AddNote("still works") })
	if d.c.State != "open" || d.c.Severity != "medium" {
		t.Errorf("a damaged opening locked the case: %+v", d.c.Summary())
	}
}

func TestTwoLogsNeverShareAnID(t *testing.T) {
	a := openDesk(t)
	b := &desk{t: t, log: "77aa00", wall: start, c: fold(a.all)}
	a.add(func(c *cases.Case) (string, error) { return c.AddNote("on A") })
	if got := b.add(func(c *cases.Case) (string, error) { return c.AddNote("on B") }); got != "N1-77aa" {
		t.Fatalf("B's note is %s", got)
	}
	b.do(func(c *cases.Case) error { return c.WithdrawNote("N1-77aa", "typo") })
	merged := append(slices.Clone(a.all), b.all...)
	swapped := append(slices.Clone(a.all[:1]), append(slices.Clone(b.all), a.all[1:]...)...)
	for name, events := range map[string][]event.Event{"A first": merged, "B first": swapped} {
		c := fold(events)
		for _, n := range c.Notes {
			if (n.Struck != nil) != (n.Text == "on B") || (n.ID == "N1") != (n.Text == "on A") {
				t.Errorf("%s: %+v", name, n)
			}
		}
		if len(c.Notes) != 2 || len(c.Conflicts) != 0 {
			t.Errorf("%s: notes %v, conflicts %v", name, c.Notes, c.Conflicts)
		}
		if rows := c.Rows(b.all[0], "en"); rows[0].Ref != "N1-77aa" {
			t.Errorf("%s: the timeline calls it %s", name, rows[0].Ref)
		}
	}
}

func TestConflictsAreKeptAndSettled(t *testing.T) {
	a := openDesk(t)
	a.add(func(c *cases.Case) (string, error) { return c.AddTask("call", "", at(t, "2026-11-22T10:00Z")) })
	b := &desk{t: t, log: "77aa00", wall: start, c: fold(a.all)}
	a.do(func(c *cases.Case) error { return c.DropTask("T1", "not needed") })
	b.do(func(c *cases.Case) error { return c.FinishTask("T1") })
	b.add(func(c *cases.Case) (string, error) { return c.Collect(collected("late", 1)) })
	a.do(func(c *cases.Case) error { return c.Close() })
	for _, e := range b.all {
		a.c.Apply(e)
	}
	if len(a.c.Conflicts) != 2 || a.c.OpenConflicts() != 2 || len(a.c.Collections) != 0 || a.c.Tasks[0].State != cases.TaskDropped {
		t.Fatalf("conflicts %+v", a.c.Conflicts)
	}
	if row := a.c.Rows(b.all[0], "en")[0]; row.Conflict != "closed" {
		t.Errorf("the timeline does not say that it changed nothing: %+v", row)
	}
	for _, x := range a.c.Conflicts {
		if x.Reason != "closed" || x.Text("it") == "" || x.By != "rina" {
			t.Errorf("conflict %+v: %q", x, x.Text("it"))
		}
	}
	a.refused("closed", func(c *cases.Case) error { return id(c.AddNote("x")) })
	entry := a.c.Conflicts[0].Event
	a.do(func(c *cases.Case) error { return c.ResolveConflict(entry, "dropped stands") })
	a.refused("unknown-conflict", func(c *cases.Case) error { return c.ResolveConflict(entry, "again") })
	if a.c.OpenConflicts() != 1 {
		t.Errorf("%d conflicts open", a.c.OpenConflicts())
	}
}

// Whatever a body holds, folding it neither panics nor loses the entry, and the
// case still survives a snapshot and can be shown.
func FuzzApply(f *testing.F) {
	d := worked(f)
	base := state(f, d.c)
	for _, e := range slices.Concat(rich(f).all, d.all, withThings(f).all) {
		f.Add(e.Kind, []byte(e.Data), e.Log == d.log)
	}
	f.Add(cases.KindDestroyed, []byte(`{"item":"E1/999999999999999999999"}`), false)
	f.Add(cases.KindOffset, []byte(`{"source":"x","offset_ms":9223372036854775807}`), true)
	f.Add(cases.KindNote, []byte(`{"id":"N1","text":"taken"}`), true)
	f.Fuzz(func(t *testing.T, kind string, data []byte, home bool) {
		c := &cases.Case{}
		if err := json.Unmarshal([]byte(base), c); err != nil {
			t.Fatal(err)
		}
		e := event.Event{Stamp: event.Stamp{ID: event.ID{Log: "77aa00", Seq: 99}, Wall: start}, Kind: kind, Data: data}
		if home {
			e.Log = d.log
		}
		entries := c.Entries
		c.Apply(e)
		again := reload(t, c)
		if state(t, again) != state(t, c) || c.Entries != entries+1 {
			t.Fatalf("%s %q: the snapshot is not the case", kind, data)
		}
		again.Apply(e)
		again.Steps("en", start)
		again.Blockers()
		again.Rows(e, "it")
	})
}
