package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/cases"
	runs "github.com/posko-ir/posko/playbooks/run"
)

func (a *app) caseContain() *cobra.Command {
	return a.simple("contain CASE", "The harm no longer spreads", 1, func(c *cases.Case, _ []string) (string, error) { return "", c.Contain() })
}

// closedView is what 'case close' answers: the steps that stay undone are named,
// because nobody will be asked for them any more.
type closedView struct {
	Case   string       `json:"case"`
	State  string       `json:"state"`
	Undone []undoneStep `json:"undone"`
}

type undoneStep struct {
	Step   string `json:"step"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

func (a *app) caseClose() *cobra.Command {
	return &cobra.Command{
		Use: "close CASE", Short: "Close the case; what is missing is named", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := closedView{Case: strings.ToUpper(args[0]), Undone: []undoneStep{}}
			err := a.update(cmd.Context(), args[0], func(c *cases.Case) error {
				if err := c.Close(); err != nil {
					return err
				}
				out.Case, out.State = c.Number, c.State
				for _, s := range c.Steps(a.lang, a.open.Now()) {
					if workable(s) || s.Status == string(runs.Failed) {
						out.Undone = append(out.Undone, undoneStep{s.Ref, s.Name, s.Status})
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			if err := a.answer(out, "cli.case.closed", out.Case); err != nil || a.json {
				return err
			}
			for _, s := range out.Undone {
				if err := a.print(a.say("cli.case.undone", s.Step, a.word(s.Status), s.Name)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (a *app) caseReopen() *cobra.Command {
	var reason string
	c := a.simple("reopen CASE --reason R", "Reopen a closed case", 1,
		func(c *cases.Case, _ []string) (string, error) { return "", c.Reopen(reason) })
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}
