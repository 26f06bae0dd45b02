package cases_test

import (
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
)

func mayFinish(ref string, r cases.StepResult, more int) func(c *cases.Case) error {
	return func(c *cases.Case) error { return c.MayFinishStep(ref, r, more) }
}

// What may not be finished is refused by the rule that would refuse it later,
// and asking changes nothing.
func TestMayFinishStepAsksTheRulesWithoutRecording(t *testing.T) {
	d := runDesk(t)
	d.do(func(c *cases.Case) error { return c.StartStep("R1.1") })
	good := answers("rights", "yes", "seen", "2026-11-21T13:00+01:00", "hint", "Yes")
	d.refused("answers-missing", mayFinish("R1.1", cases.StepResult{}, 1))
	d.refused("answer-invalid", mayFinish("R1.1", answers("rights", "perhaps", "seen", "2026-11-21T13:00+01:00", "hint", "Yes"), 1))
	before, entries := state(t, d.c), len(d.all)
	d.do(mayFinish("R1.1", good, 1))
	if len(d.all) != entries || state(t, d.c) != before {
		t.Error("asking recorded something")
	}
	d.do(finish("R1.1", good))
	d.refused("step-misfit", mayFinish("R1.1", good, 1))
	d.refused("proof-missing", mayFinish("R1.2", cases.StepResult{}, 0))
	d.refused("unknown-item", mayFinish("R1.2", cases.StepResult{Evidence: []string{"E9/1"}}, 1))
	d.do(mayFinish("R1.2", cases.StepResult{}, 1))
	d.refused("proof-missing", finish("R1.2", cases.StepResult{}))
}

func TestMayCollect(t *testing.T) {
	d := openDesk(t)
	ask := func(title, note string) func(c *cases.Case) error {
		return func(c *cases.Case) error { return c.MayCollect(title, note) }
	}
	entries := len(d.all)
	d.do(ask("a disk", ""))
	if len(d.all) != entries {
		t.Error("asking recorded something")
	}
	d.refused("missing", ask("", ""))
	d.refused("one-line", ask("two\nlines", ""))
	d.refused("control-characters", ask("a disk", "\x1b[2J"))
	d.do(func(c *cases.Case) error { return c.Close() })
	d.refused("closed", ask("a disk", ""))
}
