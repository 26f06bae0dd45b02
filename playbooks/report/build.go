package report

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// Input is what a report is made of.
type Input struct {
	Case         *cases.Case
	Events       iter.Seq[event.Event]   // the entries of the case, for the timeline; nil: it has none
	Items        map[string][]cases.Item // all items of a collection, where the case does not hold them
	Organisation string
	Officer      func(id string) string // the name of an officer; nil or "": the id stands for it
	Verification Verification
	Audience     string                   // whom the copy is made for; empty: the whole case, for ourselves
	Withheld     map[event.ID]Withholding // the entries that it may not say
	Now          instant.Instant
	Lang         string
}

// Build makes the document of a case.
func Build(in Input) Document { return NewModel(in).Document() }

// NewModel gathers what a report says about a case.
func NewModel(in Input) Model {
	c := in.shown()
	b := builder{Input: in, Case: c}
	m := Model{
		Format: Format, Lang: string(speak(in.Lang)), Created: in.Now, Organisation: in.Organisation,
		Case: Head{
			Number: c.Number, Title: c.Title, Kind: c.Kind, Severity: c.Severity, TLP: c.TLP, State: c.State,
			Drill: c.Drill(), Sheet: c.Sheet(in.Lang, in.Now.Time()), Entries: c.Entries, Changes: each(c.Changes, b.change),
		},
		Facts: b.facts(), Spans: b.spans(),
		People: each(c.People, b.person), Decisions: each(c.Decisions, b.decision),
		Runs: b.runs(), Tasks: each(c.Tasks, b.task),
		Timeline:   b.timeline(),
		Indicators: each(c.Indicators, b.indicator), Assets: each(c.Assets, b.asset), Links: each(c.Links, b.link),
		Evidence: each(c.Collections, b.collection), Custody: b.custody(), Checks: each(c.Checks, b.check),
		Seals: each(c.Seals, b.seal), Exports: each(c.Exports, b.export), Forms: each(c.Forms, b.form),
		Audience: in.Audience, Withheld: b.withheld(),
		Unfinished: each(c.UnfinishedExports(), b.unfinished),
		Conflicts:  each(c.Conflicts, b.conflict), Gone: b.gone(), Verification: b.verification(),
	}
	m.Limits = each(m.sift(), func(l Limit) Limit { return l })
	return m
}

// builder reads the case; its methods turn one kind of thing each into what
// the model says of it.
type builder struct {
	Input
	*cases.Case
}

// each turns a list; the result is never nil, so that JSON has [] and not null.
func each[A, B any](list []A, turn func(A) B) []B {
	out := make([]B, len(list))
	for i, x := range list {
		out[i] = turn(x)
	}
	return out
}

func (b builder) name(officer string) string {
	if b.Officer != nil {
		if name := b.Officer(officer); name != "" {
			return name
		}
	}
	return officer
}

func (b builder) record(o cases.Origin) Record {
	return Record{At: o.Happened(), Recorded: o.Wall, By: b.name(o.By), Source: o.Source, Doubt: o.Doubt}
}

func (b builder) change(x cases.Transition) Change {
	return Change{Record: b.record(x.Origin), What: x.What, From: x.From, To: x.To, Reason: x.Reason}
}

func (b builder) facts() []Fact {
	facts := make([]Fact, 0, len(b.Facts))
	for _, key := range b.FactKeys() {
		values := each(b.Facts[key], func(f cases.Fact) FactValue {
			return FactValue{Record: b.record(f.Origin), Value: f.Value, Reason: f.Reason}
		})
		if len(values) > 0 {
			facts = append(facts, Fact{Key: key, Label: b.FactLabel(b.Lang, key), Values: values})
		}
	}
	return facts
}

// spans measures what people ask after every incident: how long until it was
// seen, known, stopped, reported, repaired.
func (b builder) spans() []Span {
	spans := []Span{}
	for _, pair := range [][2]string{
		{"occurred_from", "detected"},
		{"detected", "aware"},
		{"detected", "contained"},
		{"aware", "reported"},
		{"contained", "restored"},
		{"opened", "closed"},
	} {
		from, started := b.Fact(pair[0])
		to, ended := b.Fact(pair[1])
		if started && ended {
			spans = append(spans, Span{From: pair[0], To: pair[1], Seconds: int64(to.Time().Sub(from.Time()) / time.Second)})
		}
	}
	return spans
}

func (b builder) person(p cases.Person) Person {
	out := Person{Record: b.record(p.Origin), ID: p.ID, Name: p.Name, Role: p.Role, Contact: p.Contact}
	if p.Removed != nil {
		removed := b.record(p.Removed.Origin)
		out.Removed, out.Reason = &removed, p.Removed.Reason
	}
	return out
}

func (b builder) decision(d cases.Decision) Decision {
	return Decision{Record: b.record(d.Origin), ID: d.ID, Text: d.Text, Reason: d.Reason, Step: d.Step}
}

func (b builder) task(t cases.Task) Task {
	out := Task{
		Record: b.record(t.Origin), ID: t.ID, Text: t.Text, Assignee: b.name(t.Assignee),
		Due: t.Due, State: t.State, Reason: t.Reason,
	}
	if t.State != cases.TaskOpen {
		ended := b.record(t.Ended)
		out.Ended = &ended
	}
	return out
}

// timeline lists what happened in the order in which it happened.
func (b builder) timeline() []Row {
	rows := []Row{}
	if b.Events == nil {
		return rows
	}
	names := NewStepNames(b.Case, b.Lang)
	for e := range b.Events {
		if _, hidden := b.Withheld[e.ID]; hidden {
			continue
		}
		for i, r := range b.Rows(e, b.Lang) {
			rows = append(rows, Row{
				Record: Record{At: r.At, Recorded: r.Recorded, By: b.name(r.Actor), Source: r.Source, Doubt: r.Doubt},
				Entry:  r.Entry.String(), Ref: r.Ref, Kind: r.Kind, Said: r.Said, Found: r.Found, Text: names.In(r.Ref, r.Text),
				imported: i > 0,
			})
		}
	}
	slices.SortStableFunc(rows, func(x, y Row) int { return x.At.Time().Compare(y.At.Time()) })
	return rows
}

func (b builder) indicator(i cases.Indicator) Thing {
	t := Thing{Record: b.record(i.Origin), ID: i.ID, Type: i.Type, Value: i.Value}
	if suspicion := cases.Suspicious(i.Value); suspicion != "" {
		t.Warn = cases.SuspicionText(b.Lang, suspicion)
	}
	return t
}

func (b builder) asset(a cases.Asset) Thing {
	return Thing{Record: b.record(a.Origin), ID: a.ID, Type: a.Type, Value: a.Name}
}

func (b builder) link(l cases.Link) Link {
	return Link{ID: l.ID, From: cmp.Or(l.From, b.Number), To: l.To, Label: l.Label, Register: l.Register, Name: l.Name}
}

func (b builder) conflict(x cases.Conflict) Conflict {
	out := Conflict{Entry: x.Event.String(), Kind: x.Kind, Text: x.Text(b.Lang), Resolved: x.Resolved != nil}
	if x.Resolved != nil {
		out.Reason = x.Resolved.Reason
	}
	return out
}

func (b builder) gone() []Gone {
	out := make([]Gone, 0, len(b.Destroyed)+len(b.Newer))
	for _, g := range b.Destroyed {
		out = append(out, Gone{Entry: g.Entry.String(), Kind: g.Kind, By: b.name(g.By)})
	}
	for _, g := range b.Newer {
		out = append(out, Gone{Entry: g.Entry.String(), Kind: g.Kind, By: b.name(g.By), Newer: true})
	}
	return out
}

func (b builder) verification() Verification {
	v := b.Verification
	v.Ledger = cmp.Or(v.Ledger, CheckedNo)
	v.Witnesses = each(v.Witnesses, func(w Witness) Witness { return w })
	v.Commands = each(v.Commands, func(s string) string { return s })
	v.Unverified = each(v.Unverified, func(s string) string { return s })
	return v
}
