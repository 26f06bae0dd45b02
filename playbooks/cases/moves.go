package cases

import (
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
)

// What happens to a thing in the hand. Handed over is recorded by the form that
// comes back, see [Case.FormBack].
const (
	Moved        = "moved"
	HandedOver   = "handed-over"
	ReceivedBack = "received-back"
	Opened       = "opened"
	Returned     = "returned"  // to whom it belongs
	Destroyed    = "destroyed" // the thing itself; its record stays
)

// MoveActions lists what [Case.Move] can record.
func MoveActions() []string { return []string{Moved, ReceivedBack, Opened, Returned, Destroyed} }

// Move is what happened to evidence that can be touched.
type Move struct {
	Item   string // E3/1, or E3 for all of it
	Action string // one of MoveActions; empty means moved
	Place  string
	Keeper string
	Reason string
}

// Move records where a thing is now, who has it, or what became of it. Place
// and keeper stay as they were where they are empty.
func (c *Case) Move(m Move) error {
	var in input
	p := &custodyMoved{
		Item: m.Item, Action: in.oneOf("action", m.Action, Moved, MoveActions()),
		Place: in.maybeLine("place", m.Place, MaxName), Keeper: in.maybeLine("keeper", m.Keeper, MaxName),
	}
	switch p.Action {
	case Moved, ReceivedBack:
		p.Place = in.line("place", m.Place, MaxName)
	case Returned:
		p.Keeper = in.line("keeper", m.Keeper, MaxName)
	case Destroyed:
		if c.thing(p.Item) == nil {
			in.refuse("no-thing", p.Item)
		}
	}
	p.Reason = in.reason(m.Reason)
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type custodyMoved struct {
	Item   string `json:"item"`
	Action string `json:"action"`
	Place  string `json:"place,omitempty"`
	Keeper string `json:"keeper,omitempty"`
	Reason string `json:"reason"`
}

func (*custodyMoved) Kind() string { return KindMoved }

func (p *custodyMoved) fits(c *Case) *Refusal {
	if !c.itemExists(p.Item) {
		return refuse("unknown-item", p.Item)
	}
	return c.stillThere(p.Item)
}

// stillThere refuses what can no longer happen to a destroyed thing.
func (c *Case) stillThere(item string) *Refusal {
	if c.Whereabouts(item).Action == Destroyed {
		return refuse("thing-gone", item)
	}
	return nil
}

func (p *custodyMoved) apply(c *Case, e event.Event) {
	c.addCustody(e, CustodyEvent{Item: p.Item, Action: p.Action, Purpose: p.Reason, Place: p.Place, Keeper: p.Keeper})
}

func (p *custodyMoved) describe(lang string) string {
	s := text(lang, "row.custody", p.Item, word(p.Action))
	return s + where(lang, p.Place, p.Keeper) + because(lang, p.Reason)
}

// Whereabouts says where evidence that can be touched is, who has it and what
// happened to it last.
type Whereabouts struct {
	Place  string
	Keeper string
	Action string // of the last move; empty if there was none
}

// Whereabouts returns where a thing is by the newest move, in the order in
// which the moves happened. Of evidence with bytes it tells of the carrier, if
// one was moved or handed over.
func (c *Case) Whereabouts(ref string) Whereabouts {
	var w Whereabouts
	if t := c.thing(ref); t != nil {
		w.Place, w.Keeper = t.Place, t.Keeper
	}
	for _, x := range c.moves(ref) {
		w.Action = x.Action
		if x.Place != "" {
			w.Place = x.Place
		}
		if x.Keeper != "" {
			w.Keeper = x.Keeper
		}
		switch x.Action {
		case HandedOver, Returned: // the place was that of the act; who has it now may be anywhere
			w.Place = ""
		case Destroyed:
			w.Place, w.Keeper = "", ""
		}
	}
	return w
}

// moves are the custody events of an item that moved it, oldest first. What
// happened to a thing happened to its collection and the other way round; its
// photo stays in the vault.
func (c *Case) moves(ref string) []CustodyEvent {
	same := []string{ref}
	name, _, isItem := strings.Cut(ref, "/")
	switch {
	case c.thing(ref) != nil:
		same = []string{name, ThingItem(name)}
	case isItem && c.thing(name) == nil:
		same = append(same, name)
	}
	all := slices.Concat(MoveActions(), []string{HandedOver})
	var list []CustodyEvent
	for _, x := range c.Custody {
		if slices.Contains(same, x.Item) && slices.Contains(all, x.Action) {
			list = append(list, x)
		}
	}
	slices.SortStableFunc(list, func(a, b CustodyEvent) int {
		return a.Happened().Time().Compare(b.Happened().Time())
	})
	return list
}
