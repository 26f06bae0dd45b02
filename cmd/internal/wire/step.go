package wire

import (
	"context"
	"fmt"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/engine"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

// Steps carries out steps of one case: the engine's journal and its actions.
type Steps struct {
	Workspace *store.Workspace
	Desk      *evidence.Desk
	Tag       string
	Said      event.Said
}

// Check implements engine.Journal.
func (s Steps) Check(ctx context.Context, step string, result cases.StepResult, items int) error {
	result, err := s.look(ctx, result)
	if err != nil {
		return err
	}
	return store.Update(ctx, s.Workspace, s.Tag, s.Said, func(c *cases.Case) error { return c.MayFinishStep(step, result, items) })
}

// Start implements engine.Journal.
func (s Steps) Start(ctx context.Context, step string) error {
	return store.Update(ctx, s.Workspace, s.Tag, s.Said, func(c *cases.Case) error { return c.StartStep(step) })
}

// Finish implements engine.Journal.
func (s Steps) Finish(ctx context.Context, step string, result cases.StepResult) error {
	result, err := s.look(ctx, result)
	if err != nil {
		return err
	}
	return store.Update(ctx, s.Workspace, s.Tag, s.Said, func(c *cases.Case) error { return c.FinishStep(step, result) })
}

// look adds what the evidence given with a result looks like.
func (s Steps) look(ctx context.Context, result cases.StepResult) (cases.StepResult, error) {
	if len(result.Evidence) == 0 {
		return result, nil
	}
	var err error
	result.Seen, err = s.Desk.Look(ctx, s.Tag, result.Evidence)
	return result, err
}

// Do implements engine.Actions.
func (s Steps) Do(ctx context.Context, action string, args []string) (items []string, note string, err error) {
	switch action {
	case engine.ActionAdd:
		got, err := s.Desk.AddPaths(ctx, s.Tag, s.Said, evidence.Paths{Paths: args})
		if err != nil {
			return nil, "", err
		}
		return []string{got.Collection}, "", nil
	case engine.ActionRun:
		got, ran, err := s.Desk.Run(ctx, s.Tag, s.Said, args)
		if err != nil {
			return nil, "", err
		}
		return []string{got.Collection}, fmt.Sprintf("exit code %d", ran.Exit), nil
	case engine.ActionSeal:
		seal, err := s.Desk.Seal(ctx, s.Tag, s.Said)
		if err != nil {
			return nil, "", err
		}
		return seal.Collections, seal.ID, nil
	}
	return nil, "", engine.ErrUnknownAction
}
