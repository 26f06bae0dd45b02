package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/engine"
	runs "github.com/posko-ir/posko/playbooks/run"
)

func (a *app) stepCommand() *cobra.Command {
	c := &cobra.Command{Use: "step", Short: "Work through the steps of a playbook"}
	c.AddCommand(a.stepList(), a.stepShow(), a.stepStart(), a.stepDone(), a.stepRun(), a.stepSkip(), a.stepFail(), a.stepDecide(), a.stepReopen())
	return c
}

// outcomeView is what a step command answers: how the step stands now and what can
// be worked on next.
type outcomeView struct {
	Step    string   `json:"step"`
	Status  string   `json:"status"`
	Open    []string `json:"open"`
	Warning string   `json:"warning,omitempty"`
}

// onStep records an outcome and answers with what can be worked on next.
func (a *app) onStep(cmd *cobra.Command, name, ref string, do func(c *cases.Case, ref string) error) error {
	var out outcomeView
	err := a.update(cmd.Context(), name, func(c *cases.Case) error {
		for _, s := range c.Steps(a.lang, a.open.Now()) {
			if strings.EqualFold(s.Ref, ref) { // a run of another log is called R1-4f2e
				ref = s.Ref
			}
		}
		if err := do(c, ref); err != nil {
			return err
		}
		out = a.outcomeOf(c, ref)
		return nil
	})
	if err != nil {
		return err
	}
	return a.showOutcome(out)
}

func (a *app) outcomeOf(c *cases.Case, ref string) outcomeView {
	out := outcomeView{Step: ref, Open: []string{}}
	for _, s := range c.Steps(a.lang, a.open.Now()) {
		if s.Ref == ref {
			out.Status = s.Status
			if s.FourEyes && s.Status == string(runs.Done) {
				out.Warning = a.say("cli.step.alone", ref)
			}
		}
		if workable(s) {
			out.Open = append(out.Open, s.Ref)
		}
	}
	return out
}

// showOutcome prints an outcome. That nobody else approved a step that wants
// four eyes is said beside it: a script that reads the result alone still has
// it in the object.
func (a *app) showOutcome(out outcomeView) error {
	if out.Warning != "" && !a.json {
		a.remark(out.Warning)
	}
	next := strings.Join(out.Open, " ")
	if next == "" {
		return a.answer(out, "cli.step.recorded.last", out.Step, a.word(out.Status))
	}
	return a.answer(out, "cli.step.recorded", out.Step, a.word(out.Status), next)
}

func (a *app) stepStart() *cobra.Command {
	return &cobra.Command{
		Use: "start CASE STEP", Short: "Take a step into work", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.onStep(cmd, args[0], args[1], func(c *cases.Case, ref string) error { return c.StartStep(ref) })
		},
	}
}

// resultFlags are the flags that give a step its answers and proof.
type resultFlags struct {
	answers, items []string
	note, accept   string
}

func (r *resultFlags) on(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&r.answers, "answer", nil, "KEY=VALUE; may be repeated")
	f.StringArrayVar(&r.items, "evidence", nil, "an item like E1/3, or a collection like E1; may be repeated")
	f.StringVar(&r.note, "note", "", "what else there is to say")
	f.StringVar(&r.accept, "accept-proof", "", "REASON why evidence of another kind than the step asks for is proof; the report says so")
}

func (r *resultFlags) result(a *app) (cases.StepResult, error) {
	out := cases.StepResult{Answers: map[string]string{}, Evidence: r.items, Note: r.note, AcceptProof: r.accept}
	for i, item := range out.Evidence {
		if rest, small := strings.CutPrefix(item, "e"); small { // only the letter: behind it may stand a log, as in E2-4f2e
			item = "E" + rest
		}
		out.Evidence[i] = item
	}
	for _, pair := range r.answers {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return out, a.wrong("usage.answer-pair", pair)
		}
		if _, twice := out.Answers[key]; twice {
			return out, a.wrong("usage.answer-twice", key)
		}
		out.Answers[key] = value
	}
	return out, nil
}

func (a *app) stepDone() *cobra.Command {
	var flags resultFlags
	c := &cobra.Command{
		Use: "done CASE STEP", Short: "Finish a step with its answers and proof", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			result, err := flags.result(a)
			if err != nil {
				return err
			}
			if len(result.Evidence) > 0 {
				on, err := a.onDesk(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if result.Seen, err = on.desk.Look(cmd.Context(), on.tag, result.Evidence); err != nil {
					return err
				}
			}
			return a.onStep(cmd, args[0], args[1], func(c *cases.Case, ref string) error { return c.FinishStep(ref, result) })
		},
	}
	flags.on(c)
	return c
}

// stepRun lets the program do what a step asks for, and records it.
func (a *app) stepRun() *cobra.Command {
	var flags resultFlags
	c := &cobra.Command{
		Use: "run CASE STEP [-- ARG...]", Short: "Carry out the built-in action of a step", Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			given, err := flags.result(a)
			if err != nil {
				return err
			}
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			step, err := a.findStep(cmd, args[0], args[1])
			if err != nil {
				return err
			}
			steps := wire.Steps{Workspace: on.ws, Desk: on.desk, Tag: on.tag, Said: on.said}
			if err := engine.Carry(cmd.Context(), step.StepView, args[2:], given, steps, steps); err != nil {
				return err
			}
			return a.view(cmd.Context(), args[0], func(c *cases.Case) error { return a.showOutcome(a.outcomeOf(c, step.Ref)) })
		},
	}
	flags.on(c)
	return c
}

// withReason is a step command that wants a reason.
func (a *app) withReason(use, short string, do func(c *cases.Case, ref, reason string) error) (*cobra.Command, *string) {
	reason := new(string)
	c := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if *reason == "" {
				return a.wrong("usage.reason")
			}
			return a.onStep(cmd, args[0], args[1], func(c *cases.Case, ref string) error { return do(c, ref, *reason) })
		},
	}
	c.Flags().StringVar(reason, "reason", "", "why")
	return c, reason
}

func (a *app) stepSkip() *cobra.Command {
	var notApplicable bool
	c, _ := a.withReason("skip CASE STEP --reason R", "Skip a step", func(c *cases.Case, ref, reason string) error {
		return c.SkipStep(ref, reason, notApplicable)
	})
	c.Flags().BoolVar(&notApplicable, "not-applicable", false, "the step has no meaning in this case")
	return c
}

func (a *app) stepFail() *cobra.Command {
	c, _ := a.withReason("fail CASE STEP --reason R", "Record that a step failed", func(c *cases.Case, ref, reason string) error {
		return c.FailStep(ref, reason)
	})
	return c
}

// stepReopen lets a step be done again, however it ended.
func (a *app) stepReopen() *cobra.Command {
	c, _ := a.withReason("reopen CASE STEP --reason R", "Do a step again", func(c *cases.Case, ref, reason string) error {
		return c.ReopenStep(ref, reason)
	})
	c.Long = "Do a step again that was finished, skipped or failed by mistake.\n" +
		"The first outcome stays in the ledger, and the steps after it stay as they are; the new outcome counts."
	return c
}

func (a *app) stepDecide() *cobra.Command {
	var branch string
	c, _ := a.withReason("decide CASE STEP --branch B --reason R", "Choose a branch that the program cannot choose", func(c *cases.Case, ref, reason string) error {
		return c.DecideStep(ref, branch, reason)
	})
	c.Flags().StringVar(&branch, "branch", "", "one of the branches that 'step show' names")
	return c
}
