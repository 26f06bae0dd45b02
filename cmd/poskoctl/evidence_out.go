package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/evidence"
)

type checkView struct {
	OK       bool            `json:"ok"`
	Items    int             `json:"items"`
	Bytes    int64           `json:"bytes"`
	Findings []cases.Finding `json:"findings"`
}

func (a *app) evidenceVerify() *cobra.Command {
	return &cobra.Command{
		Use: "verify CASE", Short: "Read all evidence again and compare it with what was recorded", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			check, err := on.desk.Verify(cmd.Context(), on.tag, on.said, nil)
			if err != nil {
				return err
			}
			v := checkView{len(check.Findings) == 0, check.Items, check.Bytes, some(check.Findings)}
			key := "cli.evidence.intact"
			if !v.OK {
				key = "cli.evidence.damaged"
			}
			if err := a.answer(v, key, v.Items, size(v.Bytes)); err != nil {
				return err
			}
			if v.OK {
				return nil
			}
			return &evidence.DamagedError{Findings: check.Findings}
		},
	}
}

func (a *app) evidenceSeal() *cobra.Command {
	return &cobra.Command{
		Use: "seal CASE", Short: "Verify and sign the evidence that no seal covers yet", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			s, err := on.desk.Seal(cmd.Context(), on.tag, on.said)
			if err != nil {
				return err
			}
			out := map[string]any{"seal": s.ID, "items": s.Collections, "manifest_sha256": s.ManifestSHA256, "words": s.Words}
			return a.answer(out, "cli.evidence.sealed", s.ID, strings.Join(s.Collections, " "), s.ManifestSHA256, s.Words)
		},
	}
}

// exported is a bag's summary with the words as they are spoken.
type exported struct {
	bag.Summary
	Words string `json:"words"`
}

func (a *app) evidenceExport() *cobra.Command {
	var out string
	var to []string
	var reader recipient
	c := &cobra.Command{
		Use: "export CASE --out DIR [--to AGE-RECIPIENT]", Short: "Write a bag that a stranger can verify", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return a.wrong("usage.evidence-out")
			}
			recipients, err := bag.ParseRecipients(strings.Join(to, "\n"))
			if err != nil && len(to) > 0 {
				return err
			}
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			copied, err := a.copyFor(cmd.Context(), on, reader)
			if err != nil {
				return err
			}
			r, err := wire.NewReport(cmd.Context(), on.ws, on.desk, on.tag, a.lang, copied)
			if err != nil {
				return err
			}
			x := evidence.Export{Dir: out, To: recipients, Limits: r.Limits(), Copy: copied}
			if x.Files, err = r.Files(); err != nil {
				return err
			}
			sum, err := on.desk.Export(cmd.Context(), on.tag, on.said, x)
			if err != nil {
				return err
			}
			err = a.answer(exported{sum, strings.Join(sum.Words, " ")}, "cli.evidence.exported", out, sum.Items, size(sum.Bytes), strings.Join(sum.Words, " "))
			switch {
			case err != nil || a.json:
				return err
			case copied != nil:
				return a.print(a.say("cli.evidence.withheld", sum.Hidden, sum.Withheld))
			}
			return a.tellCounsel(cmd.Context(), on)
		},
	}
	reader.flags(c)
	c.Flags().StringVar(&out, "out", "", "the bag's folder, new or empty; with --to the encrypted file")
	c.Flags().StringArrayVar(&to, "to", nil, "encrypt to this age recipient; may be repeated")
	return c
}

// tellCounsel says that a bag which is nobody's copy holds what was written for
// counsel: handed over unread, it would waive what the note was marked for.
func (a *app) tellCounsel(ctx context.Context, on job) error {
	return store.View(ctx, on.ws, on.tag, func(c *cases.Case) error {
		n := 0
		for _, note := range c.Notes {
			if note.Counsel {
				n++
			}
		}
		if n == 0 {
			return nil
		}
		_, err := fmt.Fprintln(a.out, a.say("cli.evidence.exported-counsel", n))
		return err
	})
}

func (a *app) evidenceDestroy() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "destroy CASE ITEM --reason R", Short: "Destroy the bytes of one item for ever; the record stays", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			done, err := on.desk.Destroy(cmd.Context(), on.tag, on.said, args[1], reason)
			if err != nil {
				return err
			}
			return a.answer(map[string]string{"item": done.Item, "reason": done.Reason}, "cli.evidence.destroyed", done.Item)
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}
