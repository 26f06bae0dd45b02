package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

func (a *app) caseCommand() *cobra.Command {
	c := &cobra.Command{Use: "case", Short: "Open, show and work on cases"}
	c.AddCommand(a.caseOpen(), a.caseList(), a.caseShow(), a.caseRetitle(), a.caseFact(), a.caseNote(), a.caseWithdraw(), a.caseIndicator(), a.caseAsset(),
		a.caseDecide(), a.caseLink(), a.casePerson(), a.caseLeave(), a.caseTask(), a.caseSeverity(), a.caseTLP(), a.caseContain(), a.caseClose(),
		a.caseReopen(), a.caseTimeline(), a.caseImport(), a.caseOffset(), a.caseAsOf(), a.caseResolve(), a.caseRedact(), a.caseDrill())
	return c
}

func (a *app) caseOpen() *cobra.Command {
	var o cases.Opening
	var playbook, from string
	var speed int
	c := &cobra.Command{
		Use: "open --title T", Short: "Open a case", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Title == "" && from != "" {
				o.Title = strings.TrimSuffix(filepath.Base(from), filepath.Ext(from))
			}
			number, err := a.openCase(cmd.Context(), o, speed, playbook, from)
			if err != nil {
				return err
			}
			if err := a.answer(map[string]string{"case": number}, "cli.case.opened", number, o.Title); err != nil || a.json {
				return err
			}
			return a.print(a.say(nextKey(playbook), number))
		},
	}
	f := c.Flags()
	f.StringVar(&o.Title, "title", "", "one line that says what it is")
	f.StringVar(&o.Kind, "kind", "", strings.Join(cases.Kinds(), ", "))
	f.StringVar(&o.Severity, "severity", "", strings.Join(cases.Severities(), ", "))
	f.StringVar(&o.TLP, "tlp", "", strings.Join(cases.TLPs(), ", "))
	f.StringVar(&playbook, "playbook", "", "start this playbook at once")
	f.IntVar(&speed, "speed", 1, "how many times faster than the clock a drill runs: 60 makes a minute of an hour")
	f.StringVar(&from, "from", "", "a mail, picture or file that becomes item E1/1")
	return c
}

// nextKey names the text that says what to type once a case is open.
func nextKey(playbook string) string {
	if playbook == "" {
		return "cli.case.next.playbook"
	}
	return "cli.case.next.steps"
}

// openCase opens the case and starts its playbook in one commit; the file it
// came from follows, because bytes are collected under the case's own key.
func (a *app) openCase(ctx context.Context, o cases.Opening, speed int, playbook, from string) (string, error) {
	if err := a.readable(from); err != nil {
		return "", err
	}
	w, err := a.unlock(ctx)
	if err != nil {
		return "", err
	}
	said, err := a.said()
	if err != nil {
		return "", err
	}
	kind, start, err := a.starter(ctx, w, playbook)
	if err != nil {
		return "", err
	}
	o.Kind = cmp.Or(o.Kind, kind)
	var number string
	tag, err := w.OpenCase(ctx, said, o, func(c *cases.Case) error {
		number = c.Number
		if speed != 1 {
			if err := c.SetSpeed(speed); err != nil {
				return err
			}
		}
		return start(c)
	})
	if err != nil || from == "" {
		return number, err
	}
	d, err := evidence.Open(w)
	if err != nil {
		return "", err
	}
	if _, err := d.AddPaths(ctx, tag, said, evidence.Paths{Paths: []string{from}}); err != nil {
		return "", fmt.Errorf("case %s is open, but its file is not in it: %w", number, err)
	}
	return number, nil
}

// readable refuses a path that cannot be read, before a case is opened for it.
// It does not open a pipe, which would wait.
func (a *app) readable(from string) error {
	if from == "" {
		return nil
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return a.wrong("usage.from", from)
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	if info.IsDir() {
		_, err = f.ReadDir(1)
	} else {
		_, err = f.Read(make([]byte, 1))
	}
	if errors.Is(err, io.EOF) {
		return nil // empty, which is not unreadable
	}
	return err
}

// starter returns what starts a playbook on a case, and the kind of case that
// it is for; without a name it does nothing.
func (a *app) starter(ctx context.Context, w *store.Workspace, name string) (kind string, start func(*cases.Case) error, err error) {
	if name == "" {
		return "", func(*cases.Case) error { return nil }, nil
	}
	all, err := wire.Playbooks(ctx, w)
	if err != nil {
		return "", nil, err
	}
	p, err := wire.FindPlaybook(all, name)
	if err != nil {
		return "", nil, err
	}
	return p.CaseKind(), func(c *cases.Case) error {
		_, err := c.StartRun(p.Bytes, wire.Bytes(all)...)
		return err
	}, nil
}

func (a *app) caseList() *cobra.Command {
	var state string
	c := &cobra.Command{
		Use: "list", Short: "List the cases", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			states := []string{cases.StateOpen, cases.StateContained, cases.StateClosed}
			if state != "" && !slices.Contains(states, state) {
				return a.wrong("usage.state", strings.Join(states, ", "))
			}
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			all, err := w.Cases(cmd.Context())
			if err != nil {
				return err
			}
			rows := all[:0:0]
			for _, s := range all {
				if state == "" || s.State == state {
					rows = append(rows, s)
				}
			}
			return list(a, rows, "cli.case.none", []string{"cli.case", "cli.state", "cli.severity", "cli.kind", "cli.opened", "cli.title"},
				func(s cases.Summary) []string {
					return []string{s.Number, a.word(s.State), a.word(s.Severity), a.word(s.Kind), onClock(s.Opened), cases.Visible(s.Title)}
				})
		},
	}
	c.Flags().StringVar(&state, "state", "", "only open, contained or closed ones")
	return c
}

func (a *app) caseFact() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "fact CASE FACT INSTANT", Short: "Set or correct an instant of the case", Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := instant.Parse(args[2])
			if err != nil {
				return fmt.Errorf("%q: %w", args[2], err)
			}
			if err := a.update(cmd.Context(), args[0], func(c *cases.Case) error { return c.SetFact(args[1], at, reason) }); err != nil {
				return err
			}
			return a.answer(map[string]string{"case": strings.ToUpper(args[0]), "fact": args[1], "value": at.String()}, "cli.fact", args[1], at)
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why; awareness is a decision")
	return c
}

// simple is a command that records one thing and answers with its id.
func (a *app) simple(use, short string, args int, do func(c *cases.Case, args []string) (string, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(args),
		RunE: func(cmd *cobra.Command, args []string) error {
			var id string
			err := a.update(cmd.Context(), args[0], func(c *cases.Case) (err error) {
				id, err = do(c, args[1:])
				return err
			})
			if err != nil {
				return err
			}
			out := map[string]string{"case": strings.ToUpper(args[0])}
			if id != "" {
				out["id"] = id
			}
			return a.answer(out, "cli.recorded.as", strings.TrimSpace(strings.ToUpper(args[0])+" "+id))
		},
	}
}

func (a *app) caseNote() *cobra.Command {
	return a.simple("note CASE TEXT", "Write a note", 2, func(c *cases.Case, args []string) (string, error) { return c.AddNote(args[0]) })
}

func (a *app) caseIndicator() *cobra.Command {
	return a.simple("indicator CASE TYPE VALUE", "Record an indicator: ip, domain, url, hash, email, host or account", 3,
		func(c *cases.Case, args []string) (string, error) { return c.AddIndicator(args[0], args[1]) })
}

func (a *app) caseAsset() *cobra.Command {
	return a.simple("asset CASE TYPE NAME", "Record an asset that is touched: host, account, system, data, person or other", 3,
		func(c *cases.Case, args []string) (string, error) { return c.AddAsset(args[0], args[1]) })
}

func (a *app) caseDecide() *cobra.Command {
	var reason, step string
	c := a.simple("decide CASE TEXT --reason R", "Record a decision; with --step one about a step, which settles a failed one", 2,
		func(c *cases.Case, args []string) (string, error) { return c.Decide(args[0], reason, reference(step)) })
	c.Flags().StringVar(&reason, "reason", "", "why")
	c.Flags().StringVar(&step, "step", "", "the step that it is about, like R1.4")
	return c
}

func (a *app) caseSeverity() *cobra.Command {
	var reason string
	c := a.simple("severity CASE LEVEL", "Change the severity", 2,
		func(c *cases.Case, args []string) (string, error) { return "", c.SetSeverity(args[0], reason) })
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

func (a *app) caseTLP() *cobra.Command {
	return a.simple("tlp CASE LABEL", "Change the Traffic Light Protocol label", 2,
		func(c *cases.Case, args []string) (string, error) { return "", c.SetTLP(args[0]) })
}

func (a *app) caseOffset() *cobra.Command {
	var ahead string
	c := a.simple("offset CASE SOURCE --ahead D", "A source's clock is ahead of the true time by D (behind: -D)", 2,
		func(c *cases.Case, args []string) (string, error) {
			d, err := time.ParseDuration(ahead)
			if err != nil {
				return "", a.wrong("usage.ahead")
			}
			return "", c.SetOffset(args[0], d)
		})
	c.Flags().StringVar(&ahead, "ahead", "", "a duration like 3m20s or -45s")
	return c
}
