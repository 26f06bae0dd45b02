package cases_test

import (
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

// things is a case with one of everything whose body may be destroyed.
func things(t *testing.T) *desk {
	d := openDesk(t)
	for _, fn := range []func(c *cases.Case) error{
		func(c *cases.Case) error { return id(c.AddNote("SECRET note")) },
		func(c *cases.Case) error { return id(c.AddPerson("SECRET person", "technical", "")) },
		func(c *cases.Case) error { return id(c.AddTask("SECRET task", "", at(t, "2026-11-22T18:00Z"))) },
		func(c *cases.Case) error { return id(c.AddAsset("host", "secret.example")) },
		func(c *cases.Case) error { return id(c.AddIndicator("domain", "secret.example")) },
		func(c *cases.Case) error {
			return id(c.ImportTimeline("SECRET log", []cases.ImportRow{{At: at(t, "2026-11-21T12:00Z"), Text: "x"}}))
		},
	} {
		d.do(fn)
	}
	return d
}

func TestDestroyedBodyLeavesTheCaseAndSaysWhoAndWhy(t *testing.T) {
	d := things(t)
	d.do(func(c *cases.Case) error { return c.Close() })
	for _, e := range d.all[1:7] {
		d.do(func(c *cases.Case) error { return c.DestroyBody(e.ID, "retention ended") })
		d.refused("destroyed-already", func(c *cases.Case) error { return c.DestroyBody(e.ID, "once more") })
	}
	if s := strings.ToLower(state(t, d.c)); strings.Contains(s, "secret") {
		t.Errorf("the case still says it: %s", s)
	}
	for i, g := range d.c.Destroyed {
		if e := d.all[i+1]; g.Entry != e.ID || g.Kind != e.Kind || g.Why == nil || g.Why.By != "rina" || g.Why.Reason != "retention ended" {
			t.Errorf("%s: %+v", e.Kind, g)
		}
	}
	if row := cases.Describe(d.all[len(d.all)-1], "en"); row.Text != "Content of entry b3f1c2:6 destroyed, because: retention ended" {
		t.Errorf("row %q", row.Text)
	}
	if c := d.c; len(c.Destroyed) != 6 || c.Made["N"] != 1 {
		t.Errorf("%d destroyed, ids %v", len(c.Destroyed), c.Made)
	}
}

func TestFoldFromZeroShowsDestructionAlike(t *testing.T) {
	d := things(t)
	for _, e := range d.all[1:] {
		d.do(func(c *cases.Case) error { return c.DestroyBody(e.ID, "retention ended") })
	}
	for i := 1; i < 7; i++ {
		d.all[i].Destroyed, d.all[i].Data = true, nil
	}
	sameCase(t, "folded again", fold(d.all), d.c)
}

func TestOnlyWhatPeopleWroteIsDestroyed(t *testing.T) {
	d := rich(t)
	for _, e := range d.all {
		if !cases.Destroyable(e.Kind) {
			d.refused("not-destroyable", func(c *cases.Case) error { return c.DestroyBody(e.ID, "because") })
		}
	}
	d.refused("not-destroyable", func(c *cases.Case) error { return c.DestroyBody(event.ID{Log: "x", Seq: 1}, "because") })
	d.refused("reason", func(c *cases.Case) error { return c.DestroyBody(d.all[1].ID, " ") })
	damaged := event.Event{Stamp: event.Stamp{ID: event.ID{Log: d.log, Seq: 999}}, Kind: cases.KindSealed, Destroyed: true}
	d.c.Apply(damaged)
	d.refused("not-destroyable", func(c *cases.Case) error { return c.DestroyBody(damaged.ID, "because") })
}
