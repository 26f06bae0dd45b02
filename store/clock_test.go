package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
)

// hands is a clock whose hands a test moves.
type hands struct{ now store.Reading }

func (h *hands) read() store.Reading { return h.now }

// pass lets time pass for both hands, then moves the wall clock by a jump.
func (h *hands) pass(d, jump time.Duration) {
	h.now.Wall = h.now.Wall.Add(d + jump)
	h.now.Mono += d.Milliseconds()
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456000, time.UTC)

func TestAttack20_DoubtfulClocksAreFlaggedAndKept(t *testing.T) {
	h := &hands{store.Reading{Wall: noon, Boot: "boot-1", Mono: 1000}}
	w, b := create(t)
	closeNow(t, w)
	b.clock = h.read
	o := b.options(t)
	o.Built = noon.Add(-time.Hour)
	w, err := store.Open(t.Context(), b.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	// What was appended before by the real clock is of another boot.
	tag := openCase(t, w, "clocks")
	steps := []struct {
		what  string
		d     time.Duration
		jump  time.Duration
		boot  string
		doubt string
	}{
		{"a minute", time.Minute, 0, "", ""},
		{"within two minutes", time.Minute, 119 * time.Second, "", ""},
		{"back", time.Minute, -time.Hour, "", "earlier than the entry before"},
		{"forward a day", time.Minute, 24 * time.Hour, "", "moved by about 24h0m0s"},
		{"a year ahead", time.Minute, 365 * 24 * time.Hour, "", "moved by about 8760h"},
		{"back before the program was built", time.Minute, -2 * 365 * 24 * time.Hour, "", "earlier than the program itself"},
		{"right again, after a new boot", time.Minute, 365*24*time.Hour + 3*time.Hour, "boot-2", ""},
	}
	var walls []time.Time
	for _, s := range steps {
		h.pass(s.d, s.jump)
		if s.boot != "" {
			h.now.Boot = s.boot
		}
		walls = append(walls, h.now.Wall)
		note(t, w, tag, s.what)
	}
	check := func(w *store.Workspace) {
		t.Helper()
		events, err := w.Events(t.Context(), tag)
		if err != nil || len(events) != len(steps)+1 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		for i, s := range steps {
			e := events[i+1]
			if !e.Wall.Equal(walls[i]) {
				t.Errorf("%s: recorded at %s, the clock said %s", s.what, e.Wall, walls[i])
			}
			if (s.doubt == "") != (e.Doubt == "") || !strings.Contains(e.Doubt, s.doubt) {
				t.Errorf("%s: doubt %q, want %q", s.what, e.Doubt, s.doubt)
			}
		}
	}
	check(w)
	verified(t, w) // a wrong clock is doubtful, not damage
	closeNow(t, w)
	if w, err = store.Open(t.Context(), b.dir, o); err != nil {
		t.Fatal(err)
	}
	check(w)
	closeNow(t, w)
}

// What was said to have happened is another time than what the clock said, and
// the order of the ledger is neither.
func TestEventTimeIsApartFromTheClock(t *testing.T) {
	h := &hands{store.Reading{Wall: noon, Boot: "boot-1"}}
	w, b := create(t)
	closeNow(t, w)
	b.clock = h.read
	w = b.open(t)
	tag := openCase(t, w, "clocks")
	said := event.Said{At: instantAt(t, "2026-11-20T08:00+01:00[Europe/Rome]"), Source: "hotline"}
	h.pass(time.Minute, -10*time.Hour)
	if err := store.Update(t.Context(), w, tag, said, func(c *cases.Case) error {
		_, err := c.AddNote("they rang")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	viewCase(t, w, tag, func(c *cases.Case) {
		n := c.Notes[0]
		if !n.Wall.Equal(h.now.Wall) || n.At.String() != said.At.String() || n.Source != "hotline" {
			t.Errorf("note %+v", n)
		}
	})
	tomorrow := event.Said{At: instantAt(t, "2026-11-23T08:00Z")}
	if err := store.Update(t.Context(), w, tag, tomorrow, func(c *cases.Case) error {
		_, err := c.AddNote("from the future")
		return err
	}); err == nil {
		t.Error("something was recorded that is said to happen the day after tomorrow")
	}
}
