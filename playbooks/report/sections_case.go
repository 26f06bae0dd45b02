package report

import "strings"

// none is what an empty section says, so that nobody wonders what was left out.
func (a author) none() Block { return Paragraph{Text: a.say("none"), Quiet: true} }

// source says who says so, for a cell.
func (a author) source(r Record) string {
	return join("\n", r.Source, a.by(r))
}

// by says who recorded a thing, and when if that was not when it happened.
func (a author) by(r Record) string {
	if r.By == "" {
		return ""
	}
	return a.say("recorded-by", r.By, utc(r.Recorded))
}

// join joins what is not empty.
func join(separator string, parts ...string) string {
	kept := make([]string, 0, len(parts))
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, separator)
}

func (a author) facts() Section {
	s := Section{Title: a.say("facts"), Blocks: []Block{Paragraph{Text: a.say("facts.about"), Quiet: true}}}
	t := Table{Columns: []Column{
		{Title: a.say("facts.fact"), Width: 1.7},
		{Title: a.say("facts.value"), Width: 2.3},
		{Title: a.say("column.reason"), Width: 2.4},
		{Title: a.say("column.source"), Width: 2.2},
	}}
	for _, f := range a.Facts {
		for i := len(f.Values) - 1; i >= 0; i-- {
			v, label := f.Values[i], f.Label
			if i < len(f.Values)-1 {
				label = a.say("facts.corrected", f.Label)
			}
			reason := v.Reason
			if reason == "" && decided(f.Key) {
				reason = a.say("facts.no-reason")
			}
			t.Rows = append(t.Rows, []string{label, local(v.Value), reason, a.source(v.Record)})
		}
	}
	s.Blocks = append(s.Blocks, t, Heading{a.say("clocks")}, Paragraph{Text: a.say("clocks.about"), Quiet: true})
	if clocks := a.clocks(); len(clocks.Rows) > 0 {
		return s.with(clocks)
	}
	return s.with(a.none())
}

// decided says whether a fact is a decision of a person, which needs a reason.
func decided(key string) bool {
	switch key {
	case "aware", "determined", "classified", "high_risk_decided":
		return true
	}
	return false
}

// clocks lists the steps whose due time is a legal or contractual duty.
func (a author) clocks() Table {
	t := Table{Columns: []Column{
		{Title: a.say("column.step"), Width: 1},
		{Title: a.say("clocks.duty"), Width: 3.4},
		{Title: a.say("clocks.due"), Width: 2.3},
		{Title: a.say("column.status"), Width: 2},
	}}
	for _, run := range a.Runs {
		for _, step := range run.Steps {
			if step.Law {
				t.Rows = append(t.Rows, []string{step.Ref, step.Name, a.deadline(step.Due), a.status(step)})
			}
		}
	}
	return t
}

func (a author) people() Section {
	s := Section{Title: a.say("people")}
	if len(a.People) == 0 {
		return s.with(a.none())
	}
	t := Table{Columns: []Column{
		{Title: a.say("column.id"), Width: 0.5},
		{Title: a.say("column.name"), Width: 2},
		{Title: a.say("people.role"), Width: 1.4},
		{Title: a.say("people.contact"), Width: 2},
		{Title: a.say("column.since"), Width: 2.4},
	}}
	for _, p := range a.People {
		since := local(p.At)
		if p.Removed != nil {
			since += "\n" + join(": ", a.say("people.removed", inline(p.Removed.At)), p.Reason)
		}
		t.Rows = append(t.Rows, []string{p.ID, p.Name, a.word("role", p.Role), p.Contact, since})
	}
	return s.with(t)
}

func (a author) decisions() Section {
	s := Section{Title: a.say("decisions")}
	if len(a.Decisions) == 0 {
		return s.with(a.none())
	}
	t := Table{Columns: []Column{
		{Title: a.say("column.id"), Width: 0.5},
		{Title: a.say("column.when"), Width: 2.5},
		{Title: a.say("decisions.text"), Width: 2.8},
		{Title: a.say("column.reason"), Width: 2.8},
		{Title: a.say("column.by"), Width: 1.6},
	}}
	for _, d := range a.Decisions {
		t.Rows = append(t.Rows, []string{join("\n", d.ID, d.Step), local(d.At), d.Text, d.Reason, join("\n", d.By, d.Source)})
	}
	return s.with(t)
}
