package engine_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/engine"
)

// recorded is a journal and actions in one, in the order of the calls.
type recorded struct {
	calls  []string
	result cases.StepResult

	checked cases.StepResult

	check, start, do, finish error
}

func (r *recorded) Check(_ context.Context, _ string, result cases.StepResult, items int) error {
	r.calls, r.checked = append(r.calls, fmt.Sprintf("check with %d", items)), result
	return r.check
}

func (r *recorded) Start(context.Context, string) error {
	r.calls = append(r.calls, "start")
	return r.start
}

func (r *recorded) Finish(_ context.Context, _ string, result cases.StepResult) error {
	r.calls, r.result = append(r.calls, "finish"), result
	return r.finish
}

func (r *recorded) Do(_ context.Context, action string, _ []string) ([]string, string, error) {
	r.calls = append(r.calls, action)
	return []string{"E1"}, "sealed", r.do
}

func step(status, action string) cases.StepView {
	return cases.StepView{Ref: "R1.2", Status: status, Action: action}
}

func TestStartIsRecordedBeforeTheEffect(t *testing.T) {
	r := new(recorded)
	given := cases.StepResult{Answers: map[string]string{"a": "b"}, Evidence: []string{"E0"}}
	if err := engine.Carry(t.Context(), step("open", engine.ActionSeal), nil, given, r, r); err != nil {
		t.Fatal(err)
	}
	if want := []string{"check with 1", "start", engine.ActionSeal, "finish"}; !reflect.DeepEqual(r.calls, want) {
		t.Errorf("calls %v", r.calls)
	}
	if want := (cases.StepResult{Answers: given.Answers, Evidence: []string{"E0", "E1"}, Note: "sealed"}); !reflect.DeepEqual(r.result, want) {
		t.Errorf("result %+v", r.result)
	}
	if r.checked.Note == "" || len(r.checked.Evidence) != 1 {
		t.Errorf("checked %+v", r.checked)
	}
	if len(given.Evidence) != 1 {
		t.Error("the caller's slice was written to")
	}
}

func TestAStepInWorkIsNotStartedAgain(t *testing.T) {
	r := new(recorded)
	if err := engine.Carry(t.Context(), step("in-work", engine.ActionRun), []string{"uname"}, cases.StepResult{}, r, r); err != nil {
		t.Fatal(err)
	}
	if want := []string{"check with 1", engine.ActionRun, "finish"}; !reflect.DeepEqual(r.calls, want) {
		t.Errorf("calls %v", r.calls)
	}
}

func TestWhatFailsStopsThere(t *testing.T) {
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		r     recorded
		calls int
	}{
		"check":  {recorded{check: boom}, 1},
		"start":  {recorded{start: boom}, 2},
		"action": {recorded{do: boom}, 3},
		"finish": {recorded{finish: boom}, 4},
	} {
		err := engine.Carry(t.Context(), step("open", engine.ActionSeal), nil, cases.StepResult{}, &tt.r, &tt.r)
		if !errors.Is(err, boom) || len(tt.r.calls) != tt.calls {
			t.Errorf("%s: %v after %v", name, err, tt.r.calls)
		}
	}
}

func TestRefusedBeforeAnythingHappens(t *testing.T) {
	for name, tt := range map[string]struct {
		step cases.StepView
		want error
	}{
		"done already":   {step("done", engine.ActionSeal), engine.ErrNotOpen},
		"not reached":    {step("upcoming", engine.ActionSeal), engine.ErrNotOpen},
		"by hand":        {step("open", ""), engine.ErrNoAction},
		"newer program":  {step("open", "notice.send"), engine.ErrUnknownAction},
		"nothing to add": {step("open", engine.ActionAdd), engine.ErrArguments},
	} {
		r := new(recorded)
		if err := engine.Carry(t.Context(), tt.step, nil, cases.StepResult{}, r, r); !errors.Is(err, tt.want) || len(r.calls) > 0 {
			t.Errorf("%s: %v, calls %v", name, err, r.calls)
		}
	}
}
