package cases

import (
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
)

// ThingCollection is the kind of a collection that is a thing; WebCollection
// that of a page that was fetched.
const (
	ThingCollection = "thing"
	WebCollection   = "web"
)

// ThingStates lists how a thing can have been found.
func ThingStates() []string { return []string{"on", "off", "asleep", "damaged", "unknown"} }

// Thing is evidence without bytes: a laptop, a disk, a badge, a sheet of paper.
// It says what was there when the thing was taken; what became of it since is
// in its custody.
type Thing struct {
	Serial      string `json:"serial"`
	SealNumber  string `json:"seal_number,omitempty"` // of the sticker or bag around it
	State       string `json:"state,omitempty"`       // one of ThingStates
	Description string `json:"description,omitempty"`
	Place       string `json:"place,omitempty"`
	Keeper      string `json:"keeper,omitempty"`
}

// ThingItem is the id of the line that stands for the thing of a collection;
// its photo follows.
func ThingItem(collection string) string { return collection + "/1" }

// MayRecordThing returns the thing in the form in which it will be recorded, or
// says why it will not be.
func (c *Case) MayRecordThing(title, note string, t Thing) (Thing, error) {
	if err := c.MayCollect(title, note); err != nil {
		return t, err
	}
	return t.checked()
}

func (t Thing) checked() (Thing, error) {
	var in input
	t.Serial = in.line("serial", t.Serial, MaxName)
	t.SealNumber = in.maybeLine("sealnumber", t.SealNumber, MaxName)
	if t.State != "" {
		t.State = in.oneOf("state", t.State, "", ThingStates())
	}
	t.Description = in.maybeText("description", t.Description)
	t.Place = in.maybeLine("place", t.Place, MaxName)
	t.Keeper = in.maybeLine("keeper", t.Keeper, MaxName)
	return t, in.err()
}

// RecordThing records a thing as a collection of its own: line 1 of its manifest
// says what the thing is, a photo may follow. It returns the collection's id.
func (c *Case) RecordThing(got Collected, t Thing) (string, error) {
	got.Kind = ThingCollection
	got, err := got.checked()
	if err != nil {
		return "", err
	}
	if t, err = t.checked(); err != nil {
		return "", err
	}
	if err := c.record(&thingRecorded{ID: c.next("E"), Collected: got, Thing: t}); err != nil {
		return "", err
	}
	return last(c.Collections), nil
}

type thingRecorded struct {
	ID string `json:"collection"`
	Collected
	Thing Thing `json:"thing"`
}

func (*thingRecorded) Kind() string        { return KindThing }
func (p *thingRecorded) ref() string       { return p.ID }
func (*thingRecorded) fits(*Case) *Refusal { return nil }

func (p *thingRecorded) apply(c *Case, e event.Event) {
	(&evidenceCollected{ID: p.ID, Collected: p.Collected}).apply(c, e)
	thing := p.Thing
	c.Collections[len(c.Collections)-1].Thing = &thing
}

func (p *thingRecorded) describe(lang string) string {
	s := text(lang, "row.thing", p.Title, p.Thing.Serial)
	if p.Thing.SealNumber != "" {
		s += text(lang, "row.seal-number", p.Thing.SealNumber)
	}
	return s + where(lang, p.Thing.Place, p.Thing.Keeper)
}

// where says where something is and who has it.
func where(lang, place, keeper string) string {
	s := ""
	if place != "" {
		s += text(lang, "row.at", place)
	}
	if keeper != "" {
		s += text(lang, "row.with", keeper)
	}
	return s
}

// thing is the thing that an item or collection is, or nil: its photo is none.
func (c *Case) thing(ref string) *Thing {
	name, _, isItem := strings.Cut(ref, "/")
	coll := find(c.Collections, name)
	if coll == nil || isItem && ref != ThingItem(name) {
		return nil
	}
	return coll.Thing
}
