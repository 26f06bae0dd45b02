package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/cases"
)

// unfinishedExports are the bags of a case that were begun and of which nobody
// said what became.
func (a *app) unfinishedExports(ctx context.Context, name string) ([]cases.Exporting, error) {
	var out []cases.Exporting
	err := a.view(ctx, name, func(c *cases.Case) error {
		out = c.UnfinishedExports()
		return nil
	})
	return out, err
}

// warnOfExports tells of bags that a crash may have left somewhere.
func (a *app) warnOfExports(ctx context.Context, name string) error {
	found, err := a.unfinishedExports(ctx, name)
	for _, x := range found {
		a.warn(a.say("cli.evidence.export-unfinished", x.ID, x.To, onClock(x.Wall), x.ID))
	}
	return err
}

// evidenceSettle says what became of an export that was cut off.
func (a *app) evidenceSettle() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "settle CASE EXPORT --reason R", Short: "Say what became of an export that was cut off", Args: cobra.ExactArgs(2),
		Long: "Say what became of an export that was cut off: look at the place that 'evidence pending' names, remove what is there or keep it,\n" +
			"and say so. A bag that 'bag verify' finds intact is whole although no entry says that it was finished.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if reason == "" {
				return a.wrong("usage.reason")
			}
			id := reference(args[1])
			err := a.update(cmd.Context(), args[0], func(c *cases.Case) error { return c.DropExport(id, reason) })
			if err != nil {
				return err
			}
			return a.answer(map[string]string{"id": id, "reason": reason}, "cli.evidence.settled", id)
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "what is there now, and what was done with it")
	return c
}
