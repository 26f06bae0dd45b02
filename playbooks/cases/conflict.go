package cases

import (
	"time"

	"github.com/posko-ir/posko/playbooks/event"
)

// Conflict is an event that did not fit any more when it arrived, until a
// person settles it. Reason is the rule, as in [Refusal].
type Conflict struct {
	event.Conflict
	By       string    `json:"by,omitempty"`
	Wall     time.Time `json:"wall,omitzero"`
	Resolved *Struck   `json:"resolved,omitempty"`
}

// Text says in a language why the event did not fit.
func (x Conflict) Text(lang string) string {
	if s := text(lang, "conflict."+x.Reason); s != "" {
		return s
	}
	return text(lang, "conflict.default")
}

func (c *Case) conflict(e event.Event, rule string) {
	c.Conflicts = append(c.Conflicts, Conflict{
		Conflict: event.Conflict{Event: e.ID, Kind: e.Kind, Reason: rule}, By: e.Actor, Wall: e.Wall,
	})
}

// OpenConflicts counts the conflicts nobody settled yet.
func (c *Case) OpenConflicts() int {
	n := 0
	for _, x := range c.Conflicts {
		if x.Resolved == nil {
			n++
		}
	}
	return n
}

// ResolveConflict records what a person decided about a conflict.
func (c *Case) ResolveConflict(entry event.ID, reason string) error {
	var in input
	p := &conflictResolved{Entry: entry, Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type conflictResolved struct {
	Entry  event.ID `json:"entry"`
	Reason string   `json:"reason"`
}

func (*conflictResolved) Kind() string { return KindResolved }

func (p *conflictResolved) find(c *Case) *Conflict {
	for i := range c.Conflicts {
		if c.Conflicts[i].Event == p.Entry && c.Conflicts[i].Resolved == nil {
			return &c.Conflicts[i]
		}
	}
	return nil
}

func (p *conflictResolved) fits(c *Case) *Refusal {
	if p.find(c) == nil {
		return refuse("unknown-conflict", p.Entry.String())
	}
	return nil
}

func (p *conflictResolved) apply(c *Case, e event.Event) {
	p.find(c).Resolved = &Struck{Origin: origin(e), Reason: p.Reason}
}

func (p *conflictResolved) describe(lang string) string {
	return text(lang, "row.resolved", p.Entry.String()) + because(lang, p.Reason)
}
