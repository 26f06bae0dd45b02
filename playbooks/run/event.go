package run

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/cacao"
)

var (
	// ErrNoStep is returned for a ref that the run has not reached.
	ErrNoStep = errors.New("the run has not reached this step")
	// ErrStatus is returned for an event that does not fit the status of the step.
	ErrStatus = errors.New("the step does not stand there")
	// ErrOutcome is returned for an outcome that the step cannot have.
	ErrOutcome = errors.New("the step cannot have this outcome")
	// ErrVariable is returned for a variable that cannot be set.
	ErrVariable = errors.New("the variable cannot be set")
	// ErrBranch is returned for a decision for a branch that does not exist.
	ErrBranch = errors.New("there is no such branch")
	// ErrReason is returned for a decision without a reason.
	ErrReason = errors.New("a reason is needed")
)

// An Event is something that happens to a run: [StartStep], [Complete], [Decide] or [Reopen].
type Event interface {
	target() string
	check(r *Run, i int) error
	apply(r *Run, i int)
}

// A Conflict is an event that did not fit and changed nothing.
type Conflict struct {
	Ref string
	Err error
}

// Error describes the conflict in one line.
func (c *Conflict) Error() string { return fmt.Sprintf("step %s: %v", c.Ref, c.Err) }

// Unwrap gives the reason, one of the errors of this package.
func (c *Conflict) Unwrap() error { return c.Err }

// Can says why an event does not fit now, or nil.
func (r *Run) Can(e Event) error {
	i, ok := r.refs[e.target()]
	if !ok {
		return fmt.Errorf("step %.80s: %w", e.target(), ErrNoStep)
	}
	if err := e.check(r, i); err != nil {
		return fmt.Errorf("step %s: %w", e.target(), err)
	}
	return nil
}

// Apply lets an event happen. One that does not fit changes nothing and is
// returned as a conflict; otherwise the result is nil.
func (r *Run) Apply(e Event) *Conflict {
	i, ok := r.refs[e.target()]
	if !ok {
		return &Conflict{Ref: e.target(), Err: ErrNoStep}
	}
	if err := e.check(r, i); err != nil {
		return &Conflict{Ref: e.target(), Err: err}
	}
	e.apply(r, i)
	r.drive()
	return nil
}

// StartStep says that a person began to work on a step.
type StartStep struct {
	Ref string `json:"ref"`
}

func (e StartStep) target() string { return e.Ref }

func (e StartStep) check(r *Run, i int) error {
	step := &r.state.Steps[i]
	if step.Status != Open || step.decision() {
		return statusError(step)
	}
	return nil
}

func (e StartStep) apply(r *Run, i int) { r.state.Steps[i].Status = InWork }

// Complete gives a step its outcome: done, failed, skipped or not-applicable.
// Vars are playbook variables that it sets. A branching step or called playbook
// can only be skipped or not be applicable, with all that is open inside.
type Complete struct {
	Ref     string            `json:"ref"`
	Outcome Status            `json:"outcome"`
	Vars    map[string]string `json:"vars,omitempty"`
	Reason  string            `json:"reason,omitempty"`
}

func (e Complete) target() string { return e.Ref }

func (e Complete) check(r *Run, i int) error {
	step := &r.state.Steps[i]
	passed := e.Outcome == Skipped || e.Outcome == NotApplicable
	switch {
	case !step.live():
		return statusError(step)
	case !passed && e.Outcome != Done && e.Outcome != Failed:
		return fmt.Errorf("outcome %.80q: %w", e.Outcome, ErrOutcome)
	case !passed && (step.Status == Waiting || step.decision()):
		return fmt.Errorf("skip it or let its steps finish: %w", ErrOutcome)
	case !passed && step.Halted:
		return fmt.Errorf("reopen or skip it: %w", ErrOutcome)
	case passed && len(e.Vars) > 0:
		return fmt.Errorf("a step that was not carried out sets nothing: %w", ErrVariable)
	}
	for name, value := range e.Vars {
		if err := r.settable(i, name, value); err != nil {
			return err
		}
	}
	return nil
}

func (e Complete) apply(r *Run, i int) {
	step := &r.state.Steps[i]
	step.Reason = e.Reason
	if step.Status == Waiting {
		r.closeInside(i)
	}
	r.set(i, e.Vars)
	if step.Again { // the run went on from here long ago
		step.Status, step.Again = e.Outcome, false
		return
	}
	r.finish(i, e.Outcome)
}

// Decide chooses the branch of a condition that the program could not decide.
type Decide struct {
	Ref    string `json:"ref"`
	Branch string `json:"branch"`
	Reason string `json:"reason"`
}

// NoBranch is the branch of a decision to take none of the cases of a switch.
const NoBranch = "none"

func (e Decide) target() string { return e.Ref }

func (e Decide) check(r *Run, i int) error {
	step := &r.state.Steps[i]
	switch {
	case !step.decision():
		return statusError(step)
	case strings.TrimSpace(e.Reason) == "":
		return ErrReason
	case !slices.Contains(r.choices(i), e.Branch):
		return fmt.Errorf("choose one of %s: %w", strings.Join(r.choices(i), ", "), ErrBranch)
	}
	return nil
}

func (e Decide) apply(r *Run, i int) {
	step := &r.state.Steps[i]
	step.Reason, step.Detail = e.Reason, ""
	r.take(i, e.Branch)
}

// Choices lists the branches a person can decide for at a step, or nothing.
func (r *Run) Choices(ref string) []string {
	i, ok := r.refs[ref]
	if !ok || !r.state.Steps[i].decision() {
		return nil
	}
	return r.choices(i)
}

func (r *Run) choices(i int) []string {
	step := r.definition(i)
	if step.Type != cacao.Switch {
		return []string{"true", "false"}
	}
	var names []string
	for _, c := range step.Cases {
		names = append(names, c.Value)
	}
	if !slices.Contains(names, cacao.DefaultCase) {
		names = append(names, NoBranch)
	}
	return names
}

// Reopen lets a step be done again: one at which the run halted, and one that a
// person finished, failed or skipped by mistake. What followed the first
// outcome stays; the new one only replaces it.
type Reopen struct {
	Ref    string `json:"ref"`
	Reason string `json:"reason,omitempty"`
}

func (e Reopen) target() string { return e.Ref }

func (e Reopen) check(r *Run, i int) error {
	step := &r.state.Steps[i]
	over := step.Status == Done || step.Status == Failed || step.Status == Skipped || step.Status == NotApplicable
	if !step.Halted && (!over || r.definition(i).Type != cacao.Action) {
		return statusError(step)
	}
	return nil
}

func (e Reopen) apply(r *Run, i int) {
	step := &r.state.Steps[i]
	step.Again = step.Again || !step.Halted
	step.Status, step.Halted, step.Reason = Open, false, e.Reason
}

func statusError(step *Instance) error {
	return fmt.Errorf("it is %s: %w", step.Status, ErrStatus)
}
