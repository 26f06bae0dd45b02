package report

import "github.com/posko-ir/posko/playbooks/cases"

// sheet says how a drill went; a real case has none.
func (a author) sheet() Section {
	s := a.Case.Sheet
	if s == nil {
		return Section{}
	}
	t := Table{Columns: []Column{
		{Title: a.say("column.step"), Width: 0.8},
		{Title: a.say("column.step-name"), Width: 3.6},
		{Title: a.say("column.status"), Width: 1.4},
		{Title: a.say("sheet.target"), Width: 1.2, Align: Right},
		{Title: a.say("sheet.took"), Width: 1.2, Align: Right},
		{Title: a.say("sheet.remark"), Width: 2},
	}}
	for _, row := range s.Rows {
		t.Rows = append(t.Rows, []string{
			row.Ref, row.Name, a.word("status", row.Status), a.span(row.Target), a.span(row.Took), a.remark(row),
		})
	}
	return Section{Title: a.say("sheet"), Blocks: []Block{
		Paragraph{Text: a.say("sheet.counts", s.InTime, s.Late, s.Skipped, s.Failed, s.Left, s.NoProof)},
		Paragraph{Text: a.say("sheet.about", s.Speed), Quiet: true},
		t,
	}}
}

// span is a duration of the story; what was not measured stays empty.
func (a author) span(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return a.duration(seconds)
}

// remark is what the debriefing asks about: late, without proof, and why not done.
func (a author) remark(row cases.SheetRow) string {
	var late, proof string
	if row.Late > 0 {
		late = a.say("sheet.late", a.duration(row.Late))
	}
	if row.NoProof {
		proof = a.say("sheet.no-proof")
	}
	return join("\n", late, proof, row.Reason)
}
