package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/engine"
	"github.com/posko-ir/posko/playbooks/instant"
)

func (a *app) stepCommand() *cobra.Command {
	c := &cobra.Command{Use: "step", Short: "Work through the steps of a playbook"}
	c.AddCommand(a.stepList(), a.stepShow(), a.stepStart(), a.stepDone(), a.stepRun(), a.stepSkip(), a.stepFail(), a.stepDecide(), a.stepReopen())
	return c
}

func (a *app) stepList() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "list CASE", Short: "List the steps: done, open, and what may still come", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.view(cmd.Context(), args[0], func(c *cases.Case) error {
				steps := c.Steps(a.lang, a.open.Now())
				if a.json {
					return list(a, steps, "", nil, nil)
				}
				if len(steps) == 0 {
					return a.print(a.say("cli.step.none"))
				}
				for _, s := range steps {
					if !all && s.Status == cases.StatusUpcoming {
						continue
					}
					if err := a.print(stepLine(a, s)); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "also the steps that may still come")
	return c
}

// stepLine is a step in one line, and what it asks for in a second one.
func stepLine(a *app, s cases.StepView) string {
	mark := map[string]string{"done": "✓", "skipped": "–", "not-applicable": "–", "failed": "✗", "in-work": "…", cases.StatusUpcoming: " "}[s.Status]
	if mark == "" {
		mark = "○"
	}
	line := fmt.Sprintf("%s %-9s %s", mark, s.Ref, s.Name)
	if s.Mandatory {
		line += " !"
	}
	var more []string
	more = append(more, nonEmpty(a.word(s.Role))...)
	switch {
	case s.Overdue:
		more = append(more, a.say("cli.step.overdue", seconds(s.Due)))
	case !s.Due.IsZero():
		more = append(more, a.say("cli.step.due", seconds(s.Due)))
	case s.DueMissing != "":
		more = append(more, a.say("cli.step.waits", s.DueRule))
	}
	if s.FourEyes {
		more = append(more, a.say("cli.step.foureyes"))
	}
	if finished(s) {
		return line
	}
	if len(s.Proof) > 0 {
		more = append(more, a.say("cli.step.proof", strings.Join(each(s.Proof, a.word), "/")))
	}
	return line + "\n            " + strings.Join(more, " · ")
}

// seconds shows an instant as precisely as a person needs it.
func seconds(i instant.Instant) string { return i.Local().Format(time.RFC3339) }

func finished(s cases.StepView) bool {
	return slices.Contains([]string{"done", "skipped", "not-applicable", "failed"}, s.Status)
}

func (a *app) stepShow() *cobra.Command {
	return &cobra.Command{
		Use: "show CASE STEP", Short: "Show a step with its detail and the form of its answers", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			step, err := a.findStep(cmd, args[0], args[1])
			if err != nil {
				return err
			}
			return a.showStep(step)
		},
	}
}

func (a *app) findStep(cmd *cobra.Command, name, ref string) (cases.StepView, error) {
	var found cases.StepView
	err := a.view(cmd.Context(), name, func(c *cases.Case) error {
		for _, s := range c.Steps(a.lang, a.open.Now()) {
			if strings.EqualFold(s.Ref, ref) {
				found = s
				return nil
			}
		}
		return fmt.Errorf("no step %s on this case; 'step list' shows them", ref)
	})
	return found, err
}

func (a *app) showStep(s cases.StepView) error {
	if a.json {
		return a.object(s)
	}
	lines := []string{stepLine(a, s), "", s.Detail, ""}
	for _, q := range s.Answers {
		line := fmt.Sprintf("  %s=…  %s (%s)", q.Key, q.Label, a.word(q.Type))
		if q.Required {
			line += " !"
		}
		lines = append(lines, line)
		for _, choice := range q.Choices {
			lines = append(lines, fmt.Sprintf("      %s  %s", choice.Value, choice.Label))
		}
	}
	if len(s.Branches) > 0 {
		lines = append(lines, a.say("cli.step.branches", s.AskDetail, strings.Join(s.Branches, ", ")))
	}
	return a.print(lines...)
}

// onStep records an outcome and answers with what can be worked on next.
func (a *app) onStep(cmd *cobra.Command, name, ref string, do func(c *cases.Case, ref string) error) error {
	var view *cases.StepView
	var next []string
	err := a.update(cmd.Context(), name, func(c *cases.Case) error {
		for _, s := range c.Steps(a.lang, a.open.Now()) {
			if strings.EqualFold(s.Ref, ref) { // a run of another log is called R1-4f2e
				ref = s.Ref
			}
		}
		if err := do(c, ref); err != nil {
			return err
		}
		for _, s := range c.Steps(a.lang, a.open.Now()) {
			if s.Ref == ref {
				view = &s
			}
			if s.Status == "open" || s.Status == "in-work" {
				next = append(next, s.Ref)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	status := ""
	if view != nil {
		status = view.Status
	}
	out := map[string]any{"step": ref, "status": status, "open": next}
	return a.answer(out, "cli.step.recorded", ref, a.word(status), strings.Join(next, " "))
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
	note           string
}

func (r *resultFlags) on(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&r.answers, "answer", nil, "KEY=VALUE; may be repeated")
	f.StringArrayVar(&r.items, "evidence", nil, "an item like E1/3, or a collection like E1; may be repeated")
	f.StringVar(&r.note, "note", "", "what else there is to say")
}

func (r *resultFlags) result() (cases.StepResult, error) {
	out := cases.StepResult{Answers: map[string]string{}, Evidence: r.items, Note: r.note}
	for i, item := range out.Evidence {
		if rest, small := strings.CutPrefix(item, "e"); small { // only the letter: behind it may stand a log, as in E2-4f2e
			item = "E" + rest
		}
		out.Evidence[i] = item
	}
	for _, pair := range r.answers {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return out, usage(fmt.Errorf("--answer takes KEY=VALUE, not %q", pair))
		}
		if _, twice := out.Answers[key]; twice {
			return out, usage(fmt.Errorf("--answer %s is given twice", key))
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
			result, err := flags.result()
			if err != nil {
				return err
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
			given, err := flags.result()
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
			if err := engine.Carry(cmd.Context(), step, args[2:], given, steps, steps); err != nil {
				return err
			}
			if step, err = a.findStep(cmd, args[0], args[1]); err != nil {
				return err
			}
			return a.answer(map[string]any{"step": step.Ref, "status": step.Status}, "cli.step.recorded", step.Ref, a.word(step.Status), "")
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
				return usage(errors.New("say why with --reason"))
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

func (a *app) stepReopen() *cobra.Command {
	c, _ := a.withReason("reopen CASE STEP --reason R", "Try a failed step again", func(c *cases.Case, ref, reason string) error {
		return c.ReopenStep(ref, reason)
	})
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
