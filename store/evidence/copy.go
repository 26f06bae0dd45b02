package evidence

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store/ledger"
)

// A Copy says for whom a bag is made and who must not occur in it.
type Copy struct {
	Order      audience.Order
	Names      *audience.Names            // of others; nil: nobody
	Unsearched []audience.Name            // of others, too short to be looked for
	Say        func(reason string) string // a reason for people
}

// NamedError is an export that was stopped because it names somebody whom its
// reader may not know of.
type NamedError struct{ Hits []audience.Hit }

// shownHits is how many places an error names; the rest are counted.
const shownHits = 5

// Error names the places.
func (e *NamedError) Error() string {
	var b strings.Builder
	for i, h := range e.Hits {
		if i == shownHits {
			fmt.Fprintf(&b, "; and %d more", len(e.Hits)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		where := h.Where
		if h.Line > 1 {
			where = fmt.Sprintf("%s, line %d", where, h.Line)
		}
		around := strings.Join(strings.Fields(h.Text), " ")
		fmt.Fprintf(&b, "%s (%s) occurs in %s: %q", cases.Visible(h.Name.Text), h.Name.Of, where, cases.Visible(around))
	}
	return b.String()
}

// cut is what a copy leaves out, each with its reason for people. The whole
// case leaves out nothing.
type cut struct {
	copied   bool
	entries  map[event.ID]string
	searched map[event.ID]bool // the entries that were there when it was planned
	items    map[string]string // by reference, E1/3
}

// shown is the case without what stays out.
func (x *cut) shown(c *cases.Case) *cases.Case {
	if !x.copied {
		return c
	}
	return c.Without(func(id event.ID) bool { return x.why(id) != "" })
}

// lateReason is why an entry stays out that nobody has looked at.
const lateReason = "recorded while this copy was made"

// why is the reason for which an entry stays out; empty: it does not.
func (x *cut) why(id event.ID) string {
	if reason, hidden := x.entries[id]; hidden || !x.copied || x.searched[id] {
		return reason
	}
	return lateReason
}

// entry is why the body of an entry stays out; empty: it does not.
func (x *cut) entry(data []byte) (string, error) {
	if !x.copied {
		return "", nil
	}
	leaf, err := ledger.ParseLeaf(data)
	if err != nil {
		return "", fmt.Errorf("read what is withheld: %w", err)
	}
	return x.why(event.ID{Log: leaf.Log, Seq: leaf.Seq}), nil
}

// leaveOut decides what a copy leaves out and searches the entries and items that
// it gives out; its report was searched by who made it. Nothing has been written
// when it stops.
func (d *Desk) leaveOut(ctx context.Context, tag string, x *Copy) (*cut, error) {
	if x == nil {
		return &cut{}, nil
	}
	events, err := d.ws.Events(ctx, tag) // before the case: what is marked for counsel after them counts
	if err != nil {
		return nil, err
	}
	c, err := Snapshot(ctx, d.ws, tag)
	if err != nil {
		return nil, err
	}
	if err := x.Order.Check(&c); err != nil {
		return nil, err
	}
	out := &cut{
		copied: true, entries: x.Order.Withheld(&c, events), searched: map[event.ID]bool{}, items: map[string]string{},
	}
	for id, reason := range out.entries {
		out.entries[id] = x.Say(reason)
	}
	s := searching{names: x.Names}
	if err := s.record(events, out); err != nil {
		return nil, err
	}
	s.reasons(x.Order)
	if err := d.leaveOutItems(ctx, tag, out.shown(&c).Collections, x, out, &s); err != nil {
		return nil, err
	}
	if len(s.hits) > 0 {
		return nil, &NamedError{s.hits}
	}
	return out, nil
}

// leaveOutItems reads every item that may go: is it a text, and whom does it name?
func (d *Desk) leaveOutItems(ctx context.Context, tag string, collections []cases.Collection, x *Copy, out *cut, s *searching) error {
	return d.itemsOf(ctx, tag, collections, func(c cases.Collection, i Item) error {
		s.name(i)
		if !i.Line.Stored || lost(c, i.Line.N) {
			return nil
		}
		if _, always := x.Order.Bytes(c.ID, i.Ref, false); always && x.Names == nil {
			return nil // goes whatever it is, and nobody is looked for
		}
		r, err := d.OpenItem(ctx, tag, i)
		if err != nil {
			return err
		}
		text, err := s.text(i.Ref, r)
		if closed := r.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return fmt.Errorf("search item %s: %w", i.Ref, err)
		}
		if reason, in := x.Order.Bytes(c.ID, i.Ref, text); !in {
			out.items[i.Ref] = x.Say(reason)
			s.forget(i.Ref)
		}
		return nil
	})
}

// searching gathers the places where names occur.
type searching struct {
	names *audience.Names
	hits  []audience.Hit
}

func (s *searching) json(where string, data []byte) error {
	if s.names == nil || data == nil {
		return nil
	}
	hits, err := s.names.InJSON(where, data)
	s.hits = append(s.hits, hits...)
	return err
}

// record searches the entries that are given out.
func (s *searching) record(events []event.Event, out *cut) error {
	for _, e := range events {
		out.searched[e.ID] = true
		if _, hidden := out.entries[e.ID]; hidden {
			continue
		}
		if err := s.json("entry "+e.ID.String()+" ("+e.Kind+")", e.Data); err != nil {
			return err
		}
		if s.names != nil {
			s.hits = append(s.hits, s.names.In("the source of entry "+e.ID.String(), e.Source)...)
		}
	}
	return nil
}

// reasons searches what the copy will say instead of what stays out.
func (s *searching) reasons(o audience.Order) {
	if s.names == nil {
		return
	}
	for ref, reason := range o.Without {
		s.hits = append(s.hits, s.names.In("the reason to withhold "+ref, reason)...)
	}
}

// name searches what the manifest says of an item: its name and target, whose
// it was, and where a browser noted that it came from.
func (s *searching) name(i Item) {
	if s.names == nil {
		return
	}
	said := []string{i.Line.Name, i.Line.Target, i.Line.Owner, i.Line.Group}
	for key, value := range i.Line.Xattr {
		said = append(said, key, string(value))
	}
	for _, text := range said {
		s.hits = append(s.hits, s.names.In("the record of "+i.Ref, readable(text))...)
	}
}

// readable reads what is not UTF-8 as Latin-1, which most such names are.
func readable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// text searches an item's bytes and says whether they are a text.
func (s *searching) text(ref string, r io.Reader) (bool, error) {
	names := s.names
	if names == nil {
		names, _ = audience.NewNames(nil)
	}
	hits, text, err := names.InText(ref, r)
	s.hits = append(s.hits, hits...)
	return text, err
}

// forget drops what was found in an item that stays out anyway.
func (s *searching) forget(ref string) {
	left := s.hits[:0]
	for _, h := range s.hits {
		if h.Where != ref {
			left = append(left, h)
		}
	}
	s.hits = left
}
