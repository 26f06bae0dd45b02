package report

import (
	"strconv"
	"strings"
)

// author writes the document of one model in one language.
type author struct {
	Model
	tongue
}

// Document says what the model says, for people.
func (m Model) Document() Document {
	a := author{Model: m, tongue: speak(m.Lang)}
	d := Document{
		Lang:         string(a.tongue),
		Organisation: m.Organisation,
		Number:       m.Case.Number,
		Title:        m.Case.Title,
		Subtitle:     a.say("title", a.word("kind", m.Case.Kind), m.Case.Number),
		TLP:          m.Case.TLP,
		Created:      m.Created.Time(),
		Words:        Words{Page: a.say("page"), Missing: a.say("escaped")},
		Meta:         a.meta(),
	}
	if m.Case.Drill {
		d.Drill = a.say("drill")
	}
	for _, section := range []func() Section{
		a.summary, a.sheet, a.facts, a.people, a.decisions, a.steps, a.timeline, a.findings,
		a.evidence, a.custody, a.seals, a.limits,
	} {
		if s := section(); s.Title != "" {
			d.Sections = append(d.Sections, s)
		}
	}
	return d
}

func (a author) meta() []KeyValue {
	c := a.Case
	return []KeyValue{
		{Key: a.say("meta.case"), Value: c.Number + " · " + a.word("kind", c.Kind)},
		{Key: a.say("meta.state"), Value: a.word("state", c.State)},
		{Key: a.say("meta.severity"), Value: a.word("severity", c.Severity)},
		{Key: a.say("meta.tlp"), Value: "TLP:" + strings.ToUpper(c.TLP) + ". " + a.word("tlp", c.TLP)},
		{Key: a.say("meta.created"), Value: inline(a.Created)},
	}
}

func (a author) summary() Section {
	s := Section{Title: a.say("summary")}
	if a.Case.Drill {
		s.Blocks = append(s.Blocks, Callout{Kind: Drill, Title: a.say("drill"), Text: a.say("summary.drill")})
	}
	s.Blocks = append(s.Blocks, Callout{
		Kind: Warning, Title: a.say("summary.limits", len(a.Limits)+len(a.Verification.Unverified)), Text: a.say("summary.limits-where", a.say("limits")),
	})
	var items []KeyValue
	for _, f := range a.Facts {
		if n := len(f.Values); n > 0 {
			items = append(items, KeyValue{Key: f.Label, Value: inline(f.Values[n-1].Value)})
		}
	}
	s.Blocks = append(s.Blocks, KeyValues{items})
	if spans := a.spans(); len(spans) > 0 {
		s.Blocks = append(s.Blocks, Heading{a.say("summary.spans")}, KeyValues{spans})
	}
	return s.with(Heading{a.say("summary.contents")}, KeyValues{a.counts()}, a.changes())
}

// with adds blocks, leaving out those that are nil.
func (s Section) with(blocks ...Block) Section {
	for _, b := range blocks {
		if b != nil {
			s.Blocks = append(s.Blocks, b)
		}
	}
	return s
}

func (a author) spans() []KeyValue {
	labels := a.labels()
	items := make([]KeyValue, len(a.Spans))
	for i, span := range a.Spans {
		items[i] = KeyValue{Key: a.say("from-to", labels[span.From], labels[span.To]), Value: a.duration(span.Seconds)}
	}
	return items
}

// labels names the facts of the case.
func (a author) labels() map[string]string {
	labels := make(map[string]string, len(a.Facts))
	for _, f := range a.Facts {
		labels[f.Key] = f.Label
	}
	return labels
}

func (a author) counts() []KeyValue {
	steps, open := 0, 0
	for _, run := range a.Runs {
		for _, step := range run.Steps {
			steps++
			if !step.ended() {
				open++
			}
		}
	}
	items, bytes := 0, int64(0)
	for _, c := range a.Evidence {
		items, bytes = items+c.Count, bytes+c.Bytes
	}
	return []KeyValue{
		{Key: a.say("count.entries"), Value: a.say("count.entries-value", a.Case.Entries)},
		{Key: a.say("steps"), Value: a.say("count.steps", steps, open)},
		{Key: a.say("decisions"), Value: strconv.Itoa(len(a.Decisions))},
		{Key: a.say("evidence"), Value: a.say("count.evidence", items, len(a.Evidence), size(bytes), len(a.Seals))},
	}
}

func (a author) changes() Block {
	if len(a.Case.Changes) == 0 {
		return nil
	}
	t := Table{Columns: []Column{
		{Title: a.say("column.when"), Width: 2.5},
		{Title: a.say("summary.change"), Width: 3},
		{Title: a.say("column.reason"), Width: 3},
		{Title: a.say("column.by"), Width: 1.6},
	}}
	for _, c := range a.Case.Changes {
		what := a.word("change", c.What)
		if c.What == "title" || c.What == "severity" || c.What == "tlp" {
			what += ": " + a.say("from-to", a.changed(c.What, c.From), a.changed(c.What, c.To))
		}
		t.Rows = append(t.Rows, []string{local(c.At), what, c.Reason, c.By})
	}
	return t
}

func (a author) changed(what, value string) string {
	switch what {
	case "severity":
		return a.word("severity", value)
	case "tlp":
		return "TLP:" + strings.ToUpper(value)
	}
	return value
}

// LimitTexts are the sentences that say what is not verified, for readers who
// get no document.
func (m Model) LimitTexts() []string {
	a := author{Model: m, tongue: speak(m.Lang)}
	out := make([]string, len(m.Limits))
	for i, l := range m.Limits {
		out[i] = a.limit(l)
	}
	return out
}
