package report

import (
	"strings"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/instant"
)

// What stands between a step that is not reached yet and being reached.
const (
	courseCondition = "condition" // a condition before it
	courseFailure   = "if-failed" // it comes only after another step failed
	statusHalted    = "halted"    // failed, and the run waits for a person
	statusDone      = "done"
	answerYes       = "answer.yes" // keys of the words for true and false
	answerNo        = "answer.no"
)

// runs lists the playbooks of the case with every step as it stands.
func (b builder) runs() []Run {
	views := b.RunViews(b.Lang)
	runs := make([]Run, len(views))
	for i, v := range views {
		r := b.Case.Runs[i]
		runs[i] = Run{
			Record: b.record(r.Origin), ID: v.ID, Name: v.Name, Version: b.Playbooks[v.Hash].Version, SHA256: v.Hash, Done: v.Done,
			Steps: each(b.StepsOf(v.ID, b.Lang, b.Now.Time()), b.step),
		}
	}
	return runs
}

func (b builder) step(v cases.StepView) Step {
	s := Step{
		Ref: v.Ref, Number: v.Number, Name: v.Name, Lane: v.Lane, Role: v.Role, Status: v.Status, Mandatory: v.Mandatory, Law: v.Law, FourEyes: v.FourEyes,
		Due:     Due{At: v.Due, Rule: v.DueRule, Missing: v.DueMissing, Overdue: v.Overdue},
		Answers: []Answer{}, Evidence: []string{},
	}
	if v.DueMissing != "" {
		s.Due.Label = b.FactLabel(b.Lang, v.DueMissing)
	}
	switch {
	case v.Halted:
		s.Status = statusHalted
	case v.Status == cases.StatusUpcoming && v.OnlyIfFails:
		s.Course = courseFailure
	case v.Status == cases.StatusUpcoming && v.Gate != "":
		s.Course = courseCondition
	}
	if r := v.Result; r != nil {
		s.Record, s.Note, s.Reason, s.Branch, s.Accepted = b.record(r.Origin), r.Note, r.Reason, r.Branch, r.Accepted
		s.Evidence = each(r.Evidence, func(ref string) string { return ref })
		for _, field := range v.Answers {
			if value := r.Answers[field.Key]; value != "" {
				s.Answers = append(s.Answers, Answer{Label: field.Label, Value: b.answer(field, value)})
			}
		}
	}
	return s
}

// answer writes the canonical value of an answer for people.
func (b builder) answer(field cases.AnswerView, value string) string {
	switch field.Type {
	case guide.TypeBool:
		if value == "true" {
			return speak(b.Lang).say(answerYes)
		}
		return speak(b.Lang).say(answerNo)
	case guide.TypeInstant:
		if at, err := instant.Parse(value); err == nil {
			return inline(at)
		}
	}
	for _, choice := range field.Choices {
		if choice.Value == value && choice.Label != "" {
			return choice.Label
		}
	}
	return value
}

// StepNames translates the names of steps, which entries carry in English.
type StepNames map[string][2]string

// NewStepNames reads the names of a case's steps in English and in a language.
func NewStepNames(c *cases.Case, lang string) StepNames {
	names := StepNames{}
	if speak(lang) == "en" {
		return names
	}
	for _, v := range c.Steps("en", time.Time{}) {
		names[v.Ref] = [2]string{v.Name, v.Name}
	}
	for _, v := range c.Steps(lang, time.Time{}) {
		names[v.Ref] = [2]string{names[v.Ref][0], v.Name}
	}
	return names
}

// In writes the text of a row about a step with the step's name in the
// language, where the playbook has it.
func (n StepNames) In(ref, text string) string {
	name, ok := n[ref]
	if !ok || name[0] == "" || name[1] == "" {
		return text
	}
	return strings.Replace(text, name[0], name[1], 1)
}
