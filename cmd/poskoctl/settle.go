package main

import (
	"github.com/spf13/cobra"
)

// workspaceSettle ends the alarm about a log that had to begin because the
// folder was copied, restored or cut back.
func (a *app) workspaceSettle() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "settle LETTER --reason R", Short: "Say why the workspace was copied, restored or cut back", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			said, err := a.said()
			if err != nil {
				return err
			}
			if err := w.Settle(cmd.Context(), said, args[0], reason); err != nil {
				return err
			}
			return a.answer(map[string]string{"log": args[0]}, "cli.settled", args[0])
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}
