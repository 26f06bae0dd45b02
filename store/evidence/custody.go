package evidence

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/ledger"
)

// custody is the chain of custody for strangers: every item with the name it
// had, and everything that was done with it, in the order of recording.
func (d *Desk) custody(ctx context.Context, tag string, c cases.Case, r roster.Roster) iter.Seq2[bag.CustodyEvent, error] {
	return func(yield func(bag.CustodyEvent, error) bool) {
		err := d.itemsOf(ctx, tag, c.Collections, func(col cases.Collection, i Item) error {
			e := custodyEvent(r, col.Origin, "collected", i.Ref, col.Note)
			e.Name = i.Line.Name
			if i.Line.Stored {
				h := ledger.Hash(i.Line.Object.SHA256)
				e.SHA256 = &h
			} else {
				e.Action = "recorded" // a link, a device, a thing: there were no bytes to take
				e.Why = strings.Join(slices.DeleteFunc([]string{e.Why, aboutThing(i.Line.Thing)}, empty), "; ")
			}
			if !yield(e, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil {
			if !errors.Is(err, errStopped) {
				yield(bag.CustodyEvent{}, err)
			}
			return
		}
		for _, e := range handled(c, r) {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// handled is what happened after collecting, oldest first.
func handled(c cases.Case, r roster.Roster) []bag.CustodyEvent {
	type dated struct {
		origin cases.Origin
		event  bag.CustodyEvent
	}
	var all []dated
	add := func(o cases.Origin, action, item, why string) {
		all = append(all, dated{o, custodyEvent(r, o, action, item, why)})
	}
	for _, x := range c.Custody {
		add(x.Origin, x.Action, x.Item, whyMoved(x))
	}
	for _, x := range c.Checks {
		why := fmt.Sprintf("%d items, all as collected", x.Items)
		if !x.OK {
			why = fmt.Sprintf("%d items, %d findings", x.Items, len(x.Findings))
		}
		add(x.Origin, "verified", "", why)
	}
	for _, x := range c.Seals {
		for _, id := range x.Collections {
			add(x.Origin, "sealed", id, "seal "+x.ID)
		}
	}
	for _, x := range c.Exports {
		add(x.Origin, "exported", "", strings.TrimSpace("to "+x.To+" "+x.Audience))
	}
	for _, x := range c.Exporting {
		if x.Ended != nil && x.Ended.Reason == "" {
			continue // it is among the exports
		}
		add(x.Origin, "export begun", "", strings.TrimSpace("to "+x.To+" "+x.Audience))
		if x.Ended != nil {
			add(x.Ended.Origin, "export not finished", "", x.Ended.Reason)
		}
	}
	for _, col := range c.Collections {
		for _, x := range col.Lost {
			add(x.Origin, "destroyed", x.Item, x.Reason)
		}
	}
	slices.SortStableFunc(all, func(a, b dated) int { return a.origin.Wall.Compare(b.origin.Wall) })
	out := make([]bag.CustodyEvent, len(all))
	for i, x := range all {
		out[i] = x.event
	}
	return out
}

// whyMoved is the purpose of a custody event with where things went.
func whyMoved(x cases.CustodyEvent) string {
	why := x.Purpose
	if x.To != "" {
		why = strings.TrimSpace(why + " to " + x.To)
	}
	parts := []string{why, labelled("at", x.Place), labelled("form", x.Form)}
	if x.Keeper != x.To {
		parts = append(parts, labelled("kept by", x.Keeper))
	}
	return strings.Join(slices.DeleteFunc(parts, empty), "; ")
}

// aboutThing is what a thing's line says, for people; the line itself is in the
// bag's manifest.
func aboutThing(t *collect.Thing) string {
	if t == nil {
		return ""
	}
	return strings.Join(slices.DeleteFunc([]string{
		labelled("serial", t.Serial), labelled("seal number", t.SealNumber), labelled("state", t.State),
		t.Description, labelled("at", t.Place), labelled("kept by", t.Keeper),
	}, empty), "; ")
}

func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + " " + value
}

func empty(s string) bool { return s == "" }

func custodyEvent(r roster.Roster, o cases.Origin, action, item, why string) bag.CustodyEvent {
	e := bag.CustodyEvent{At: o.Happened().String(), Who: nameOf(r, o.By), Action: action, Item: item, Why: why, Entry: o.Entry.String()}
	if recorded := o.Wall.UTC().Format("2006-01-02T15:04:05Z"); !o.At.IsZero() {
		e.Recorded = recorded
	}
	return e
}

func nameOf(r roster.Roster, id string) string {
	if o, ok := r.Officer(id); ok {
		return o.Name
	}
	return id
}

// seals are the case's seals with the keys that signed them, which may have
// been replaced since.
func seals(c cases.Case, r roster.Roster) ([]bag.Seal, error) {
	var out []bag.Seal
	for _, s := range c.Seals {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(s.Key))
		if err != nil {
			return nil, fmt.Errorf("read key of seal %s: %w", s.ID, err)
		}
		out = append(out, bag.Seal{
			ID: s.ID, Manifest: []byte(s.Manifest), Signature: []byte(s.Signature),
			Signer: bag.Officer{ID: s.By, Name: nameOf(r, s.By), Key: key},
		})
	}
	return out, nil
}
