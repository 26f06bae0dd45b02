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
// done to all that was there.
func (c *Case) CustodyOf(ref string) []CustodyEvent {
	name, _, isItem := strings.Cut(ref, "/")
	list := slices.DeleteFunc(c.everyCustody(), func(x CustodyEvent) bool {
		return ref != "" && x.Item != "" && x.Item != ref && (!isItem || x.Item != name) &&
			(isItem || !strings.HasPrefix(x.Item, ref+"/"))
	})
	slices.SortStableFunc(list, func(a, b CustodyEvent) int {
		return cmp.Or(a.Wall.Compare(b.Wall), strings.Compare(a.Entry.Log, b.Entry.Log), cmp.Compare(a.Entry.Seq, b.Entry.Seq))
	})
	return list
}

// everyCustody gathers what the other kinds say about evidence.
func (c *Case) everyCustody() []CustodyEvent {
	list := slices.Clone(c.Custody)
	for _, coll := range c.Collections {
		list = append(list, CustodyEvent{coll.Origin, coll.ID, "collected", coll.Title, ""})
		for _, d := range coll.Lost {
			list = append(list, CustodyEvent{d.Origin, d.Item, "destroyed", d.Reason, ""})
		}
	}
	for _, s := range c.Seals {
		for _, id := range s.Collections {
			list = append(list, CustodyEvent{s.Origin, id, "sealed", s.ID, ""})
		}
	}
	for _, v := range c.Checks {
		list = append(list, CustodyEvent{Origin: v.Origin, Action: "verified"})
	}
	for _, x := range c.Exports {
		list = append(list, CustodyEvent{x.Origin, "", "exported", x.Audience, x.To})
	}
	return list
}
