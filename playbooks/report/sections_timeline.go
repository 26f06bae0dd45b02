package report

import (
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
)

// late is how much later than it happened a thing may be recorded without the
// timeline giving both times.
const late = time.Minute

func (a author) timeline() Section {
	s := Section{Title: a.say("timeline"), Blocks: []Block{Paragraph{Text: a.say("timeline.about"), Quiet: true}}}
	if len(a.Timeline) == 0 {
		return s.with(a.none())
	}
	t := Table{Columns: []Column{
		{Title: a.say("timeline.when"), Width: 2.1},
		{Title: a.say("timeline.what"), Width: 4.6},
		{Title: a.say("column.source"), Width: 2},
	}}
	for _, row := range a.Timeline {
		t.Rows = append(t.Rows, []string{local(row.At), join(" ", reference(row.Ref), row.Text) + a.marginalia(row), join("\n", row.Source, row.By)})
	}
	return s.with(t)
}

func reference(ref string) string {
	if ref == "" {
		return ""
	}
	return "[" + ref + "]"
}

// marginalia are the other times of a row, where they differ.
func (a author) marginalia(row Row) string {
	s := ""
	if gap := row.Recorded.Sub(row.At.Time()); gap > late || gap < -late {
		s += "\n" + a.say("timeline.recorded", utc(row.Recorded))
	}
	if !row.Said.IsZero() {
		s += "\n" + a.say("timeline.said", inline(row.Said))
	}
	if !row.Found.IsZero() {
		s += "\n" + a.say("timeline.found", inline(row.Found))
	}
	if row.Doubt != "" {
		s += "\n" + a.say("timeline.doubt", row.Doubt)
	}
	return s
}

func (a author) findings() Section {
	s := Section{Title: a.say("findings")}
	s = s.with(Heading{a.say("indicators")})
	if len(a.Indicators) == 0 {
		s = s.with(a.none())
	} else {
		s = s.with(Paragraph{Text: a.say("indicators.about"), Quiet: true}, a.things(a.Indicators, "indicator", cases.Defang))
	}
	s = s.with(Heading{a.say("assets")})
	if len(a.Assets) == 0 {
		s = s.with(a.none())
	} else {
		s = s.with(a.things(a.Assets, "asset", func(_, value string) string { return value }))
	}
	if len(a.Links) == 0 {
		return s
	}
	t := Table{Columns: []Column{
		{Title: a.say("column.id"), Width: 0.6},
		{Title: a.say("links.from"), Width: 1},
		{Title: a.say("links.label"), Width: 2},
		{Title: a.say("links.to"), Width: 2},
	}}
	for _, l := range a.Links {
		t.Rows = append(t.Rows, []string{l.ID, l.From, l.Label, join("  ", l.To, l.Name)})
	}
	return s.with(Heading{a.say("links")}, t)
}

func (a author) things(list []Thing, words string, show func(typ, value string) string) Table {
	t := Table{Columns: []Column{
		{Title: a.say("column.id"), Width: 0.6},
		{Title: a.say("column.type"), Width: 1.1},
		{Title: a.say("column.value"), Width: 3.9, Mono: words == "indicator"},
		{Title: a.say("column.source"), Width: 2.6},
	}}
	for _, x := range list {
		value := show(x.Type, x.Value)
		if x.Warn != "" {
			value += "\n" + x.Warn
		}
		t.Rows = append(t.Rows, []string{x.ID, a.word(words, x.Type), value, a.source(x.Record)})
	}
	return t
}
