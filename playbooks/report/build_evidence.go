package report

import (
	"fmt"
	"slices"

	"github.com/posko-ir/posko/playbooks/cases"
)

func (b builder) collection(c cases.Collection) Collection {
	out := Collection{
		Record: b.record(c.Origin), ID: c.ID, Title: c.Title, Kind: c.Kind, Note: c.Note, Manifest: c.Manifest.SHA256,
		Sources: each(c.Paths, func(s string) string { return s }),
		Count:   c.Collected.Items, Bytes: c.Bytes, Skipped: c.Skipped, Seal: c.Seal,
		Skips: each(c.Skips, func(s cases.Skip) Skip { return Skip(s) }),
		Lost: each(c.Lost, func(d cases.Destruction) Lost {
			return Lost{Record: b.record(d.Origin), Item: d.Item, Reason: d.Reason}
		}),
	}
	if c.Thing != nil {
		out.Thing = b.tangible(c)
	}
	items := c.Inline
	if all, ok := b.Input.Items[c.ID]; ok {
		items = all
	}
	out.Items = each(items, func(i cases.Item) Item { return item(out, i) })
	if cmd := c.Command; cmd != nil {
		out.Command = &Command{
			Argv: cmd.Argv, Binary: cmd.Binary, SHA256: cmd.SHA256, Start: cmd.Start, End: cmd.End, Exit: cmd.Exit, Signal: cmd.Signal,
		}
	}
	return out
}

func item(c Collection, i cases.Item) Item {
	ref := fmt.Sprintf("%s/%d", c.ID, i.N)
	lost := slices.ContainsFunc(c.Lost, func(l Lost) bool { return l.Item == ref || l.Item == c.ID })
	return Item{Ref: ref, Name: i.Name, Kind: i.Kind, Size: i.Size, SHA256: i.SHA256, Note: i.Note, Lost: lost}
}

// custody is the whole chain: what was recorded as custody, and what other
// entries say happened to the evidence, in the order in which it happened.
func (b builder) custody() []Custody {
	log := each(b.Custody, func(e cases.CustodyEvent) Custody {
		return Custody{Record: b.record(e.Origin), Item: e.Item, Action: e.Action, Purpose: e.Purpose, To: e.To, Place: e.Place, Keeper: e.Keeper, Form: e.Form}
	})
	said := map[[2]string]bool{}
	for _, c := range log {
		said[[2]string{c.Item, c.Action}] = true
	}
	add := func(c Custody) {
		if !said[[2]string{c.Item, c.Action}] {
			log = append(log, c)
		}
	}
	for _, c := range b.Collections {
		add(Custody{Record: b.record(c.Origin), Item: c.ID, Action: "collected", Purpose: c.Title})
		for _, d := range c.Lost {
			add(Custody{Record: b.record(d.Origin), Item: d.Item, Action: "destroyed", Purpose: d.Reason})
		}
	}
	for _, s := range b.Seals {
		for _, id := range s.Collections {
			add(Custody{Record: b.record(s.Origin), Item: id, Action: "sealed", Purpose: s.ID})
		}
	}
	for _, v := range b.Checks {
		add(Custody{Record: b.record(v.Origin), Item: b.Number, Action: "verified"})
	}
	for _, e := range b.Exports {
		add(Custody{Record: b.record(e.Origin), Item: b.Number, Action: "exported", Purpose: e.Audience, To: e.To})
	}
	slices.SortStableFunc(log, func(x, y Custody) int { return x.At.Time().Compare(y.At.Time()) })
	return log
}

func (b builder) unfinished(x cases.Exporting) Unfinished {
	return Unfinished{Record: b.record(x.Origin), ID: x.ID, To: x.To}
}

func (b builder) check(v cases.Verification) Check {
	return Check{Record: b.record(v.Origin), OK: v.OK, Items: v.Items, Findings: each(v.Findings, func(f cases.Finding) string {
		return join(" ", f.Item, f.Segment, f.Problem)
	})}
}

func (b builder) seal(s cases.Seal) Seal {
	out := Seal{
		Record: b.record(s.Origin), ID: s.ID, Collections: each(s.Collections, func(id string) string { return id }),
		Manifest: s.ManifestSHA256, Words: s.Words, Key: s.Key, Supplements: s.Supplements, Checked: CheckedNo,
	}
	if check, ok := b.Input.Verification.Seals[s.ID]; ok {
		out.Checked = CheckedOK
		if !check.OK {
			out.Checked, out.Problem = CheckedFailed, check.Problem
		}
	}
	return out
}

func (b builder) export(e cases.Export) Export {
	return Export{Record: b.record(e.Origin), To: e.To, SHA256: e.SHA256, Audience: e.Audience}
}
