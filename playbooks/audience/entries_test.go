package audience_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

// on records one step on a log, as after a recovery the work goes on on another.
func on(t *testing.T, c *cases.Case, log string, seq uint64, step func(c *cases.Case) error) []event.Event {
	t.Helper()
	stamp := event.Stamp{ID: event.ID{Log: log, Seq: seq}, Wall: time.Date(2026, 11, 22, 9, int(seq), 0, 0, time.UTC), Actor: "rina"}
	rec := event.NewRecorder(stamp, event.Said{})
	c.Attach(rec)
	defer c.Attach(nil)
	if err := step(c); err != nil {
		t.Fatalf("entry %s:%d: %v", log, seq, err)
	}
	return rec.Queued()
}

// open returns the bodies that a copy gives out.
func open(o audience.Order, c *cases.Case, events []event.Event) string {
	hidden := o.Withheld(c, events)
	var out strings.Builder
	for _, e := range events {
		if _, ok := hidden[e.ID]; !ok {
			out.Write(e.Data)
		}
	}
	return out.String()
}

// An entry on a second log calls its note N2, the case calls it N2-bb.
func TestNoteOfAnotherLogStaysOut(t *testing.T) {
	c := &cases.Case{}
	events := on(t, c, "aa", 0, func(c *cases.Case) error { return c.Open(cases.Opening{Number: "A-1", Title: "Leak"}) })
	var id string
	events = append(events, on(t, c, "bb", 0, func(c *cases.Case) (err error) { id, err = c.AddNote("we may be liable"); return err })...)
	events = append(events, on(t, c, "bb", 1, func(c *cases.Case) error { return c.ForCounsel(id) })...)
	for _, audience := range []audience.Order{{For: audience.Court}, {For: audience.Customer}} {
		if got := open(audience, c, events); strings.Contains(got, "liable") {
			t.Errorf("a copy for the %s says %s", audience.For, got)
		}
	}
	if got := open(audience.Order{For: audience.Court, With: []string{id}}, c, events); !strings.Contains(got, "liable") {
		t.Errorf("%s was named and stays out: %s", id, got)
	}
}

// What did not fit the case, or was destroyed, is on none of its lists.
func TestCustomerGetsNoNoteThatTheCaseDoesNotList(t *testing.T) {
	c, events := sample(t)
	stray := slices.Clone(events[1:2])
	stray[0].ID = event.ID{Log: "bb", Seq: 7}
	withdrawn := events[4]
	withdrawn.ID, withdrawn.Data = event.ID{Log: "bb", Seq: 8}, []byte(`{"note":"N9","reason":"it named Hans"}`)
	gone := event.Event{
		Stamp: event.Stamp{ID: event.ID{Log: "bb", Seq: 9}}, Kind: cases.KindBodyDestroyed,
		Data: []byte(`{"entry":{"log":"aa","seq":1},"reason":"it named Hans"}`),
	}
	got := open(audience.Order{For: audience.Customer}, c, append(stray, withdrawn, gone))
	if got != "" {
		t.Errorf("the customer reads %s", got)
	}
}

// The form by which a withheld thing changed hands says what it was for.
func TestFormOfWithheldThingStaysOut(t *testing.T) {
	c := &cases.Case{}
	var events []event.Event
	for i, step := range []func(c *cases.Case) error{
		func(c *cases.Case) error { return c.Open(cases.Opening{Number: "A-1", Title: "Leak"}) },
		add(func(c *cases.Case) (string, error) {
			return c.RecordThing(thingOf("laptop of Hans"), cases.Thing{Serial: "L-1"})
		}),
		add(func(c *cases.Case) (string, error) {
			return c.HandOver(cases.Handover{Item: "E1/1", From: "Rina", To: "the lab", Purpose: "to find what Hans took", SHA256: strings.Repeat("a", 64)})
		}),
		func(c *cases.Case) error { return c.WithdrawForm("F1", "Hans took it back") },
	} {
		events = append(events, on(t, c, "aa", uint64(i), step)...)
	}
	for _, ref := range []string{"E1", "F1"} {
		o := audience.Order{For: audience.Court, Without: map[string]string{ref: "of a person"}}
		got := open(o, c, events[2:])
		if strings.Contains(got, "Hans") {
			t.Errorf("without %s the copy says %s", ref, got)
		}
	}
}

// What a withheld step's answer set says what was answered.
func TestFactOfWithheldStepStaysOut(t *testing.T) {
	ids := []event.ID{{Log: "aa", Seq: 1}, {Log: "aa", Seq: 2}, {Log: "aa", Seq: 3}}
	events := []event.Event{
		{Stamp: event.Stamp{ID: ids[0]}, Kind: "step.done/1", Data: []byte(`{"step":"R1.6","answers":{"reason":"Hans said so"}}`)},
		{Stamp: event.Stamp{ID: ids[1]}, Kind: cases.KindFact, Data: []byte(`{"key":"aware","reason":"Hans said so","source":"step R1.6"}`)},
		{Stamp: event.Stamp{ID: ids[2]}, Kind: cases.KindFact, Data: []byte(`{"key":"aware","reason":"the log says so","source":"step R1.5"}`)},
	}
	o := audience.Order{For: audience.Court, Without: map[string]string{"R1.6": "of a person"}}
	got := open(o, &cases.Case{}, events)
	if strings.Contains(got, "Hans") || !strings.Contains(got, "the log says so") {
		t.Errorf("the copy says %s", got)
	}
}

func thingOf(title string) cases.Collected {
	manifest := cases.Object{SHA256: strings.Repeat("b", 64), Size: 1, Extents: []byte("[]")}
	return cases.Collected{Title: title, Kind: "thing", Manifest: manifest, Items: 1}
}
