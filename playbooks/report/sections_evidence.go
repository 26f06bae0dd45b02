package report

import (
	"fmt"
	"strings"
)

func (a author) evidence() Section {
	s := Section{Title: a.say("evidence")}
	if len(a.Evidence) == 0 {
		return s.with(a.none())
	}
	s = s.with(Paragraph{Text: a.say("evidence.about"), Quiet: true})
	for _, c := range a.Evidence {
		s = s.with(Heading{c.ID + " · " + c.Title}, KeyValues{a.collectionHead(c)})
		if len(c.Items) > 0 {
			s = s.with(a.items(c))
		} else if c.Count > 0 {
			s = s.with(Paragraph{Text: a.say("evidence.in-manifest", c.Count)})
		}
		s = s.with(a.skips(c), a.lost(c))
	}
	return s
}

func (a author) collectionHead(c Collection) []KeyValue {
	seal := a.say("evidence.unsealed")
	if c.Seal != "" {
		seal = c.Seal
	}
	items := []KeyValue{
		{Key: a.say("evidence.collected"), Value: join(", ", inline(c.At), c.By)},
		{Key: a.say("column.type"), Value: a.word("collection", c.Kind)},
		{Key: a.say("evidence.contents"), Value: a.say("evidence.contents-value", c.Count, size(c.Bytes), c.Bytes)},
		{Key: a.say("evidence.from"), Value: a.sources(c), Mono: true},
		{Key: a.say("column.source"), Value: c.Source},
		{Key: a.say("column.note"), Value: c.Note},
		{Key: a.say("evidence.manifest"), Value: c.Manifest, Mono: true},
		{Key: a.say("evidence.seal"), Value: seal},
	}
	items = append(items, a.tangible(c.Thing)...)
	if cmd := c.Command; cmd != nil {
		items = append(items,
			KeyValue{Key: a.say("evidence.command"), Value: argv(cmd.Argv), Mono: true},
			KeyValue{Key: a.say("evidence.program"), Value: join("\n", cmd.Binary, cmd.SHA256), Mono: true},
			KeyValue{Key: a.say("evidence.exit"), Value: join(", ", fmt.Sprint(cmd.Exit), cmd.Signal)},
			KeyValue{Key: a.say("evidence.ran"), Value: join("\n", inline(cmd.Start), inline(cmd.End))})
	}
	return filled(items)
}

// filled leaves out what has no value.
func filled(items []KeyValue) []KeyValue {
	var kept []KeyValue
	for _, item := range items {
		if item.Value != "" {
			kept = append(kept, item)
		}
	}
	return kept
}

// argv writes a command so that its words can be told apart; there was no shell.
func argv(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = word
		if word == "" || strings.ContainsAny(word, " \t\n'\"\\") {
			quoted[i] = fmt.Sprintf("%q", word)
		}
	}
	return strings.Join(quoted, " ")
}

func (a author) items(c Collection) Table {
	t := Table{Columns: []Column{
		{Title: a.say("column.item"), Width: 0.9},
		{Title: a.say("column.name"), Width: 3.4},
		{Title: a.say("column.bytes"), Width: 1.1, Align: Right},
		{Title: "SHA-256", Width: 3.2, Mono: true},
	}}
	for _, item := range c.Items {
		name := join("\n", item.Name, item.Note)
		if item.Lost {
			name += "\n" + a.say("evidence.destroyed")
		}
		t.Rows = append(t.Rows, []string{item.Ref, name, fmt.Sprint(item.Size), item.SHA256})
	}
	return t
}

func (a author) skips(c Collection) Block {
	if c.Skipped == 0 {
		return nil
	}
	lines := make([]string, 0, len(c.Skips)+1)
	for _, skip := range c.Skips {
		lines = append(lines, skip.Name+": "+skip.Reason)
	}
	if more := c.Skipped - len(c.Skips); more > 0 {
		lines = append(lines, a.say("evidence.more-skipped", more))
	}
	return Callout{Kind: Warning, Title: a.say("evidence.skipped", c.Skipped), Text: strings.Join(lines, "\n")}
}

func (a author) lost(c Collection) Block {
	if len(c.Lost) == 0 {
		return nil
	}
	lines := make([]string, len(c.Lost))
	for i, lost := range c.Lost {
		lines[i] = a.say("evidence.lost-line", lost.Item, inline(lost.At), lost.By, lost.Reason)
	}
	return Callout{Kind: Warning, Title: a.say("evidence.lost"), Text: strings.Join(lines, "\n")}
}

func (a author) custody() Section {
	s := Section{Title: a.say("custody"), Blocks: []Block{Paragraph{Text: a.say("custody.about"), Quiet: true}}}
	if len(a.Custody) == 0 {
		return s.with(a.none())
	}
	t := Table{Columns: []Column{
		{Title: a.say("column.item"), Width: 0.9},
		{Title: a.say("column.when"), Width: 2.1},
		{Title: a.say("custody.action"), Width: 1.3},
		{Title: a.say("column.by"), Width: 1.6},
		{Title: a.say("custody.purpose"), Width: 3},
	}}
	for _, c := range a.Custody {
		why := join("\n", c.Purpose, a.went(c))
		t.Rows = append(t.Rows, []string{c.Item, local(c.At), a.word("action", c.Action), join("\n", c.By, c.Source), why})
	}
	return s.with(t, a.forms())
}

func (a author) seals() Section {
	s := Section{Title: a.say("seals")}
	if len(a.Seals) == 0 {
		s = s.with(a.none())
	}
	for _, seal := range a.Seals {
		s = s.with(Heading{seal.ID}, KeyValues{filled([]KeyValue{
			{Key: a.say("seals.covers"), Value: strings.Join(seal.Collections, ", ")},
			{Key: a.say("seals.supplements"), Value: seal.Supplements},
			{Key: a.say("seals.signed"), Value: join(", ", inline(seal.At), seal.By)},
			{Key: a.say("evidence.manifest"), Value: seal.Manifest, Mono: true},
			{Key: a.say("seals.words"), Value: seal.Words},
			{Key: a.say("seals.key"), Value: seal.Key, Mono: true},
			{Key: a.say("seals.checked"), Value: join(": ", a.word("checked", seal.Checked), seal.Problem)},
		})})
	}
	if len(a.Seals) > 0 {
		s = s.with(Callout{Kind: Info, Title: a.say("seals.words-title"), Text: a.say("seals.words-how")})
	}
	s = s.with(Heading{a.say("exports")})
	if len(a.Exports) == 0 {
		return s.with(a.none())
	}
	t := Table{Columns: []Column{
		{Title: a.say("column.when"), Width: 2.2},
		{Title: a.say("exports.to"), Width: 2.2},
		{Title: a.say("column.by"), Width: 1.5},
		{Title: a.say("exports.hash"), Width: 3.1, Mono: true},
	}}
	for _, e := range a.Exports {
		t.Rows = append(t.Rows, []string{local(e.At), join("\n", e.To, e.Audience), e.By, e.SHA256})
	}
	return s.with(t)
}
