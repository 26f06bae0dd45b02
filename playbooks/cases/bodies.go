package cases

import (
	"encoding/json"
	"slices"

	"github.com/posko-ir/posko/playbooks/event"
)

// DestroyBody records that the body of an earlier entry of this case is
// destroyed, and why. The store removes the body in the same transaction; that
// the entry was made, when, by whom and over which hashes stays for ever.
func (c *Case) DestroyBody(entry event.ID, reason string) error {
	var in input
	p := &bodyDestroyed{Entry: entry, Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type bodyDestroyed struct {
	Entry  event.ID `json:"entry"`
	Reason string   `json:"reason"`
}

func (*bodyDestroyed) Kind() string { return KindBodyDestroyed }

func (p *bodyDestroyed) fits(c *Case) *Refusal {
	switch g := c.written(p.Entry); {
	case g == nil || !Destroyable(g.Kind):
		return refuse("not-destroyable", p.Entry.String())
	case g.Why != nil:
		return refuse("destroyed-already", p.Entry.String())
	}
	return nil
}

// apply takes what the entry made from the case. Folded from zero it is not
// there any more, only listed as gone.
func (p *bodyDestroyed) apply(c *Case, e event.Event) {
	g := *c.written(p.Entry)
	g.Why = &Struck{Origin: origin(e), Reason: p.Reason}
	c.take(p.Entry)
	c.Destroyed = append(c.Destroyed, g)
}

func (p *bodyDestroyed) describe(lang string) string {
	return text(lang, "row.body-destroyed", p.Entry.String()) + because(lang, p.Reason)
}

// written finds what the case shows of an entry whose body may be destroyed:
// the thing that it made, the conflict that it became, or that it is gone.
func (c *Case) written(entry event.ID) *Gone {
	for i := range c.Destroyed {
		if c.Destroyed[i].Entry == entry {
			return &c.Destroyed[i]
		}
	}
	for i := range c.Conflicts {
		if x := c.Conflicts[i]; x.Event == entry {
			return &Gone{Entry: entry, Kind: x.Kind, By: x.By, Wall: x.Wall}
		}
	}
	for _, g := range []*Gone{
		made(c.Notes, entry, KindNote), made(c.People, entry, KindPerson), made(c.Tasks, entry, KindTask),
		made(c.Assets, entry, KindAsset), made(c.Indicators, entry, KindIndicator), made(c.Imports, entry, KindImported),
	} {
		if g != nil {
			return g
		}
	}
	return nil
}

// take removes everything that the case shows of an entry. Readers may hold
// the lists, so each is written anew.
func (c *Case) take(entry event.ID) {
	c.Destroyed = without(c.Destroyed, func(g Gone) bool { return g.Entry == entry })
	c.Conflicts = without(c.Conflicts, func(x Conflict) bool { return x.Event == entry })
	c.Notes = without(c.Notes, func(n Note) bool { return n.Entry == entry })
	c.People = without(c.People, func(p Person) bool { return p.Entry == entry })
	c.Tasks = without(c.Tasks, func(t Task) bool { return t.Entry == entry })
	c.Assets = without(c.Assets, func(a Asset) bool { return a.Entry == entry })
	c.Indicators = without(c.Indicators, func(i Indicator) bool { return i.Entry == entry })
	c.Imports = without(c.Imports, func(i Import) bool { return i.Entry == entry })
}

func made[T interface{ whence() Origin }](list []T, entry event.ID, kind string) *Gone {
	for _, x := range list {
		if o := x.whence(); o.Entry == entry {
			return &Gone{Entry: entry, Kind: kind, By: o.By, Wall: o.Wall}
		}
	}
	return nil
}

func (o Origin) whence() Origin { return o }

func without[T any](list []T, drop func(T) bool) []T {
	if !slices.ContainsFunc(list, drop) {
		return list
	}
	if list = slices.DeleteFunc(slices.Clone(list), drop); len(list) == 0 {
		return nil // as a fold from zero leaves it
	}
	return list
}

// DestroyedBody names the entry whose body an event says was destroyed.
func DestroyedBody(e event.Event) (event.ID, bool) {
	var p bodyDestroyed
	if e.Kind != KindBodyDestroyed || e.Destroyed || json.Unmarshal(e.Data, &p) != nil {
		return event.ID{}, false
	}
	return p.Entry, true
}
