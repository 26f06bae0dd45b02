package audience

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

// Withheld gives the entries that stay out of the copy, each with its reason.
// The events come in the order of the case.
func (o Order) Withheld(c *cases.Case, events []event.Event) map[event.ID]string {
	refs, made := o.refs(c), c.MadeBy()
	out := map[event.ID]string{}
	for _, e := range events {
		thing, about := made[e.ID], cited(e)
		reason, hidden := withheldAs(append(about, thing), refs)
		if !hidden {
			reason, hidden = o.kind(e, append(about, thing))
		}
		if !hidden {
			continue
		}
		out[e.ID] = reason
		if thing != "" && !slices.Contains(o.With, thing) {
			refs[thing] = reason // what is said of it later stays out too
		}
	}
	return out
}

// kind says whether a customer gets no entries of this kind, whatever became of
// them: those that did not fit, and those about what was destroyed, are on no
// list of the case.
func (o Order) kind(e event.Event, about []string) (reason string, hidden bool) {
	if o.For != Customer {
		return "", false
	}
	area, _, _ := strings.Cut(e.Kind, ".")
	switch area {
	case "exported", "export": // who else got a copy, or was meant to
		return ReasonInternal, true
	case "body":
		return ReasonInternal, true
	case "record":
		return ReasonOthers, o.ofAnother(e) && !o.named(about)
	case "note", "task", "timeline":
		return ReasonInternal, !o.named(about)
	case "person":
		return ReasonPeople, !o.named(about)
	}
	return "", false
}

func (o Order) named(about []string) bool {
	return slices.ContainsFunc(about, func(ref string) bool { return slices.Contains(o.With, ref) })
}

// ofAnother reports whether an entry links to another customer of the book.
func (o Order) ofAnother(e event.Event) bool {
	var link struct {
		Register string `json:"register"`
		Record   string `json:"record"`
	}
	if json.Unmarshal(e.Data, &link) != nil {
		return true
	}
	return link.Register == "customer" && link.Record != o.Whose
}

// cited gives the things that an entry makes or speaks of, as it calls them.
// Lists in a body, like the collections of a seal, only cite.
func cited(e event.Event) []string {
	var body map[string]json.RawMessage
	if e.Data == nil || json.Unmarshal(e.Data, &body) != nil {
		return nil
	}
	var refs []string
	for _, field := range fields() {
		var ref string
		if json.Unmarshal(body[field], &ref) == nil && ref != "" {
			refs = append(refs, ref)
		}
	}
	var source string
	if e.Kind == cases.KindFact && json.Unmarshal(body["source"], &source) == nil {
		if step, ok := strings.CutPrefix(source, "step "); ok {
			refs = append(refs, step) // the answer set it, with the reason that was answered
		}
	}
	return refs
}

// withheldAs says whether one of the things, or what it is part of, stays out.
func withheldAs(things []string, refs map[string]string) (reason string, hidden bool) {
	for _, ref := range things {
		if reason, ok := refs[ref]; ok {
			return reason, true
		}
		if whole, _, item := strings.Cut(ref, "/"); item {
			if reason, ok := refs[whole]; ok {
				return reason, true
			}
		}
	}
	return "", false
}

// fields are the places of a body that hold what the entry is about.
func fields() []string {
	return []string{
		"id", "note", "task", "person", "step", "import", "asset", "indicator", "link",
		"decision", "collection", "item", "from", "to", "form", "scan",
	}
}
