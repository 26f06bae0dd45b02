package cases

import (
	"slices"

	"github.com/posko-ir/posko/playbooks/event"
)

// from is the entry that a thing on the case comes from.
func (o Origin) from() event.ID { return o.Entry }

// Without returns the case without what stands in hidden entries, for a copy
// that may not say it. Steps stay as steps, with their outcome but nothing that
// was written about them. It is for reading only.
func (c *Case) Without(hidden func(event.ID) bool) *Case {
	out := *c
	out.rec, out.live = nil, nil
	out.Facts = map[string][]Fact{}
	for key, values := range c.Facts {
		if left := kept(values, hidden); len(left) > 0 {
			out.Facts[key] = left
		}
	}
	out.Notes, out.Decisions, out.People = kept(c.Notes, hidden), kept(c.Decisions, hidden), kept(c.People, hidden)
	out.Tasks, out.Assets, out.Indicators = kept(c.Tasks, hidden), kept(c.Assets, hidden), kept(c.Indicators, hidden)
	out.Exporting = kept(c.Exporting, hidden)
	out.Links, out.Imports, out.Offsets = kept(c.Links, hidden), kept(c.Imports, hidden), kept(c.Offsets, hidden)
	out.Changes, out.Collections, out.Custody = kept(c.Changes, hidden), kept(c.Collections, hidden), kept(c.Custody, hidden)
	out.Checks, out.Exports, out.Forms = kept(c.Checks, hidden), kept(c.Exports, hidden), kept(c.Forms, hidden)
	for i := range out.Collections { // kept made a list of our own
		out.Collections[i].Lost = muteLost(out.Collections[i].Lost, hidden)
	}
	out.Runs = slices.Clone(c.Runs)
	for i := range out.Runs {
		out.Runs[i].Log = mute(c.Runs[i].Log, hidden)
	}
	out.Conflicts = slices.DeleteFunc(slices.Clone(c.Conflicts), func(x Conflict) bool { return hidden(x.Event) })
	return &out
}

func kept[T interface{ from() event.ID }](list []T, hidden func(event.ID) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(x T) bool { return hidden(x.from()) })
}

// mute keeps that something was recorded about a step, and not what.
func mute(log []StepEvent, hidden func(event.ID) bool) []StepEvent {
	out := slices.Clone(log)
	for i, e := range out {
		if hidden(e.Entry) {
			e.Answers, e.Evidence, e.Note, e.Reason, e.Source = nil, nil, "", "", ""
			e.Accepted = nil
			out[i] = e
		}
	}
	return out
}

// muteLost keeps that something was destroyed, and not why.
func muteLost(lost []Destruction, hidden func(event.ID) bool) []Destruction {
	out := slices.Clone(lost)
	for i := range out {
		if hidden(out[i].Entry) {
			out[i].Reason, out[i].Source = "", ""
		}
	}
	return out
}

// MadeBy gives the things on the case by the entries that made them. An entry
// itself may call its thing otherwise: two logs can give the same number.
func (c *Case) MadeBy() map[event.ID]string {
	out := map[event.ID]string{}
	madeBy(out, c.Notes)
	madeBy(out, c.Decisions)
	madeBy(out, c.People)
	madeBy(out, c.Tasks)
	madeBy(out, c.Assets)
	madeBy(out, c.Indicators)
	madeBy(out, c.Links)
	madeBy(out, c.Imports)
	madeBy(out, c.Collections)
	madeBy(out, c.Forms)
	return out
}

func madeBy[T interface {
	id() string
	from() event.ID
}](out map[event.ID]string, list []T,
) {
	for _, x := range list {
		out[x.from()] = x.id()
	}
}
