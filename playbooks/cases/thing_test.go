package cases_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

func laptop() cases.Thing {
	return cases.Thing{Serial: "PF-3XK9", SealNumber: "004711", State: "on", Description: "lid open", Place: "desk 12", Keeper: "Ada Rossi"}
}

func thing(title string) func(c *cases.Case) (string, error) {
	return func(c *cases.Case) (string, error) { return c.RecordThing(collected(title, 1), laptop()) }
}

func handover(item string) cases.Handover {
	return cases.Handover{Item: item, From: "Ada Rossi", To: "Insp. Conti", Place: "Via Roma 1", Purpose: "imaging", SHA256: sum}
}

// handled records everything that can happen to a thing, on a case with at least
// one seal; it returns the thing's collection.
func handled(d *desk) string {
	d.t.Helper()
	id := d.add(thing("Laptop of finance"))
	item := cases.ThingItem(id)
	form := d.add(func(c *cases.Case) (string, error) { return c.HandOver(handover(item)) })
	lost := d.add(func(c *cases.Case) (string, error) { return c.HandOver(handover(d.c.Seals[0].ID)) })
	scan := d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("the signed form", 1)) })
	for _, fn := range []func(c *cases.Case) error{
		func(c *cases.Case) error {
			return c.Move(cases.Move{Item: item, Place: "safe", Keeper: "Budi", Reason: "over night"})
		},
		func(c *cases.Case) error { return c.FormBack(form, scan+"/1") },
		func(c *cases.Case) error { return c.WithdrawForm(lost, "the wrong name") },
		func(c *cases.Case) error {
			return c.Move(cases.Move{Item: item, Action: "received-back", Place: "safe", Keeper: "Ada Rossi", Reason: "image is done"})
		},
		func(c *cases.Case) error {
			return c.Move(cases.Move{Item: item, Action: "opened", Reason: "take the disk out"})
		},
		func(c *cases.Case) error {
			return c.Move(cases.Move{Item: item, Action: "returned", Keeper: "leasing company", Reason: "end of lease"})
		},
		func(c *cases.Case) error {
			return c.Move(cases.Move{Item: id, Action: "destroyed", Reason: "they shredded it"})
		},
	} {
		d.do(fn)
	}
	return id
}

func withThings(t testing.TB) *desk {
	d := sealedDesk(t)
	handled(d)
	return d
}

// sealedDesk is a case with one sealed collection E1.
func sealedDesk(t testing.TB) *desk {
	d := openDesk(t)
	d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("Mail folder", 1)) })
	d.add(func(c *cases.Case) (string, error) {
		return c.SealEvidence(cases.Sealing{Collections: []string{"E1"}, ManifestSHA256: sum, Signature: "s", Key: "k"})
	})
	return d
}

func TestThingsReplayAndReloadTheSame(t *testing.T) {
	d := withThings(t)
	sameCase(t, "replayed", fold(d.all), d.c)
	sameCase(t, "reloaded", reload(t, d.c), d.c)
	if n := len(d.c.Conflicts); n > 0 {
		t.Errorf("%d conflicts", n)
	}
	for _, lang := range []string{"en", "id", "it"} {
		for _, e := range d.all {
			if row := d.c.Rows(e, lang)[0]; row.Text == "" || strings.Contains(row.Text, "{") {
				t.Errorf("%s in %s: %q", e.Kind, lang, row.Text)
			}
		}
	}
	var s cases.Summary
	for _, e := range d.all {
		s.Apply(e)
	}
	if !reflect.DeepEqual(s, d.c.Summary()) || s.Evidence != 3 {
		t.Errorf("summary %+v, want %+v", s, d.c.Summary())
	}
}

func TestAThingIsEvidence(t *testing.T) {
	d := openDesk(t)
	id := d.add(thing("Laptop"))
	c := d.c
	if got := c.Collections[0]; id != "E1" || got.Kind != cases.ThingCollection || got.Thing == nil || *got.Thing != laptop() {
		t.Fatalf("%s: %+v", id, got)
	}
	if got := c.Unsealed(); len(got) != 1 {
		t.Errorf("unsealed %v: a thing has to be sealed like the rest", got)
	}
	d.do(func(c *cases.Case) error { return c.Handle("E1/1", "viewed", "", "") })
	if got := d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("next", 1)) }); got != "E2" {
		t.Errorf("the next collection is %s", got)
	}
}

func TestWhereaboutsFollowTheTimeOfTheMove(t *testing.T) {
	d := sealedDesk(t)
	id := d.add(thing("Laptop"))
	item := cases.ThingItem(id)
	where := func(step string, want cases.Whereabouts) {
		t.Helper()
		for _, ref := range []string{id, item} {
			if got := d.c.Whereabouts(ref); got != want {
				t.Errorf("%s: %s is at %+v, want %+v", step, ref, got, want)
			}
		}
	}
	where("taken", cases.Whereabouts{Place: "desk 12", Keeper: "Ada Rossi"})
	form := d.add(func(c *cases.Case) (string, error) { return c.HandOver(handover(item)) })
	where("the form alone moves nothing", cases.Whereabouts{Place: "desk 12", Keeper: "Ada Rossi"})
	said := event.Said{At: at(t, "2026-11-21T13:00Z")}
	if err := d.try(said, func(c *cases.Case) error { return c.FormBack(form, "E1/1") }); err != nil {
		t.Fatal(err)
	}
	where("handed over", cases.Whereabouts{Keeper: "Insp. Conti", Action: "handed-over"})
	early := event.Said{At: at(t, "2026-11-21T12:00Z")}
	err := d.try(early, func(c *cases.Case) error {
		return c.Move(cases.Move{Item: id, Place: "safe", Keeper: "Budi", Reason: "told late"})
	})
	if err != nil {
		t.Fatal(err)
	}
	where("an earlier move that was recorded late", cases.Whereabouts{Keeper: "Insp. Conti", Action: "handed-over"})
	d.do(func(c *cases.Case) error {
		return c.Move(cases.Move{Item: id, Action: "destroyed", Reason: "court order"})
	})
	where("destroyed", cases.Whereabouts{Action: "destroyed"})
	for _, ref := range []string{"E1/1", id + "/2"} {
		if got := d.c.Whereabouts(ref); got != (cases.Whereabouts{}) {
			t.Errorf("%s moved too: %+v", ref, got)
		}
	}
}

func TestHandingOverASealTouchesWhatItCovers(t *testing.T) {
	d := sealedDesk(t)
	form := d.add(func(c *cases.Case) (string, error) { return c.HandOver(handover("S1")) })
	again := d.add(func(c *cases.Case) (string, error) { return c.HandOver(handover("S1")) })
	if form != "F1" || again != "F2" || len(d.c.PendingForms()) != 2 {
		t.Fatalf("forms %s and %s: copies can go to two people", form, again)
	}
	d.do(func(c *cases.Case) error { return c.FormBack("F1", "E1/1") })
	list := d.c.CustodyOf("E1/1")
	last := list[len(list)-1]
	if last.Action != cases.HandedOver || last.Form != "F1" || last.Keeper != "Insp. Conti" || last.To != "Insp. Conti" || last.Item != "S1" {
		t.Errorf("custody of the item ends with %+v", last)
	}
}

func TestThingRefusals(t *testing.T) {
	d := sealedDesk(t)
	mine := d.add(thing("Laptop"))
	gone := d.add(thing("Shredded"))
	d.do(func(c *cases.Case) error {
		return c.Move(cases.Move{Item: gone, Action: "destroyed", Reason: "court order"})
	})
	d.add(func(c *cases.Case) (string, error) { return c.HandOver(handover(mine)) })
	d.do(func(c *cases.Case) error { _, err := c.HandOver(handover("S1")); return err })
	d.do(func(c *cases.Case) error { return c.WithdrawForm("F2", "typing error") })
	move := func(m cases.Move) func(c *cases.Case) error {
		return func(c *cases.Case) error { return c.Move(m) }
	}
	record := func(title string, change func(*cases.Thing)) func(c *cases.Case) error {
		return func(c *cases.Case) error {
			it := laptop()
			change(&it)
			_, may := c.MayRecordThing(title, "", it)
			_, err := c.RecordThing(collected(title, 1), it)
			if (may == nil) != (err == nil) {
				t.Errorf("%s: asked %v, recorded %v", title, may, err)
			}
			return err
		}
	}
	over := func(h cases.Handover) func(c *cases.Case) error {
		return func(c *cases.Case) error { return id(c.HandOver(h)) }
	}
	other := handover(cases.ThingItem(mine))
	nobody, unhashed := handover("S1"), handover("S1")
	nobody.To, unhashed.SHA256 = " ", ""
	for name, r := range map[string]struct {
		rule string
		fn   func(c *cases.Case) error
	}{
		"no title":         {"missing", record("", func(*cases.Thing) {})},
		"no serial":        {"missing", record("a", func(x *cases.Thing) { x.Serial = " " })},
		"state":            {"choice", record("a", func(x *cases.Thing) { x.State = "sleepy" })},
		"two lines":        {"one-line", record("a", func(x *cases.Thing) { x.Place = "a\nb" })},
		"controls":         {"control-characters", record("a", func(x *cases.Thing) { x.Description = "\x1b[2J" })},
		"nowhere":          {"missing", move(cases.Move{Item: mine, Reason: "why not"})},
		"no reason":        {"reason", move(cases.Move{Item: mine, Place: "safe"})},
		"no action":        {"choice", move(cases.Move{Item: mine, Action: "handed-over", Place: "x", Reason: "why not"})},
		"unknown item":     {"unknown-item", move(cases.Move{Item: "E9", Place: "safe", Reason: "why not"})},
		"returned to":      {"missing", move(cases.Move{Item: mine, Action: "returned", Reason: "why not"})},
		"bytes":            {"no-thing", move(cases.Move{Item: "E1/1", Action: "destroyed", Reason: "why not"})},
		"destroyed before": {"thing-gone", move(cases.Move{Item: gone, Place: "safe", Reason: "why not"})},
		"hand over gone":   {"thing-gone", over(handover(gone))},
		"out already":      {"form-out-already", over(other)},
		"to nobody":        {"missing", over(nobody)},
		"not printed":      {"manifest", over(unhashed)},
		"no such seal":     {"unknown-item", over(handover("S7"))},
		"no such item":     {"unknown-item", over(handover("E1/9"))},
		"no such form":     {"unknown-form", func(c *cases.Case) error { return c.FormBack("F7", "E1/1") }},
		"no such scan":     {"unknown-item", func(c *cases.Case) error { return c.FormBack("F1", "E1/7") }},
		"withdrawn":        {"form-settled", func(c *cases.Case) error { return c.MayFormBack("F2") }},
		"withdrawn twice":  {"form-settled", func(c *cases.Case) error { return c.WithdrawForm("F2", "again") }},
		"no reason given":  {"reason", func(c *cases.Case) error { return c.WithdrawForm("F1", "") }},
	} {
		t.Run(name, func(t *testing.T) { d.refused(r.rule, r.fn) })
	}
}

// Two laptops hand the same thing over: one of the forms is a conflict that
// people settle, and nothing is lost.
func TestTwoFormsOfOneThingMeet(t *testing.T) {
	a := sealedDesk(t)
	id := a.add(thing("Laptop"))
	b := &desk{t: t, log: "77aa00", wall: a.wall, c: fold(a.all)}
	a.add(func(c *cases.Case) (string, error) { return c.HandOver(handover(id)) })
	if got := b.add(func(c *cases.Case) (string, error) {
		if next := c.NextForm(); next != "F1-77aa" {
			t.Errorf("the next form would be %s", next)
		}
		return c.HandOver(handover(id))
	}); got != "F1-77aa" {
		t.Errorf("form %s", got)
	}
	for _, e := range b.all {
		a.c.Apply(e)
	}
	if len(a.c.PendingForms()) != 1 || len(a.c.Conflicts) != 1 || a.c.Conflicts[0].Reason != "form-out-already" || a.c.Conflicts[0].Text("id") == "" {
		t.Errorf("forms %+v, conflicts %+v", a.c.Forms, a.c.Conflicts)
	}
}

// A case is closed, and its laptop still goes back to whom it belongs.
func TestClosedCaseStillMovesThings(t *testing.T) {
	d := sealedDesk(t)
	mine := d.add(thing("Laptop"))
	d.add(func(c *cases.Case) (string, error) {
		return c.SealEvidence(cases.Sealing{Collections: []string{mine}, ManifestSHA256: sum, Signature: "s", Key: "k"})
	})
	d.do(func(c *cases.Case) error { return c.Close() })
	d.refused("closed", func(c *cases.Case) error { return id(thing("another")(c)) })
	d.do(func(c *cases.Case) error {
		return c.Move(cases.Move{Item: mine, Action: "returned", Keeper: "the owner", Reason: "the case is over"})
	})
	d.add(func(c *cases.Case) (string, error) { return c.HandOver(handover("S1")) })
	if len(d.c.Conflicts) > 0 || len(d.c.PendingForms()) != 1 {
		t.Errorf("%+v", d.c.Conflicts)
	}
}
