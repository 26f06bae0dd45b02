package report

import (
	"strings"

	"github.com/posko-ir/posko/playbooks/cases"
)

// ended says whether nothing more is expected of a step.
func (s Step) ended() bool {
	switch s.Status {
	case "done", "failed", "skipped", "not-applicable":
		return true
	}
	return false
}

func (a author) steps() Section {
	s := Section{Title: a.say("steps")}
	if len(a.Runs) == 0 {
		s.Blocks = append(s.Blocks, a.none())
	}
	for _, run := range a.Runs {
		s = s.with(Heading{run.ID + " · " + run.Name}, KeyValues{a.runHead(run)})
		for _, lane := range lanes(run.Steps) {
			s = s.with(a.lane(run, lane))
		}
		if len(run.Steps) == 0 {
			s.Blocks = append(s.Blocks, a.none())
		}
	}
	if len(a.Tasks) > 0 {
		s = s.with(Heading{a.say("tasks")}, a.tasks())
	}
	return s
}

func (a author) runHead(run Run) []KeyValue {
	state := a.say("steps.running")
	if run.Done {
		state = a.say("steps.finished")
	}
	return []KeyValue{
		{Key: a.say("steps.started"), Value: join(", ", inline(run.At), run.By)},
		{Key: a.say("column.status"), Value: state},
		{Key: a.say("steps.version"), Value: run.Version},
		{Key: a.say("steps.hash"), Value: run.SHA256, Mono: true},
	}
}

// lanes lists the lanes of some steps in the order of the first step of each.
func lanes(steps []Step) []string {
	var list []string
	seen := map[string]bool{}
	for _, step := range steps {
		if !seen[step.Lane] {
			seen[step.Lane] = true
			list = append(list, step.Lane)
		}
	}
	return list
}

func (a author) lane(run Run, lane string) Table {
	t := Table{Columns: []Column{
		{Title: a.say("column.step"), Width: 0.9},
		{Title: a.word("lane", lane), Width: 2.9},
		{Title: a.say("column.status"), Width: 2.2},
		{Title: a.say("steps.answers"), Width: 3.4},
	}}
	if lane == "" {
		t.Columns[1].Title = a.say("column.step-name")
	}
	for _, step := range run.Steps {
		if step.Lane == lane {
			t.Rows = append(t.Rows, []string{step.Ref, a.stepName(step), a.progress(step), a.outcome(step)})
		}
	}
	return t
}

func (a author) stepName(step Step) string {
	var marks []string
	if step.Mandatory {
		marks = append(marks, a.say("steps.mandatory"))
	}
	if step.Course != "" {
		marks = append(marks, a.word("course", step.Course))
	}
	if step.Role != "" {
		marks = append(marks, a.word("role", step.Role))
	}
	return join("\n", step.Name, strings.Join(marks, ", "))
}

// status is how a step stands: how and when it ended, or that it is open.
func (a author) status(step Step) string {
	s := a.word("status", step.Status)
	if step.ended() {
		return join("\n", s, local(step.At), step.By)
	}
	return s
}

// progress is the status and, while the step is open, until when it is due.
func (a author) progress(step Step) string {
	if step.ended() {
		return a.status(step)
	}
	return join("\n", a.status(step), a.due(step.Due))
}

// deadline is due for a column that has that title.
func (a author) deadline(due Due) string {
	if due.Missing == "" && !due.Overdue {
		return local(due.At)
	}
	return a.due(due)
}

func (a author) due(due Due) string {
	switch {
	case due.Missing != "":
		return a.say("due.missing", due.Label, due.Rule)
	case due.At.IsZero():
		return ""
	case due.Overdue:
		return a.say("due.overdue", local(due.At))
	}
	return a.say("due.at", local(due.At))
}

// outcome is what was answered, which evidence was given, and why not.
func (a author) outcome(step Step) string {
	var lines []string
	for _, answer := range step.Answers {
		lines = append(lines, cases.Labelled(answer.Label, answer.Value))
	}
	if step.Branch != "" {
		lines = append(lines, a.say("steps.branch", step.Branch))
	}
	if len(step.Evidence) > 0 {
		lines = append(lines, a.say("steps.evidence", strings.Join(step.Evidence, ", ")))
	}
	if step.Reason != "" {
		lines = append(lines, a.say("steps.reason", step.Reason))
	}
	return join("\n", append(lines, step.Note)...)
}

func (a author) tasks() Table {
	t := Table{Columns: []Column{
		{Title: a.say("column.id"), Width: 0.6},
		{Title: a.say("tasks.text"), Width: 3.6},
		{Title: a.say("tasks.assignee"), Width: 1.6},
		{Title: a.say("column.status"), Width: 2.8},
	}}
	for _, task := range a.Tasks {
		state := a.word("task", task.State)
		switch {
		case task.Ended != nil:
			state = join("\n", state, local(task.Ended.At), task.Ended.By, task.Reason)
		case !task.Due.IsZero():
			state = join("\n", state, a.say("due.at", inline(task.Due)))
		}
		t.Rows = append(t.Rows, []string{task.ID, task.Text, task.Assignee, state})
	}
	return t
}
