package cases

import (
	"time"

	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/run"
)

// StatusUpcoming is the status of a step that the run has not reached yet.
const StatusUpcoming = "upcoming"

// StepView is a step as a person works through it.
type StepView struct {
	Ref         string          `json:"step"` // "R1.3"
	Run         string          `json:"run"`
	Number      string          `json:"number,omitempty"` // in the printed list
	Name        string          `json:"name"`
	Detail      string          `json:"detail,omitempty"`
	Lane        string          `json:"lane,omitempty"`
	Role        string          `json:"role,omitempty"`
	Status      string          `json:"status"`
	Halted      bool            `json:"halted,omitempty"` // failed with no way on: reopen or skip it
	Mandatory   bool            `json:"mandatory,omitempty"`
	Waive       string          `json:"waive,omitempty"` // the role that may waive it
	Law         bool            `json:"law,omitempty"`
	FourEyes    bool            `json:"four_eyes,omitempty"`
	Proof       []string        `json:"proof,omitempty"` // any one kind is enough
	NoneBecause string          `json:"none_because,omitempty"`
	Answers     []AnswerView    `json:"answers,omitempty"`
	DueRule     string          `json:"due_rule,omitempty"`      // "aware+24h"
	Due         instant.Instant `json:"due,omitzero"`            // zero while the fact is missing
	DueMissing  string          `json:"due_missing,omitempty"`   // the fact that is missing
	DueWaits    string          `json:"due_waits,omitempty"`     // what that fact is called
	Overdue     bool            `json:"overdue,omitempty"`       // due, and not finished
	Every       string          `json:"every,omitempty"`         // repeats while open
	Action      string          `json:"action,omitempty"`        // built-in action
	Suggest     []string        `json:"suggest,omitempty"`       // playbooks to start beside
	Book        []string        `json:"-"`                       // what it points to in the book
	Ask         string          `json:"ask,omitempty"`           // why a person is asked, from run
	AskDetail   string          `json:"ask_detail,omitempty"`    // what was wrong
	Branches    []string        `json:"branches,omitempty"`      // what DecideStep takes here
	Next        bool            `json:"next,omitempty"`          // may follow what is open now
	Gate        string          `json:"gate,omitempty"`          // upcoming: the condition before it
	GateBranch  string          `json:"gate_branch,omitempty"`   // and the way it must go
	OnlyIfFails bool            `json:"only_if_fails,omitempty"` // upcoming: comes only after a failure
	Result      *StepEvent      `json:"result,omitempty"`        // what was recorded last
}

// Waits reports whether a person can work on the step now, or has to say how it
// goes on.
func (v StepView) Waits() bool {
	return v.Halted || v.Status == string(run.Open) || v.Status == string(run.InWork)
}

// AnswerView is one field of a step's form.
type AnswerView struct {
	Key      string       `json:"key"`
	Type     string       `json:"type"`
	Label    string       `json:"label"`
	Required bool         `json:"required,omitempty"`
	Choices  []ChoiceView `json:"choices,omitempty"`
	Fact     string       `json:"fact,omitempty"` // the fact of the case that it may set
}

// ChoiceView is one value of a choice.
type ChoiceView struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Steps lists the steps for people of all runs: those reached, in the order
// reached, then those that may still come. now decides what is overdue.
func (c *Case) Steps(lang string, now time.Time) []StepView {
	var list []StepView
	for i := range c.Runs {
		list = append(list, c.StepsOf(c.Runs[i].ID, lang, now)...)
	}
	return list
}

// StepsOf lists the steps of one run.
func (c *Case) StepsOf(runID, lang string, now time.Time) []StepView {
	l := c.running(runID)
	if l == nil {
		return nil
	}
	var list []StepView
	for _, inst := range l.Steps() {
		if !l.Human(inst.Ref) {
			continue
		}
		v := StepView{
			Ref: runID + "." + inst.Ref, Run: runID, Status: string(inst.Status), Halted: inst.Halted,
			Ask: string(inst.Ask), AskDetail: inst.Detail, Branches: l.Choices(inst.Ref), Next: true,
		}
		g, _, source := l.guide(inst.Ref)
		v.fill(g, source.ID, lang)
		v.Detail = l.Expand(inst.Ref, v.Detail)
		v.Result = c.lastOn(runID, v.Ref)
		live := v.Waits()
		v.Next = live
		c.time(&v, lang, live, now)
		list = append(list, v)
	}
	for _, p := range l.Upcoming() {
		v := StepView{
			Ref: runID + "." + p.Ref, Run: runID, Status: StatusUpcoming,
			Next: p.Next, GateBranch: p.Branch, OnlyIfFails: p.IfFailed,
		}
		if p.Gate != "" {
			v.Gate = runID + "." + p.Gate
		}
		v.fill(l.guides[p.Playbook], p.Step, lang)
		c.time(&v, lang, !p.IfFailed && p.Gate == "", now)
		list = append(list, v)
	}
	return list
}

// fill sets what playbook and extension say about the step.
func (v *StepView) fill(g *guide.Guide, stepID, lang string) {
	if g == nil {
		return
	}
	t := g.StepText(lang, stepID)
	v.Name, v.Detail, v.NoneBecause = t.Name, t.Description, t.NoneBecause
	s := g.Step(stepID)
	if s == nil {
		return
	}
	v.Number, v.Lane, v.Role, v.Mandatory, v.Law = s.Number, s.Lane, s.Role, s.Mandatory, s.Law
	v.FourEyes, v.DueRule, v.Every, v.Action, v.Suggest = s.Approval == guide.FourEyes, s.Due, s.Every, s.Action, s.Suggest
	v.Book = s.Book
	if s.Waive != nil {
		v.Waive = s.Waive.Role
	}
	if s.Proof != nil {
		v.Proof = s.Proof.Kinds
	}
	for _, a := range s.Answers {
		field := AnswerView{Key: a.Key, Type: a.Type, Label: t.Answers[a.Key], Required: a.Required, Fact: a.Fact}
		for _, choice := range a.Choices {
			field.Choices = append(field.Choices, ChoiceView{Value: choice.Value, Label: t.Choices[a.Key][choice.Value]})
		}
		v.Answers = append(v.Answers, field)
	}
}

// time computes when the step is due, from the facts as they stand.
func (c *Case) time(v *StepView, lang string, live bool, now time.Time) {
	due, err := guide.ParseDue(v.DueRule)
	if err != nil {
		return
	}
	fact, ok := c.Fact(due.Fact)
	if !ok || fact.IsZero() {
		v.DueMissing, v.DueWaits = due.Fact, c.FactLabel(lang, due.Fact)
		return
	}
	v.Due = c.onStory(due.Fact, fact).Add(c.paced(due.Offset))
	v.Overdue = live && now.After(v.Due.Time())
}

// lastOn is what was recorded last about a step.
func (c *Case) lastOn(runID, ref string) *StepEvent {
	r := find(c.Runs, runID)
	for i := len(r.Log) - 1; i >= 0; i-- {
		if r.Log[i].Step == ref {
			last := r.Log[i]
			return &last
		}
	}
	return nil
}

// RunView is a run for a list.
type RunView struct {
	ID   string `json:"run"`
	Name string `json:"name"`
	Book string `json:"playbook"` // its short name, or its id
	Hash string `json:"hash"`
	Done bool   `json:"done"`
	Open int    `json:"open"` // steps a person can work on now
}

// RunViews lists the runs of the case.
func (c *Case) RunViews(lang string) []RunView {
	list := make([]RunView, 0, len(c.Runs))
	for i := range c.Runs {
		r := &c.Runs[i]
		book := c.Playbooks[r.Playbook]
		v := RunView{ID: r.ID, Name: book.Name, Book: first(book.Short, book.ID), Hash: r.Playbook, Done: r.State.Ended}
		if l := c.running(r.ID); l != nil {
			v.Name = l.guides[r.Playbook].Text(lang).Name
		}
		for _, s := range r.State.Steps {
			if s.Halted || s.Status == run.Open || s.Status == run.InWork {
				v.Open++
			}
		}
		list = append(list, v)
	}
	return list
}

// Explain says why a step's branch is taken or would be; false when no
// condition stands before it.
func (c *Case) Explain(ref string) (run.Explanation, bool) {
	l, inside := c.stepAt(ref)
	if l == nil {
		return run.Explanation{}, false
	}
	return l.Explain(inside)
}

// runBlockers names the mandatory steps that are not done, waived or not
// applicable. A failed one is settled by a decision about it.
func (c *Case) runBlockers() []Blocker {
	var list []Blocker
	for i := range c.Runs {
		names := c.stepNames(c.Runs[i].ID)
		for _, v := range c.StepsOf(c.Runs[i].ID, "en", time.Time{}) {
			if !v.Mandatory || v.OnlyIfFails || c.settled(v) {
				continue
			}
			say := phrase{"block.step", []any{v.Ref, names[v.Ref], word(v.Status)}}
			list = append(list, Blocker{Kind: "step", Ref: v.Ref, Name: v.Name, say: say})
		}
	}
	return list
}

// stepNames is what the steps of a run are called in each language.
func (c *Case) stepNames(runID string) map[string]spoken {
	names := map[string]spoken{}
	for _, lang := range []string{"en", "id", "it"} {
		for _, v := range c.StepsOf(runID, lang, time.Time{}) {
			if names[v.Ref] == nil {
				names[v.Ref] = spoken{}
			}
			names[v.Ref][lang] = v.Name
		}
	}
	return names
}

func (c *Case) settled(v StepView) bool {
	switch v.Status {
	case string(run.Done), string(run.Skipped), string(run.NotApplicable):
		return true
	case string(run.Failed):
		for _, d := range c.Decisions {
			if d.Step == v.Ref {
				return true
			}
		}
	}
	return false
}
