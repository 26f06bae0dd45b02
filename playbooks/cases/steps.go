package cases

import (
	"errors"
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/run"
)

// What can be recorded about a step.
const (
	StepStarted  = "started"
	StepDone     = "done"
	StepSkipped  = "skipped"
	StepNA       = "not-applicable"
	StepFailed   = "failed"
	StepDecided  = "decided"
	StepReopened = "reopened"
)

// StepEvent is one thing that was recorded about a step of a run.
type StepEvent struct {
	Origin
	Step     string            `json:"step"` // "R1.3"
	What     string            `json:"what"`
	Answers  map[string]string `json:"answers,omitempty"`
	Evidence []string          `json:"evidence,omitempty"`
	Note     string            `json:"note,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Branch   string            `json:"branch,omitempty"`
	Accepted *Acceptance       `json:"accepted,omitempty"` // proof of another kind than was asked for
}

// stepRef is in the payload of every kind about a step. The English name is
// there for those who read the entry without the playbook.
type stepRef struct {
	Step string `json:"step"`
	Name string `json:"name,omitempty"`
}

func (s stepRef) ref() string { return s.Step }

func (c *Case) newStepRef(ref string) stepRef {
	l, inside := c.stepAt(ref)
	if l == nil {
		return stepRef{Step: ref}
	}
	if _, step, ok := l.Source(inside); ok {
		return stepRef{Step: ref, Name: step.Name}
	}
	return stepRef{Step: ref}
}

// allows says why the run does not allow an event on a step now.
func (s stepRef) allows(c *Case, what func(inside string) run.Event) *Refusal {
	l, inside := c.stepAt(s.Step)
	if l == nil {
		return refuse("unknown-step", s.Step)
	}
	err := l.Can(what(inside))
	inst, _ := l.Step(inside)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, run.ErrNoStep):
		for _, planned := range l.Upcoming() {
			if planned.Ref == inside {
				return refuse("step-early", s.Step)
			}
		}
		return refuse("unknown-step", s.Step)
	case errors.Is(err, run.ErrStatus):
		return refuse("step-misfit", s.Step, word(inst.Status))
	}
	return refuse("step-wrong", s.Step, err.Error())
}

// happens lets an event that fits happen to the run, and logs it.
func (s stepRef) happens(c *Case, e event.Event, what func(inside string) run.Event, log StepEvent) {
	l, inside := c.stepAt(s.Step)
	if conflict := l.Apply(what(inside)); conflict != nil {
		return // fits asked the same run
	}
	id, _, _ := strings.Cut(s.Step, ".")
	r := find(c.Runs, id)
	log.Origin, log.Step = origin(e), s.Step
	r.Log = append(r.Log, log)
	c.keep(r, l)
}

// StartStep records that somebody began to work on a step.
func (c *Case) StartStep(ref string) error {
	return c.record(&stepStarted{c.newStepRef(ref)})
}

type stepStarted struct{ stepRef }

func (p *stepStarted) event(inside string) run.Event { return run.StartStep{Ref: inside} }

func (*stepStarted) Kind() string            { return KindStepStarted }
func (p *stepStarted) fits(c *Case) *Refusal { return p.allows(c, p.event) }

func (p *stepStarted) apply(c *Case, e event.Event) {
	p.happens(c, e, p.event, StepEvent{What: StepStarted})
}

func (p *stepStarted) describe(lang string) string {
	return text(lang, "row.step-started", p.Step, p.Name)
}

// SkipStep passes a step over, or says that it does not apply here; both need
// a reason. A mandatory step is skipped only where the playbook says who may
// waive it.
func (c *Case) SkipStep(ref, reason string, notApplicable bool) error {
	if err := c.mayRecord(); err != nil {
		return err
	}
	var in input
	p := &stepSkipped{stepRef: c.newStepRef(ref), Reason: in.reason(reason), NA: notApplicable}
	if l, inside := c.stepAt(ref); l != nil {
		inst, reached := l.Step(inside)
		if reached && !l.Human(inside) {
			in.refuse("step-misfit", ref, word(inst.Status))
		}
		if _, step, _ := l.guide(inside); step != nil && step.Mandatory && step.Waive == nil && !notApplicable {
			in.refuse("no-waiver", ref)
		}
	}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type stepSkipped struct {
	stepRef
	Reason string `json:"reason"`
	NA     bool   `json:"not_applicable,omitempty"`
}

func (p *stepSkipped) event(inside string) run.Event {
	outcome := run.Skipped
	if p.NA {
		outcome = run.NotApplicable
	}
	return run.Complete{Ref: inside, Outcome: outcome, Reason: p.Reason}
}

func (*stepSkipped) Kind() string            { return KindStepSkipped }
func (p *stepSkipped) fits(c *Case) *Refusal { return p.allows(c, p.event) }

func (p *stepSkipped) apply(c *Case, e event.Event) {
	what := StepSkipped
	if p.NA {
		what = StepNA
	}
	p.happens(c, e, p.event, StepEvent{What: what, Reason: p.Reason})
}

func (p *stepSkipped) describe(lang string) string {
	if p.NA {
		return text(lang, "row.step-na", p.Step, p.Name) + because(lang, p.Reason)
	}
	return text(lang, "row.step-skipped", p.Step, p.Name) + because(lang, p.Reason)
}

// FailStep records that a step was tried and did not work, with the reason.
func (c *Case) FailStep(ref, reason string) error {
	var in input
	p := &stepFailed{stepRef: c.newStepRef(ref), Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type stepFailed struct {
	stepRef
	Reason string `json:"reason"`
}

func (p *stepFailed) event(inside string) run.Event {
	return run.Complete{Ref: inside, Outcome: run.Failed, Reason: p.Reason}
}

func (*stepFailed) Kind() string            { return KindStepFailed }
func (p *stepFailed) fits(c *Case) *Refusal { return p.allows(c, p.event) }

func (p *stepFailed) apply(c *Case, e event.Event) {
	p.happens(c, e, p.event, StepEvent{What: StepFailed, Reason: p.Reason})
}

func (p *stepFailed) describe(lang string) string {
	return text(lang, "row.step-failed", p.Step, p.Name) + because(lang, p.Reason)
}

// DecideStep chooses the branch of a condition that the program could not
// decide, with the reason.
func (c *Case) DecideStep(ref, branch, reason string) error {
	var in input
	p := &stepDecided{stepRef: c.newStepRef(ref), Branch: in.line("branch", branch, MaxLabel), Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type stepDecided struct {
	stepRef
	Branch string `json:"branch"`
	Reason string `json:"reason"`
}

func (p *stepDecided) event(inside string) run.Event {
	return run.Decide{Ref: inside, Branch: p.Branch, Reason: p.Reason}
}

func (*stepDecided) Kind() string            { return KindStepDecided }
func (p *stepDecided) fits(c *Case) *Refusal { return p.allows(c, p.event) }

func (p *stepDecided) apply(c *Case, e event.Event) {
	p.happens(c, e, p.event, StepEvent{What: StepDecided, Branch: p.Branch, Reason: p.Reason})
}

func (p *stepDecided) describe(lang string) string {
	return text(lang, "row.step-decided", p.Step, p.Name, p.Branch) + because(lang, p.Reason)
}

// ReopenStep lets a step at which the run halted be tried again.
func (c *Case) ReopenStep(ref, reason string) error {
	var in input
	p := &stepReopened{stepRef: c.newStepRef(ref), Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type stepReopened struct {
	stepRef
	Reason string `json:"reason"`
}

func (p *stepReopened) event(inside string) run.Event {
	return run.Reopen{Ref: inside, Reason: p.Reason}
}

func (*stepReopened) Kind() string            { return KindStepReopened }
func (p *stepReopened) fits(c *Case) *Refusal { return p.allows(c, p.event) }

func (p *stepReopened) apply(c *Case, e event.Event) {
	p.happens(c, e, p.event, StepEvent{What: StepReopened, Reason: p.Reason})
}

func (p *stepReopened) describe(lang string) string {
	return text(lang, "row.step-reopened", p.Step, p.Name) + because(lang, p.Reason)
}
