// Package agenda answers the one question of a bad night: what must I do next, on
// all cases together, in the order of urgency.
//
// Rules it keeps:
//
//   - What is real comes before what is practised.
//   - What is overdue or due comes by its time; what has no time comes behind, by
//     the severity of its case.
//   - Whatever waits for a person is there: steps, tasks, forms of hand-over that
//     did not come back, exports that were cut off, conflicts nobody settled, and
//     collections under no seal.
//   - When nothing waits, that is said, and since when.
//
// The package is pure: it is given the cases and the time.
package agenda

import (
	"cmp"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/instant"
)

// The kinds of things that wait.
const (
	Step     = "step"
	Task     = "task"
	Form     = "form"     // a form of hand-over that did not come back
	Export   = "export"   // an export that was cut off
	Conflict = "conflict" // an entry that did not fit
	Unsealed = "unsealed" // a collection under no seal
)

// Kinds lists the kinds of things that wait.
func Kinds() []string { return []string{Step, Task, Form, Export, Conflict, Unsealed} }

// An Item is one thing that waits for a person.
type Item struct {
	Kind      string          `json:"kind"`
	Case      string          `json:"case"`
	Title     string          `json:"title"` // of the case
	Severity  string          `json:"severity"`
	Ref       string          `json:"ref"` // R1.3, T2, F1, X1, E4, or the entry of a conflict
	Text      string          `json:"text"`
	Who       string          `json:"who,omitempty"` // the role of a step, the assignee of a task
	Due       instant.Instant `json:"due,omitzero"`
	Overdue   bool            `json:"overdue,omitempty"`
	Mandatory bool            `json:"mandatory,omitempty"`
	Law       bool            `json:"law,omitempty"`
	Drill     bool            `json:"drill,omitempty"`
}

// Of lists what waits on one case, in the order in which the case has it. On a
// closed case only conflicts, forms and exports still wait.
func Of(c *cases.Case, lang string, at time.Time) []Item {
	var list []Item
	add := func(i Item) {
		i.Case, i.Title, i.Severity, i.Drill = c.Number, c.Title, c.Severity, c.Drill()
		i.Overdue = !i.Due.IsZero() && at.After(i.Due.Time())
		list = append(list, i)
	}
	for _, x := range c.Conflicts {
		if x.Resolved == nil {
			add(Item{Kind: Conflict, Ref: x.Event.String(), Text: x.Text(lang)})
		}
	}
	for _, f := range c.PendingForms() {
		add(Item{Kind: Form, Ref: f.ID, Text: f.Item, Who: f.To})
	}
	for _, x := range c.UnfinishedExports() {
		add(Item{Kind: Export, Ref: x.ID, Text: x.To})
	}
	if c.State == cases.StateClosed {
		return list
	}
	for _, s := range c.Steps(lang, at) {
		if s.Waits() {
			add(Item{Kind: Step, Ref: s.Ref, Text: s.Name, Who: s.Role, Due: s.Due, Mandatory: s.Mandatory, Law: s.Law})
		}
	}
	for _, t := range c.Tasks {
		if t.State == cases.TaskOpen {
			add(Item{Kind: Task, Ref: t.ID, Text: t.Text, Who: t.Assignee, Due: t.Due})
		}
	}
	unsealed := c.Unsealed()
	for _, x := range c.Collections {
		if slices.Contains(unsealed, x.ID) {
			add(Item{Kind: Unsealed, Ref: x.ID, Text: x.Title})
		}
	}
	return list
}

// Sort puts the most urgent first.
func Sort(items []Item) {
	slices.SortStableFunc(items, func(x, y Item) int {
		return cmp.Or(
			no(x.Drill, y.Drill), yes(x.Kind == Conflict, y.Kind == Conflict),
			no(x.Due.IsZero(), y.Due.IsZero()), x.Due.Time().Compare(y.Due.Time()),
			cmp.Compare(rank(y.Severity), rank(x.Severity)), yes(x.Mandatory, y.Mandatory), cmp.Compare(place(x.Kind), place(y.Kind)),
		)
	})
}

// no puts what is not so first, yes what is.
func no(x, y bool) int  { return -yes(x, y) }
func yes(x, y bool) int { return cmp.Compare(number(y), number(x)) }

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func rank(severity string) int { return slices.Index(cases.Severities(), severity) }
func place(kind string) int    { return slices.Index(Kinds(), kind) }
