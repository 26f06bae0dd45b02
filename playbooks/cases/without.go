package cases

import (
	"slices"

	"github.com/posko-ir/posko/playbooks/event"
)

// from is the entry that a thing on the case comes from.
func (o Origin) from() event.ID { return o.Entry }

// Without returns the case without what stands in the given entries, for a copy
// that may not say it. Steps stay as steps, with their outcome but nothing that
// was written about them. It is for reading only.
func (c *Case) Without(entries map[event.ID]string) *Case {
	if len(entries) == 0 {
		return c
	}
	out := *c
	out.rec, out.live = nil, nil
	out.Facts = map[string][]Fact{}
	for key, values := range c.Facts {
		if left := kept(values, entries); len(left) > 0 {
			out.Facts[key] = left
		}
	}
	out.Notes, out.Decisions, out.People = kept(c.Notes, entries), kept(c.Decisions, entries), kept(c.People, entries)
	out.Tasks, out.Assets, out.Indicators = kept(c.Tasks, entries), kept(c.Assets, entries), kept(c.Indicators, entries)
	out.Links, out.Imports, out.Offsets = kept(c.Links, entries), kept(c.Imports, entries), kept(c.Offsets, entries)
	out.Changes, out.Collections, out.Custody = kept(c.Changes, entries), kept(c.Collections, entries), kept(c.Custody, entries)
	out.Checks, out.Exports, out.Forms = kept(c.Checks, entries), kept(c.Exports, entries), kept(c.Forms, entries)
	out.Runs = slices.Clone(c.Runs)
	for i := range out.Runs {
		out.Runs[i].Log = mute(c.Runs[i].Log, entries)
	}
	out.Conflicts = slices.DeleteFunc(slices.Clone(c.Conflicts), func(x Conflict) bool {
		_, gone := entries[x.Event]
		return gone
	})
	return &out
}

func kept[T interface{ from() event.ID }](list []T, entries map[event.ID]string) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool {
		_, gone := entries[x.from()]
		return gone
	})
}

// mute keeps that something was recorded about a step, and not what.
func mute(log []StepEvent, entries map[event.ID]string) []StepEvent {
	out := slices.Clone(log)
	for i, e := range out {
		if _, gone := entries[e.Entry]; gone {
			e.Answers, e.Evidence, e.Note, e.Reason, e.Source = nil, nil, "", "", ""
			out[i] = e
		}
	}
	return out
}
