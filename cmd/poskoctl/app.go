package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/assets"
	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

// streams is the world around one run of the program.
type streams struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string
}

// app is one run of the program: its global flags and what it opened.
type app struct {
	streams
	workspace string
	json      bool
	lang      string
	keychain  string
	at        string
	source    string

	texts assets.Texts
	open  *store.Workspace
}

func run(ctx context.Context, args []string, s streams) int {
	a := &app{streams: s}
	root := a.root()
	root.SetArgs(args)
	if len(args) > 0 && args[0] == cobra.ShellCompRequestCmd {
		a.unread(args)
		_ = a.translateHelp(root) // without it completion speaks English
	}
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil {
		a.unread(args)
	}
	a.leave(context.WithoutCancel(ctx))
	if err == nil {
		return exitDone
	}
	return a.fail(a.misuse(cmd, err))
}

// leave closes the workspace, if one was opened, and says what is wrong with
// it. The command's outcome stands by then: nothing here changes the exit code.
func (a *app) leave(ctx context.Context) {
	if a.open == nil {
		return
	}
	a.showAlarms(a.open.Alarms())
	if err := a.open.Close(ctx); err != nil {
		a.warn(a.say("cli.close", err))
	}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "poskoctl",
		Short:         "Guides incidents, keeps evidence, proves both",
		Version:       versionText(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			return a.settle()
		},
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	f := root.PersistentFlags()
	f.StringVar(&a.workspace, "workspace", "", "the workspace's folder (or POSKO_WORKSPACE)")
	f.BoolVar(&a.json, "json", false, "print JSON, lists as one object a line")
	f.StringVar(&a.lang, "lang", "", "language: en, id or it")
	f.StringVar(&a.keychain, "keychain", "", "system or none (or POSKO_KEYCHAIN)")
	f.StringVar(&a.at, "at", "", "when it happened, like 2026-11-21T14:02+01:00")
	f.StringVar(&a.source, "source", "", "who or what says so")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.AddCommand(
		a.workspaceCommand(), a.nowCommand(), a.caseCommand(), a.bookCommand(), a.searchCommand(), a.playbookCommand(), a.stepCommand(),
		a.evidenceCommand(), a.bagCommand(), a.ledgerCommand(), a.reportCommand(),
	)
	a.addHelp(root)
	a.prepare(root)
	return root
}

// prepare makes every command tell usage errors from others, and a group
// without its command say what it has.
func (a *app) prepare(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := a.speak(); err != nil { // arguments are checked before anything is settled
				return usage(err)
			}
			if err := check(cmd, args); err != nil {
				return usageError{err, a.useLine(cmd)}
			}
			return nil
		}
	}
	if c.HasSubCommands() && c.RunE == nil {
		c.Args = cobra.ArbitraryArgs
		c.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return a.wrong("usage.no-command", cmd.CommandPath()+" "+args[0], names(cmd))
			}
			return a.wrong("usage.which-command", cmd.CommandPath(), names(cmd))
		}
	}
	for _, sub := range c.Commands() {
		a.prepare(sub)
	}
}

func names(c *cobra.Command) string {
	var out []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			out = append(out, sub.Name())
		}
	}
	return strings.Join(out, ", ")
}

// settle fills in the global flags from the environment and checks them.
func (a *app) settle() error {
	if a.workspace == "" {
		a.workspace = a.getenv("POSKO_WORKSPACE")
	}
	if a.keychain == "" {
		a.keychain = a.getenv("POSKO_KEYCHAIN")
	}
	if err := a.speak(); err != nil {
		return usage(err)
	}
	if _, err := wire.Keychain(a.keychain); err != nil {
		return usage(err)
	}
	return nil
}

// said is what the person says about when it happened and who says so.
func (a *app) said() (event.Said, error) {
	said := event.Said{Source: strings.TrimSpace(a.source)}
	if a.at == "" {
		return said, nil
	}
	at, err := instant.Parse(a.at)
	if err != nil {
		return said, fmt.Errorf("--at %q: %w", a.at, err)
	}
	said.At = at
	return said, nil
}

// unlock opens the workspace once.
func (a *app) unlock(ctx context.Context) (*store.Workspace, error) {
	if a.open != nil {
		return a.open, nil
	}
	if a.workspace == "" {
		return nil, usage(errNoWorkspaceNamed)
	}
	if err := store.Exists(a.workspace); err != nil {
		return nil, err
	}
	p, err := a.passphrase(ctx, "cli.passphrase", false)
	if err != nil {
		return nil, err
	}
	defer p.Wipe()
	k, err := wire.Keychain(a.keychain)
	if err != nil {
		return nil, usage(err)
	}
	a.open, err = store.Open(ctx, a.workspace, wire.Options(p, k))
	return a.open, err
}

// onCase opens the workspace and resolves a case's number to its tag.
func (a *app) onCase(ctx context.Context, name string) (*store.Workspace, string, error) {
	w, err := a.unlock(ctx)
	if err != nil {
		return nil, "", err
	}
	tag, err := w.FindCase(ctx, name)
	return w, tag, err
}

// job is one case with everything that working on its evidence needs.
type job struct {
	desk *evidence.Desk
	ws   *store.Workspace
	tag  string
	said event.Said
}

// onDesk is onCase with the evidence desk.
func (a *app) onDesk(ctx context.Context, name string) (job, error) {
	var j job
	var err error
	if j.ws, j.tag, err = a.onCase(ctx, name); err != nil {
		return j, err
	}
	if j.said, err = a.said(); err != nil {
		return j, err
	}
	j.desk, err = evidence.Open(j.ws)
	return j, err
}

// update records on a case what the rule method in fn records.
func (a *app) update(ctx context.Context, name string, fn func(*cases.Case) error) error {
	w, tag, err := a.onCase(ctx, name)
	if err != nil {
		return err
	}
	said, err := a.said()
	if err != nil {
		return err
	}
	return store.Update(ctx, w, tag, said, fn)
}

// view shows a case.
func (a *app) view(ctx context.Context, name string, fn func(*cases.Case) error) error {
	w, tag, err := a.onCase(ctx, name)
	if err != nil {
		return err
	}
	return store.View(ctx, w, tag, fn)
}

// reference brings what a person types for a thing of a case, like e1/3 or
// r1-2BAC.4, into the form that the case uses: the letter is a capital, the start
// of a log's id is not.
func reference(typed string) string {
	typed = strings.TrimSpace(typed)
	head, rest, further := strings.Cut(typed, "-")
	if !further || len(rest) < 4 || strings.ContainsAny(head, "./") {
		return strings.ToUpper(typed)
	}
	return strings.ToUpper(head) + "-" + strings.ToLower(rest[:4]) + strings.ToUpper(rest[4:])
}
