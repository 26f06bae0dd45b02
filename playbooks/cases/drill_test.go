package cases_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
)

const story = `"drill":{"scenario":"A made-up mail.","facts":[{"key":"told","at":"opened-20m"},{"key":"aware","at":"opened"}],
 "injects":[{"key":"late","at":"opened+3h","text":"A journalist asks."},{"key":"early","at":"opened+1h","text":"A customer calls."}]},`

// drillDesk is a drill at speed 60 on which phish runs with a story.
func drillDesk(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	d.do(func(c *cases.Case) error {
		return c.Open(cases.Opening{Number: "A-7", Title: "Practice", Kind: "drill"})
	})
	d.do(func(c *cases.Case) error { return c.SetSpeed(60) })
	d.add(func(c *cases.Case) (string, error) { return c.StartRun(storied(t), book(t, "tail.json")) })
	return d
}

func storied(t *testing.T) []byte {
	t.Helper()
	kind := []byte(`"kind": "incident",`)
	plain := book(t, "phish.json")
	if bytes.Count(plain, kind) != 1 {
		t.Fatal("the fixture changed")
	}
	return bytes.Replace(plain, kind, append([]byte(story), kind...), 1)
}

func TestDrillRunsFasterThanTheClock(t *testing.T) {
	d := drillDesk(t)
	opened, _ := d.c.Fact("opened")
	told, _ := d.c.Fact("told")
	if got := opened.Time().Sub(told.Time()); got != 20*time.Second {
		t.Errorf("told %s before the opening, want 20 minutes at speed 60", got)
	}
	if f := d.c.Facts["told"][0]; f.Source != "drill" {
		t.Errorf("a made-up fact says %q is its source", f.Source)
	}
	steps := d.c.Steps("en", d.wall)
	if got := steps[0].Due.Time().Sub(opened.Time()); got != 4*time.Minute {
		t.Errorf("aware+4h is due after %s", got)
	}
	sameCase(t, "replayed", fold(d.all), d.c)
}

func TestDrillNewsArrive(t *testing.T) {
	d := drillDesk(t)
	opened, _ := d.c.Fact("opened")
	at := func(d time.Duration) time.Time { return opened.Time().Add(d) }
	before := d.c.Story("en", at(59*time.Second))
	if len(before.News) != 0 || !before.Next.Time().Equal(at(time.Minute)) || before.Scenarios[0] != "A made-up mail." {
		t.Errorf("too early: %+v", before)
	}
	after := d.c.Story("en", at(3*time.Minute))
	if len(after.News) != 2 || after.News[0].Text != "A customer calls." || after.News[1].Key != "late" || !after.Next.IsZero() {
		t.Errorf("at the end: %+v", after)
	}
	if s := runDesk(t).c.Story("en", d.wall); len(s.Scenarios)+len(s.News) != 0 {
		t.Errorf("a real case tells a story: %+v", s)
	}
}

func TestRealCaseIsNoDrill(t *testing.T) {
	d := openDesk(t)
	d.refused("no-drill", func(c *cases.Case) error { return c.SetSpeed(60) })
	d.add(func(c *cases.Case) (string, error) { return c.StartRun(storied(t), book(t, "tail.json")) })
	if _, ok := d.c.Fact("told"); ok {
		t.Error("a made-up fact stands on a real case")
	}
	if d.c.Sheet("en", d.wall) != nil {
		t.Error("a real case has a drill's sheet")
	}
}

func TestSpeedIsSetOnceBeforeTheStart(t *testing.T) {
	d := drillDesk(t)
	d.refused("speed-set", func(c *cases.Case) error { return c.SetSpeed(2) })
	for _, speed := range []int{-1, 0, cases.MaxSpeed + 1} {
		d.refused("speed", func(c *cases.Case) error { return c.SetSpeed(speed) })
	}
}

func TestSheet(t *testing.T) {
	const hour = 3600
	d := drillDesk(t) // opened at minute 1, started at minute 3; each update takes a minute, an hour of the story
	d.do(finish("R1.1", answers("rights", "no", "hint", "No")))
	d.do(finish("R1.2", cases.StepResult{Note: "nobody had a mail at hand"}))
	d.do(func(c *cases.Case) error { return c.Close() })
	s := d.c.Sheet("en", d.wall.Add(time.Hour))
	if !s.Finished || s.Speed != 60 || s.InTime != 1 || s.Late != 1 || s.NoProof != 1 || s.Left != 1 {
		t.Fatalf("sheet %+v", s)
	}
	if r := s.Rows[1]; r.Target != 4*hour || r.Took != 3*hour || r.Late != 0 || r.NoProof {
		t.Errorf("in time: %+v", r)
	}
	if r := s.Rows[0]; r.Target != hour/2 || r.Took != 4*hour || r.Late != 7*hour/2 || !r.NoProof {
		t.Errorf("late and without proof: %+v", r)
	}
	sameCase(t, "replayed", fold(d.all), d.c)
}

// What a player says of the time before the opening is meant in the story's time.
func TestPlayersTimesBeforeTheOpeningAreTheStorys(t *testing.T) {
	d := drillDesk(t)
	opened, _ := d.c.Fact("opened")
	d.do(func(c *cases.Case) error { return c.SetFact("aware", opened.Add(-2*time.Hour), "they said so") })
	if got := d.c.Steps("en", d.wall)[0].Due.Time().Sub(opened.Time()); got != 2*time.Minute {
		t.Errorf("aware two hours before, due four hours later, is due after %s, want the story's two hours", got)
	}
}
