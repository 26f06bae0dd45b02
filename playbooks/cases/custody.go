package cases

import (
	"cmp"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
)

// CustodyActions lists what can happen to evidence in somebody's hands.
func CustodyActions() []string {
	return []string{"collected", "viewed", "copied", "exported", "verified", "sealed", "transferred", "received", "printed", "returned"}
}

// CustodyEvent says who did what with an item, and why.
type CustodyEvent struct {
	Origin
	Item    string `json:"item"` // "E1/3", or "E1" for all of it
	Action  string `json:"action"`
	Purpose string `json:"purpose,omitempty"`
	To      string `json:"to,omitempty"`
	Place   string `json:"place,omitempty"`  // where it was brought
	Keeper  string `json:"keeper,omitempty"` // who has it from then on
	Form    string `json:"form,omitempty"`   // of hand-over, signed
}

// Handle records that somebody did something with evidence. Purpose and to
// (whom it went to) may be empty.
func (c *Case) Handle(item, action, purpose, to string) error {
	var in input
	p := &custodyEvent{
		Item: item, Action: in.oneOf("action", action, "", CustodyActions()),
		Purpose: in.maybeText("purpose", purpose), To: in.maybeLine("to", to, MaxName),
	}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type custodyEvent struct {
	Item    string `json:"item"`
	Action  string `json:"action"`
	Purpose string `json:"purpose,omitempty"`
	To      string `json:"to,omitempty"`
}

func (*custodyEvent) Kind() string { return KindCustody }

func (p *custodyEvent) fits(c *Case) *Refusal {
	if !c.itemExists(p.Item) {
		return refuse("unknown-item", p.Item)
	}
	return nil
}

func (p *custodyEvent) apply(c *Case, e event.Event) {
	c.addCustody(e, CustodyEvent{Item: p.Item, Action: p.Action, Purpose: p.Purpose, To: p.To})
}

func (c *Case) addCustody(e event.Event, what CustodyEvent) {
	what.Origin = origin(e)
	c.Custody = append(c.Custody, what)
}

func (p *custodyEvent) describe(lang string) string {
	s := text(lang, "row.custody", p.Item, word(p.Action))
	if p.To != "" {
		s += text(lang, "row.to", p.To)
	}
	return s + because(lang, p.Purpose)
}

// CustodyOf returns everything that happened to an item or collection since it
// was collected, oldest first; "" is all the evidence. A thing done to a whole
// collection was done to each of its items. An event whose Item is empty was
// done to all that was there, one whose Item is a seal to a copy of all that
// the seal covers.
func (c *Case) CustodyOf(ref string) []CustodyEvent {
	name, _, isItem := strings.Cut(ref, "/")
	list := slices.DeleteFunc(c.everyCustody(), func(x CustodyEvent) bool {
		return ref != "" && x.Item != "" && x.Item != ref && (!isItem || x.Item != name) &&
			(isItem || !strings.HasPrefix(x.Item, ref+"/")) && !c.covered(name, x.Item)
	})
	slices.SortStableFunc(list, func(a, b CustodyEvent) int {
		return cmp.Or(a.Wall.Compare(b.Wall), strings.Compare(a.Entry.Log, b.Entry.Log), cmp.Compare(a.Entry.Seq, b.Entry.Seq))
	})
	return list
}

// covered reports whether a collection is under the seal of this id.
func (c *Case) covered(collection, seal string) bool {
	s := find(c.Seals, seal)
	return s != nil && slices.Contains(s.Collections, collection)
}

// everyCustody gathers what the other kinds say about evidence.
func (c *Case) everyCustody() []CustodyEvent {
	list := slices.Clone(c.Custody)
	for _, coll := range c.Collections {
		list = append(list, CustodyEvent{Origin: coll.Origin, Item: coll.ID, Action: "collected", Purpose: coll.Title})
		for _, d := range coll.Lost {
			list = append(list, CustodyEvent{Origin: d.Origin, Item: d.Item, Action: "destroyed", Purpose: d.Reason})
		}
	}
	for _, s := range c.Seals {
		for _, id := range s.Collections {
			list = append(list, CustodyEvent{Origin: s.Origin, Item: id, Action: "sealed", Purpose: s.ID})
		}
	}
	for _, v := range c.Checks {
		list = append(list, CustodyEvent{Origin: v.Origin, Action: "verified"})
	}
	for _, x := range c.Exports {
		list = append(list, CustodyEvent{Origin: x.Origin, Action: "exported", Purpose: x.Audience, To: x.To})
	}
	return list
}
