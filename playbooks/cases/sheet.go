package cases

import (
	"cmp"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/run"
)

// A Sheet says in short how a drill went: times against targets, what was
// skipped or left, where proof is missing. Times are as the story counts them:
// an hour of a drill at speed 60 is a minute on the clock.
type Sheet struct {
	Speed    int             `json:"speed"`
	From     instant.Instant `json:"from"`
	To       instant.Instant `json:"to,omitzero"` // zero: it still runs
	InTime   int             `json:"in_time"`
	Late     int             `json:"late"`
	Skipped  int             `json:"skipped"`
	Failed   int             `json:"failed"`
	Left     int             `json:"left"`     // reached and not finished
	NoProof  int             `json:"no_proof"` // done without the item that proves it
	Rows     []SheetRow      `json:"steps"`
	Finished bool            `json:"finished"`
}

// SheetRow is one step of a drill against its target.
type SheetRow struct {
	Ref       string `json:"step"`
	Name      string `json:"name"`
	Status    string `json:"status"`
	Mandatory bool   `json:"mandatory,omitempty"`
	Rule      string `json:"due_rule,omitempty"`
	Target    int64  `json:"target_seconds,omitempty"` // from the opening
	Took      int64  `json:"took_seconds,omitempty"`   // from the opening to its end
	Late      int64  `json:"late_seconds,omitempty"`
	NoProof   bool   `json:"no_proof,omitempty"`
	Reason    string `json:"reason,omitempty"` // why skipped or failed
}

// Sheet sums up a drill up to now; nil for a real case.
func (c *Case) Sheet(lang string, now time.Time) *Sheet {
	if !c.Drill() {
		return nil
	}
	from, _ := c.Fact("opened")
	s := &Sheet{Speed: max(c.Speed, 1), From: from, Finished: c.State == StateClosed, Rows: []SheetRow{}}
	if to, ok := c.Fact("closed"); ok && s.Finished {
		s.To, now = to, to.Time()
	}
	for _, v := range c.Steps(lang, now) {
		if v.Status == StatusUpcoming {
			continue
		}
		s.add(c.sheetRow(v, from.Time(), now))
	}
	// By target, as the debriefing goes; what has none comes last.
	slices.SortStableFunc(s.Rows, func(x, y SheetRow) int {
		if (x.Target == 0) != (y.Target == 0) {
			return cmp.Compare(y.Target, x.Target)
		}
		return cmp.Compare(x.Target, y.Target)
	})
	return s
}

// sheetRow measures one step that the run has reached.
func (c *Case) sheetRow(v StepView, from, now time.Time) SheetRow {
	row := SheetRow{Ref: v.Ref, Name: v.Name, Status: v.Status, Mandatory: v.Mandatory, Rule: v.DueRule}
	story := func(d time.Duration) int64 {
		return int64((d * time.Duration(max(c.Speed, 1))).Round(time.Minute) / time.Second)
	}
	end, ended := now, false
	if v.Result != nil && isEnd(v.Status) {
		end, ended = v.Result.Happened().Time(), true
		row.Took, row.Reason = story(end.Sub(from)), v.Result.Reason
		row.NoProof = v.Status == string(run.Done) && c.lacksProof(v)
	}
	if !v.Due.IsZero() {
		row.Target = story(v.Due.Time().Sub(from))
		if late := story(end.Sub(v.Due.Time())); late > 0 && (ended && v.Status == string(run.Done) || !isEnd(v.Status)) {
			row.Late = late
		}
	}
	return row
}

func isEnd(status string) bool {
	switch run.Status(status) {
	case run.Done, run.Skipped, run.Failed, run.NotApplicable:
		return true
	}
	return false
}

// lacksProof reports whether a step was done without the item of evidence that
// it asks for; what is proved in words was demanded when it was done.
func (c *Case) lacksProof(v StepView) bool {
	step := &guide.Step{Proof: &guide.Proof{Kinds: v.Proof}}
	return !guide.ProofSatisfied(step, len(v.Result.Answers) > 0 || v.Result.Note != "", c.weigh(StepResult{Evidence: v.Result.Evidence}).kinds)
}

func (s *Sheet) add(row SheetRow) {
	s.Rows = append(s.Rows, row)
	switch {
	case row.Status == string(run.Skipped), row.Status == string(run.NotApplicable):
		s.Skipped++
	case row.Status == string(run.Failed):
		s.Failed++
	case row.Status != string(run.Done):
		s.Left++
	case row.Late > 0:
		s.Late++
	default:
		s.InTime++
	}
	if row.NoProof {
		s.NoProof++
	}
}
