package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/agenda"
	"github.com/posko-ir/posko/playbooks/cases"
)

// quiet says that nothing waits, and since when nothing was recorded.
type quiet struct {
	Quiet bool      `json:"quiet"`
	Since time.Time `json:"since,omitzero"`
}

func (a *app) nowCommand() *cobra.Command {
	var most int
	c := &cobra.Command{
		Use: "now", Short: "Show what to do next, on all cases, the most urgent first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			items, since, err := wire.Now(cmd.Context(), w, a.lang)
			if err != nil {
				return err
			}
			if len(items) == 0 && since.IsZero() {
				return a.answer(quiet{Quiet: true}, "cli.now.empty")
			}
			if len(items) == 0 {
				return a.answer(quiet{true, since}, "cli.now.quiet", onClock(since))
			}
			return a.printNow(items, most)
		},
	}
	c.Flags().IntVar(&most, "most", 20, "how many to show; 0 shows all")
	return c
}

func (a *app) printNow(items []agenda.Item, most int) error {
	shown := items
	if most > 0 && most < len(items) {
		shown = items[:most]
	}
	for _, i := range shown {
		if a.json {
			if err := a.object(i); err != nil {
				return err
			}
			continue
		}
		if err := a.print(a.nowLine(i)); err != nil {
			return err
		}
	}
	if left := len(items) - len(shown); left > 0 && !a.json {
		return a.print(a.say("cli.now.more", left))
	}
	return nil
}

// nowLine is one thing that waits: where, what, until when, and in which case.
func (a *app) nowLine(i agenda.Item) string {
	line := i.Case + " " + i.Ref + "  " + cases.Visible(i.Text)
	if i.Kind != agenda.Step && i.Kind != agenda.Task {
		line = i.Case + " " + i.Ref + "  " + a.say("cli.now."+i.Kind, cases.Visible(i.Text))
	}
	if i.Mandatory {
		line += " !"
	}
	var more []string
	switch {
	case i.Overdue:
		more = append(more, a.say("cli.step.overdue", seconds(i.Due)))
	case !i.Due.IsZero():
		more = append(more, a.say("cli.step.due", seconds(i.Due)))
	}
	if i.Drill {
		more = append(more, a.say("cli.drill"))
	}
	more = append(more, nonEmpty(a.word(i.Who), cases.Visible(i.Title))...)
	for n, m := range more {
		if n == 0 {
			line += "\n            " + m
		} else {
			line += " · " + m
		}
	}
	return line
}
