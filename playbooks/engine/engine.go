// Package engine carries out the built-in action of a step. It is the only place
// where a rule waits for the outside world.
//
// What the person adds is checked first, so that nothing is carried out whose
// outcome could not be recorded. Then the order is fixed: the start is in the journal before anything happens, and
// the outcome only afterwards. A crash in between leaves the step in work, which
// a person looks at; nothing is carried out a second time by itself.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/cases"
)

// The built-in actions of this program.
const (
	ActionAdd  = "evidence.add"
	ActionRun  = "evidence.run"
	ActionSeal = "evidence.seal"
)

// Journal records what the engine does with a step.
type Journal interface {
	// Check says why Finish would refuse the result with that many items more,
	// and records nothing.
	Check(ctx context.Context, step string, result cases.StepResult, items int) error
	Start(ctx context.Context, step string) error
	Finish(ctx context.Context, step string, result cases.StepResult) error
}

// Actions does something in the outside world and returns the items that prove
// it.
type Actions interface {
	Do(ctx context.Context, action string, args []string) (items []string, note string, err error)
}

// Errors of this package. Match with errors.Is.
var (
	// ErrNoAction is returned for a step that a person has to do.
	ErrNoAction = errors.New("this step has no built-in action; do it and record it with 'step done'")
	// ErrUnknownAction is returned for an action of a newer or other program.
	ErrUnknownAction = errors.New("this Posko cannot carry out the action; do it by hand and record it with 'step done'")
	// ErrNotOpen is returned for a step that is not reached or is finished.
	ErrNotOpen = errors.New("the step is not open")
	// ErrArguments is returned when an action lacks what it works on.
	ErrArguments = errors.New("say what to work on behind '--'")
)

// Carry carries out the action of a step and records it. given is what the
// person adds: answers, items, a note.
func Carry(ctx context.Context, step cases.StepView, args []string, given cases.StepResult, journal Journal, actions Actions) error {
	if err := check(step, args); err != nil {
		return err
	}
	if err := journal.Check(ctx, step.Ref, expected(step.Action, given), 1); err != nil {
		return err // now: what was collected would be collected twice
	}
	if step.Status == "open" {
		if err := journal.Start(ctx, step.Ref); err != nil {
			return fmt.Errorf("start %s: %w", step.Ref, err)
		}
	}
	items, note, err := actions.Do(ctx, step.Action, args)
	if err != nil {
		return fmt.Errorf("carry out %s for %s, which stays in work: %w", step.Action, step.Ref, err)
	}
	given.Evidence = append(slices.Clone(given.Evidence), items...)
	given.Note = strings.TrimSpace(given.Note + "\n" + note)
	if err := journal.Finish(ctx, step.Ref, given); err != nil {
		return fmt.Errorf("%s was carried out (%s), but the step is not done: %w", step.Action, strings.Join(items, " "), err)
	}
	return nil
}

// expected is the result with the note that the action will add, as far as it is
// known before: all but adding leave one.
func expected(action string, given cases.StepResult) cases.StepResult {
	if action != ActionAdd {
		given.Note = strings.TrimSpace(given.Note + "\n" + action)
	}
	return given
}

func check(step cases.StepView, args []string) error {
	switch {
	case step.Status != "open" && step.Status != "in-work":
		return fmt.Errorf("%w: %s is %s", ErrNotOpen, step.Ref, step.Status)
	case step.Action == "":
		return ErrNoAction
	case !slices.Contains([]string{ActionAdd, ActionRun, ActionSeal}, step.Action):
		return fmt.Errorf("%w: %s", ErrUnknownAction, step.Action)
	case step.Action != ActionSeal && len(args) == 0:
		return fmt.Errorf("%w: %s needs it", ErrArguments, step.Action)
	}
	return nil
}
