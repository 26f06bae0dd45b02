package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
)

func (a *app) caseRetitle() *cobra.Command {
	return a.simple("retitle CASE TITLE", "Give the case another title", 2,
		func(c *cases.Case, args []string) (string, error) { return "", c.Retitle(args[0]) })
}

func (a *app) caseWithdraw() *cobra.Command {
	var reason string
	c := a.simple("withdraw CASE NOTE --reason R", "Take a note back; its text stays readable", 2,
		func(c *cases.Case, args []string) (string, error) {
			id := reference(args[0])
			return id, c.WithdrawNote(id, reason)
		})
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

func (a *app) caseAsOf() *cobra.Command {
	return &cobra.Command{
		Use: "asof CASE INSTANT", Short: "What did we know then, on this laptop", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := instant.Parse(args[1])
			if err != nil {
				return fmt.Errorf("%q: %w", args[1], err)
			}
			w, tag, err := a.onCase(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			events, err := w.Events(cmd.Context(), tag)
			if err != nil {
				return err
			}
			var then cases.Case
			var known []event.Event
			for _, e := range events {
				if !e.Wall.After(at.Time()) {
					then.Apply(e)
					known = append(known, e)
				}
			}
			if then.Number == "" {
				return fmt.Errorf("%s was not open at %s", strings.ToUpper(args[0]), at)
			}
			return a.showCase(&then, at.Time(), len(known))
		},
	}
}

// caseResolve records what a person decided about an entry that did not fit.
func (a *app) caseResolve() *cobra.Command {
	var reason string
	c := a.simple("resolve CASE ENTRY --reason R", "Settle a conflict, an entry that did not fit any more when it came", 2,
		func(c *cases.Case, args []string) (string, error) {
			entry, err := a.entry(args[0])
			if err != nil {
				return "", err
			}
			return entry.String(), c.ResolveConflict(entry, reason)
		})
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

// entry reads the id of an entry.
func (a *app) entry(typed string) (event.ID, error) {
	log, number, ok := strings.Cut(strings.TrimSpace(typed), ":")
	seq, err := strconv.ParseUint(number, 10, 64)
	if !ok || err != nil {
		return event.ID{}, a.wrong("usage.entry", typed)
	}
	return event.ID{Log: log, Seq: seq}, nil
}

// caseRedact destroys what one entry says; that it was said stays proved.
func (a *app) caseRedact() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "redact CASE ENTRY --reason R", Short: "Destroy the body of one entry for ever; its place in the ledger stays", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			entry, err := a.entry(args[1])
			if err != nil {
				return err
			}
			w, tag, err := a.onCase(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			said, err := a.said()
			if err != nil {
				return err
			}
			if err := store.DestroyBody(cmd.Context(), w, tag, said, entry, reason); err != nil {
				return err
			}
			return a.answer(map[string]string{"id": args[1]}, "cli.recorded.as", args[1])
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}
