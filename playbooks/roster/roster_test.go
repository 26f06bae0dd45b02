package roster_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
)

func recorder() *event.Recorder {
	wall := time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC)
	return event.NewRecorder(event.Stamp{ID: event.ID{Log: "a"}, Wall: wall, Actor: "o1"}, event.Said{})
}

func founded(t *testing.T) (*roster.Roster, *event.Recorder) {
	t.Helper()
	r, rec := new(roster.Roster), recorder()
	r.Attach(rec)
	if err := r.Found("w1", " Example  ", roster.Officer{ID: "o1", Name: "Sari", Authority: "ssh-ed25519 AAAA"}, true); err != nil {
		t.Fatal(err)
	}
	if err := r.StartLog(roster.Log{ID: "a", Letter: r.NextLetter(), Device: "k"}); err != nil {
		t.Fatal(err)
	}
	return r, rec
}

func TestReplayGivesTheSameState(t *testing.T) {
	r, rec := founded(t)
	if err := r.Rekey("o1", "ssh-ed25519 BBBB", "restored"); err != nil {
		t.Fatal(err)
	}
	if err := r.UnlockFailed(roster.FailedUnlock{Count: 3}); err != nil {
		t.Fatal(err)
	}
	if err := r.BackedUp(roster.Backup{File: "f"}); err != nil {
		t.Fatal(err)
	}
	r.Attach(nil)
	again := new(roster.Roster)
	for _, e := range rec.Queued() {
		again.Apply(e)
	}
	if !reflect.DeepEqual(r, again) {
		t.Fatalf("replayed\n%+v\nwant\n%+v", again, r)
	}
	o, _ := again.Officer("o1")
	if again.Org != "Example" || o.Authority != "ssh-ed25519 BBBB" || len(o.Former) != 1 || again.Letter("a") != "A" {
		t.Errorf("state %+v", again)
	}
	data, _ := json.Marshal(r)
	back := new(roster.Roster)
	if err := json.Unmarshal(data, back); err != nil || !reflect.DeepEqual(r, back) {
		t.Errorf("a snapshot does not come back: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	r, rec := founded(t)
	before := len(rec.Queued())
	for name, do := range map[string]func() error{
		"found twice":     func() error { return r.Found("w2", "X", roster.Officer{Name: "Y"}, true) },
		"same log":        func() error { return r.StartLog(roster.Log{ID: "a", Letter: "B"}) },
		"same letter":     func() error { return r.StartLog(roster.Log{ID: "b", Letter: "A"}) },
		"unknown officer": func() error { return r.Rekey("o9", "k", "") },
		"no name":         func() error { return new(roster.Roster).Found("w", " ", roster.Officer{Name: "Y"}, true) },
		"two lines":       func() error { return new(roster.Roster).Found("w", "X", roster.Officer{Name: "a\nb"}, true) },
	} {
		if do() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if len(rec.Queued()) != before {
		t.Error("a refusal recorded something")
	}
}

func TestMisfitsAreKeptAsConflicts(t *testing.T) {
	r, rec := founded(t)
	for _, e := range rec.Queued() {
		r.Apply(e)
	}
	r.Apply(event.Event{Kind: "roster.later/9", Data: []byte(`{}`)})
	r.Apply(event.Event{Kind: "log.started/1", Data: []byte(`[`)})
	if len(r.Conflicts) != 3 || len(r.Unknown) != 1 {
		t.Errorf("conflicts %v, unknown %v", r.Conflicts, r.Unknown)
	}
}

func TestLetters(t *testing.T) {
	for n, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA"} {
		r := roster.Roster{Logs: make([]roster.Log, n)}
		if got := r.NextLetter(); got != want {
			t.Errorf("%d logs: %s, want %s", n, got, want)
		}
	}
}

func TestSettleEndsTheAlarmOnce(t *testing.T) {
	r, _ := founded(t)
	if err := r.StartLog(roster.Log{ID: "b", Letter: "B", Cites: &roster.Cited{Log: "a", Size: 3}, Seen: &roster.Cited{Log: "a", Size: 9}}); err != nil {
		t.Fatal(err)
	}
	if set := r.SetBack(); len(set) != 1 || set[0].ID != "b" {
		t.Fatalf("set back %+v", set)
	}
	for name, do := range map[string]func() error{
		"no reason": func() error { return r.Settle("B", " ") },
		"other log": func() error { return r.Settle("A", "x") },
		"no such":   func() error { return r.Settle("Z", "x") },
	} {
		if do() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := r.Settle("b", "an old copy"); err != nil || len(r.SetBack()) != 0 || r.Settle("B", "again") == nil {
		t.Errorf("%v, %+v", err, r.SetBack())
	}
}
