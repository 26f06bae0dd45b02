package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/keys"
)

func (a *app) bagCommand() *cobra.Command {
	c := &cobra.Command{Use: "bag", Short: "Verify an exported case; needs no workspace"}
	c.AddCommand(a.bagVerify())
	return c
}

func (a *app) bagVerify() *cobra.Command {
	var pin bag.Pin
	var signers string
	c := &cobra.Command{
		Use: "verify DIR", Short: "Check a bag, its signer, seals, custody and ledger proofs", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if pin.Words != "" {
				// A typo must not read as another signer.
				if _, err := keys.ParseWords(pin.Words); err != nil {
					return usage(fmt.Errorf("--signer: %w", err))
				}
			}
			if signers != "" {
				data, err := os.ReadFile(signers)
				if err != nil {
					return err
				}
				pin.Signers = data
			}
			r, err := bag.Verify(cmd.Context(), args[0], pin, bag.Options{Words: func(k ssh.PublicKey) []string {
				w := keys.Words(k)
				return w[:]
			}})
			if err != nil && !errors.Is(err, bag.ErrIntegrity) {
				return err
			}
			if err != nil && r.Signer == bag.SignerWrong {
				err = signedByOther{err}
			}
			return errors.Join(a.showBag(r), err)
		},
	}
	c.Flags().StringVar(&pin.Words, "signer", "", "the signer's twelve words, from paper or phone")
	c.Flags().StringVar(&signers, "signers", "", "an allowed_signers file from outside the bag")
	return c
}

// signedByOther is a bag signed by another key than the words name: perhaps by
// the same officer before or after a recovery.
type signedByOther struct{ error }

func (e signedByOther) Unwrap() error { return e.error }

// bagView is a report with the words as they are spoken.
type bagView struct {
	bag.Report
	Words string `json:"words"`
}

func (a *app) showBag(r bag.Report) error {
	words := strings.Join(r.Words, " ")
	if a.json {
		return a.object(bagView{r, words})
	}
	key := "cli.bag.intact"
	if !r.Intact {
		key = "cli.bag.broken"
	}
	var lines []string
	if r.Drill {
		lines = append(lines, a.say("cli.drill"))
	}
	lines = append(lines, a.say(key, cases.Visible(r.Case), cases.Visible(r.Organisation), r.Items, r.Entries, len(r.Seals)))
	lines = append(lines, a.say("cli.bag.signer."+string(r.Signer), words))
	for _, f := range r.Findings {
		lines = append(lines, fmt.Sprintf("  %s  %s  %s", f.Severity, f.Path, f.Message))
	}
	return a.print(lines...)
}

func (a *app) ledgerCommand() *cobra.Command {
	c := &cobra.Command{Use: "ledger", Short: "Show and verify the ledger"}
	c.AddCommand(a.ledgerShow(), a.ledgerVerify(), a.ledgerHead())
	return c
}

type entryRow struct {
	ID    string `json:"id"`
	Log   string `json:"log"`
	Seq   uint64 `json:"seq"`
	Kind  string `json:"kind"`
	Case  string `json:"case,omitempty"`
	Actor string `json:"actor"`
	Wall  string `json:"wall"`
	At    string `json:"at"`
	Doubt string `json:"doubt,omitempty"`
	Text  string `json:"text"`
	Gone  bool   `json:"destroyed,omitempty"`
}

func (a *app) ledgerShow() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use: "show [--case CASE]", Short: "Show the entries in the order of the ledger", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			subject := "*"
			if name != "" {
				if subject, err = w.FindCase(cmd.Context(), name); err != nil {
					return err
				}
			}
			all, err := w.Cases(cmd.Context())
			if err != nil {
				return err
			}
			numbers := map[string]string{}
			for _, s := range all {
				numbers[s.Tag] = s.Number
			}
			events, err := w.Events(cmd.Context(), subject)
			if err != nil {
				return err
			}
			var rows []entryRow
			for _, e := range events {
				r := entryRow{
					ID: e.ID.String(), Log: e.Log, Seq: e.Seq, Kind: e.Kind, Case: numbers[e.Case], Actor: e.Actor,
					Wall: e.Wall.Format(time.RFC3339Nano), At: e.At.String(), Doubt: e.Doubt, Gone: e.Destroyed,
				}
				if e.Case != "" {
					r.Text = cases.Describe(e, a.lang).Text
				}
				rows = append(rows, r)
			}
			return list(a, rows, "cli.ledger.none", []string{"cli.seq", "cli.recorded", "cli.case", "cli.what", ""}, func(r entryRow) []string {
				return []string{fmt.Sprint(r.Seq), r.Wall, r.Case, r.Kind, strings.TrimSpace(r.Text + " " + r.Doubt)}
			})
		},
	}
	c.Flags().StringVar(&name, "case", "", "only this case")
	return c
}

func (a *app) ledgerVerify() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Check every entry from zero, fold again and compare", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			v, err := w.Verify(cmd.Context())
			if err != nil {
				return err
			}
			key := "cli.ledger.ok"
			if !v.OK() {
				key = "cli.ledger.bad"
			}
			out := map[string]any{"ok": v.OK(), "entries": v.Entries, "heads": v.Heads, "problems": some(v.Problems)}
			if err := a.answer(out, key, v.Entries, len(v.Problems)); err != nil {
				return err
			}
			if v.OK() {
				return nil
			}
			if !a.json {
				for _, p := range v.Problems {
					_ = a.print(a.alarmText(p))
				}
			}
			return errIntegrity
		},
	}
}

func (a *app) ledgerHead() *cobra.Command {
	return &cobra.Command{
		Use: "head", Short: "Show the signed heads of the logs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			signed, err := w.Checkpoints(cmd.Context())
			if err != nil {
				return err
			}
			for _, s := range signed {
				out := map[string]any{"log": s.Head.Log, "size": s.Head.Size, "root": s.Head.Root, "checkpoint": string(s.Note)}
				if err := a.answer(out, "cli.ledger.head", s.Head.Log, s.Head.Size, s.Head.Root, string(s.Note)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (a *app) reportCommand() *cobra.Command {
	var out, format string
	var to recipient
	c := &cobra.Command{
		Use: "report CASE --out FILE [--format pdf|md|json]", Short: "Write the report of a case", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return a.wrong("usage.out")
			}
			if format == "" {
				format = formatOf(out)
			}
			if !slices.Contains(wire.Formats(), format) {
				return a.wrong("usage.format", format, strings.Join(wire.Formats(), ", "))
			}
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			x, err := a.copyFor(cmd.Context(), on, to)
			if err != nil {
				return err
			}
			r, err := wire.NewReport(cmd.Context(), on.ws, on.desk, on.tag, a.lang, x)
			if err != nil {
				return err
			}
			f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			if err := errors.Join(r.Render(f, format), f.Close()); err != nil {
				return errors.Join(err, os.Remove(out))
			}
			return a.answer(map[string]string{"case": strings.ToUpper(args[0]), "file": out, "format": format}, "cli.written", out)
		},
	}
	to.flags(c)
	c.Flags().StringVar(&format, "format", "", strings.Join(wire.Formats(), ", ")+"; without it the ending of the file says it, else pdf")
	c.Flags().StringVar(&out, "out", "", "the file to write; it must not exist")
	return c
}

// formatOf is the format that the ending of a file's name says; pdf for a name
// without one.
func formatOf(name string) string {
	if ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), ".")); ending != "" {
		return ending
	}
	return "pdf"
}

func (a *app) searchCommand() *cobra.Command {
	return &cobra.Command{
		Use: "search WORDS", Short: "Find the entries and the records of the book that hold every word", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			hits, err := w.Search(cmd.Context(), strings.Join(args, " "))
			if err != nil {
				return err
			}
			return list(a, hits, "cli.search.none", []string{"cli.case", "cli.at", "cli.what", ""}, func(h store.Hit) []string {
				return []string{cmp.Or(h.Case, h.ID), h.At, h.Kind, cases.Visible(h.Excerpt)}
			})
		},
	}
}
