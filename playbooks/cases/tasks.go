package cases

import (
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// The states of a task.
const (
	TaskOpen    = "open"
	TaskDone    = "done"
	TaskDropped = "dropped"
)

// Task is work beside the playbooks, given to somebody.
type Task struct {
	Origin
	ID       string          `json:"id"`
	Text     string          `json:"text"`
	Assignee string          `json:"assignee,omitempty"`
	Due      instant.Instant `json:"due,omitzero"`
	State    string          `json:"state"`
	Ended    Origin          `json:"ended,omitzero"`
	Reason   string          `json:"reason,omitempty"` // why it was dropped
}

func (t Task) id() string { return t.ID }

// AddTask gives out a task and returns its id; assignee and due may be zero.
func (c *Case) AddTask(what, assignee string, due instant.Instant) (string, error) {
	var in input
	p := &taskAdded{
		ID: c.next("T"), Text: in.text("text", what),
		Assignee: in.maybeLine("assignee", assignee, MaxName), Due: due,
	}
	if err := in.err(); err != nil {
		return "", err
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Tasks), nil
}

type taskAdded struct {
	ID       string          `json:"id"`
	Text     string          `json:"text"`
	Assignee string          `json:"assignee,omitempty"`
	Due      instant.Instant `json:"due,omitzero"`
}

func (*taskAdded) Kind() string        { return KindTask }
func (p *taskAdded) ref() string       { return p.ID }
func (*taskAdded) fits(*Case) *Refusal { return nil }

func (p *taskAdded) apply(c *Case, e event.Event) {
	c.Tasks = append(c.Tasks, Task{
		Origin: origin(e), ID: c.settle(e, p.ID), Text: p.Text, Assignee: p.Assignee, Due: stored(p.Due), State: TaskOpen,
	})
}

func (p *taskAdded) describe(lang string) string {
	s := text(lang, "row.task", p.Text)
	if p.Assignee != "" {
		s += text(lang, "row.assigned", p.Assignee)
	}
	return s
}

// openTask says why nothing more can happen to a task.
func (c *Case) openTask(id string) *Refusal {
	t := find(c.Tasks, id)
	switch {
	case t == nil:
		return refuse("unknown-id", id)
	case t.State != TaskOpen:
		return refuse("task-ended", id, word(t.State))
	}
	return nil
}

// FinishTask marks a task done.
func (c *Case) FinishTask(id string) error { return c.record(&taskDone{Task: id}) }

type taskDone struct {
	Task string `json:"task"`
}

func (*taskDone) Kind() string            { return KindTaskDone }
func (p *taskDone) fits(c *Case) *Refusal { return c.openTask(p.Task) }

func (p *taskDone) apply(c *Case, e event.Event) {
	t := find(c.Tasks, p.Task)
	t.State, t.Ended = TaskDone, origin(e)
}

func (p *taskDone) describe(lang string) string { return text(lang, "row.task-done", p.Task) }

// ReassignTask gives a task to somebody else.
func (c *Case) ReassignTask(id, assignee string) error {
	var in input
	p := &taskReassigned{Task: id, Assignee: in.line("assignee", assignee, MaxName)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type taskReassigned struct {
	Task     string `json:"task"`
	Assignee string `json:"assignee"`
}

func (*taskReassigned) Kind() string            { return KindTaskReassigned }
func (p *taskReassigned) fits(c *Case) *Refusal { return c.openTask(p.Task) }

func (p *taskReassigned) apply(c *Case, _ event.Event) {
	find(c.Tasks, p.Task).Assignee = p.Assignee
}

func (p *taskReassigned) describe(lang string) string {
	return text(lang, "row.task-reassigned", p.Task, p.Assignee)
}

// DropTask ends a task that will not be done, with the reason.
func (c *Case) DropTask(id, reason string) error {
	var in input
	p := &taskDropped{Task: id, Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type taskDropped struct {
	Task   string `json:"task"`
	Reason string `json:"reason"`
}

func (*taskDropped) Kind() string            { return KindTaskDropped }
func (p *taskDropped) fits(c *Case) *Refusal { return c.openTask(p.Task) }

func (p *taskDropped) apply(c *Case, e event.Event) {
	t := find(c.Tasks, p.Task)
	t.State, t.Ended, t.Reason = TaskDropped, origin(e), p.Reason
}

func (p *taskDropped) describe(lang string) string {
	return text(lang, "row.task-dropped", p.Task) + because(lang, p.Reason)
}
