package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys"
)

func (a *app) workspaceCommand() *cobra.Command {
	c := &cobra.Command{Use: "workspace", Short: "Create, show, check, back up, restore and recover the workspace"}
	c.AddCommand(a.workspaceCreate(), a.workspaceInfo(), a.workspaceVerify(), a.workspaceBackup(), a.workspaceRestore(), a.workspacePassphrase(), a.workspaceSweep(), a.workspaceSettle(),
		a.workspaceSheet(), a.workspaceRecover())
	return c
}

func (a *app) workspaceCreate() *cobra.Command {
	var org, officer, halves string
	var solo bool
	c := &cobra.Command{
		Use: "create --org NAME --officer NAME --solo [--recovery-out DIR]", Short: "Make a new workspace in an empty folder", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case org == "" || officer == "":
				return a.wrong("usage.create")
			case !solo:
				return a.wrong("usage.solo")
			case a.workspace == "":
				return usage(errNoWorkspaceNamed)
			}
			if halves != "" { // before there is a workspace that would lack its sheet
				if err := a.sheetFolder(halves); err != nil {
					return err
				}
			}
			if err := a.create(cmd, org, officer); err != nil {
				return err
			}
			return a.created(cmd, halves)
		},
	}
	c.Flags().StringVar(&org, "org", "", "name of the organisation")
	c.Flags().StringVar(&officer, "officer", "", "name of the officer")
	c.Flags().BoolVar(&solo, "solo", false, "one officer alone; records are one person's word, and say so")
	c.Flags().StringVar(&halves, "recovery-out", "", "write a recovery sheet into this new or empty folder")
	return c
}

func (a *app) create(cmd *cobra.Command, org, officer string) error {
	p, err := a.passphrase(cmd.Context(), "cli.passphrase.new", true)
	if err != nil {
		return err
	}
	defer p.Wipe()
	k, err := wire.Keychain(a.keychain)
	if err != nil {
		return usage(err)
	}
	a.open, err = store.Create(cmd.Context(), a.workspace, org, officer, wire.Options(p, k))
	return err
}

// created shows the new workspace, with its sheet if one was asked for. A sheet
// that fails takes nothing from the workspace.
func (a *app) created(cmd *cobra.Command, halves string) error {
	if halves == "" {
		return a.showInfo(cmd, "cli.words.new")
	}
	made, err := a.makeSheet(cmd.Context(), halves)
	if err != nil {
		return fmt.Errorf("%s: %w", a.say("error.sheet-after-create"), err)
	}
	if err := a.showInfo(cmd, "cli.words.new"); err != nil || a.json {
		return err
	}
	return a.print(a.recoverySheetLines(made)...)
}

// info is what is known of an open workspace.
type info struct {
	Workspace string        `json:"workspace"`
	ID        string        `json:"id"`
	Org       string        `json:"org"`
	Officer   string        `json:"officer"`
	Name      string        `json:"name"`
	Words     string        `json:"words"`
	Solo      bool          `json:"solo"`
	Keychain  bool          `json:"keychain"`
	Entries   uint64        `json:"entries"`
	Cases     int           `json:"cases"`
	Logs      []logInfo     `json:"logs"`
	Witness   string        `json:"witness"`
	Alarms    []store.Alarm `json:"alarms"`
	Backup    *time.Time    `json:"backup,omitempty"`
	Recovery  string        `json:"recovery"`

	Sheet      *sheetInfo       `json:"sheet,omitempty"`
	Retired    []retiredInfo    `json:"retired,omitempty"`
	Recovered  *store.Recovered `json:"recovered,omitempty"`
	Unfinished []string         `json:"unfinished_exports,omitempty"` // cases with an export that was cut off
}

type logInfo struct {
	Log    string `json:"log"`
	Letter string `json:"letter"`
	Size   uint64 `json:"size"`
	Root   string `json:"root"`
}

func (a *app) workspaceInfo() *cobra.Command {
	return &cobra.Command{
		Use: "info", Short: "Whose workspace this is and how well it is protected", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := a.unlock(cmd.Context()); err != nil {
				return err
			}
			return a.showInfo(cmd)
		},
	}
}

// showInfo prints what is known of the open workspace, and behind it the texts
// of more keys.
func (a *app) showInfo(cmd *cobra.Command, more ...string) error {
	i, err := a.infoOf(cmd.Context())
	if err != nil {
		return err
	}
	if a.json {
		return a.object(i)
	}
	return a.print(append(a.infoText(i), each(more, func(key string) string { return a.say(key) })...)...)
}

// infoOf gathers what is known of the open workspace.
func (a *app) infoOf(ctx context.Context) (info, error) {
	w := a.open
	r, err := w.Roster(ctx)
	if err != nil {
		return info{}, err
	}
	list, err := w.Cases(ctx)
	if err != nil {
		return info{}, err
	}
	me := w.Keys().Officer()
	words := keys.Words(me.Authority)
	i := info{
		Workspace: w.Dir(), ID: w.ID(), Org: r.Org, Officer: me.ID, Name: me.Name, Words: strings.Join(words[:], " "),
		Solo: r.Solo, Keychain: w.Keys().KeychainUsed(), Entries: w.Entries(), Cases: len(list),
		Witness: "none", Recovery: "none", Alarms: some(w.Alarms()),
	}
	for _, h := range w.Heads() {
		i.Logs = append(i.Logs, logInfo{h.Log, r.Letter(h.Log), h.Size, h.Root.String()})
	}
	for _, s := range list {
		if len(s.Exporting) > 0 {
			i.Unfinished = append(i.Unfinished, s.Number)
		}
	}
	if n := len(r.Backups); n > 0 {
		i.Backup = &r.Backups[n-1].Made
	}
	i.recoveryInfo(&r)
	return i, nil
}

// infoText says what is known of a workspace. Alarms are not among it: they are
// said beside every command.
func (a *app) infoText(i info) []string {
	lines := []string{a.say("cli.info", i.Org, i.Name, i.Workspace, i.Entries, i.Cases, i.Words)}
	if i.Keychain {
		lines = append(lines, a.say("cli.info.keychain"))
	} else {
		lines = append(lines, a.say("cli.info.nokeychain"))
	}
	lines = append(lines, a.say("cli.info.solo"), a.say("cli.info.witness", i.Entries))
	lines = append(lines, a.recoveryText(i)...)
	if len(i.Unfinished) > 0 {
		lines = append(lines, a.say("cli.info.exports", strings.Join(i.Unfinished, ", ")))
	}
	if i.Backup == nil {
		return append(lines, a.say("cli.info.nobackup"))
	}
	return append(lines, a.say("cli.info.backup", onClock(*i.Backup)))
}

// workspaceReport is the outcome of 'workspace verify'.
type workspaceReport struct {
	OK      bool          `json:"ok"`
	Entries uint64        `json:"entries"`
	Items   int           `json:"items"`
	Bytes   int64         `json:"bytes"`
	Ledger  []store.Alarm `json:"ledger"`
	Vault   []caseFinding `json:"vault"`
	Roster  []string      `json:"roster"`
}

type caseFinding struct {
	Case    string `json:"case"`
	Item    string `json:"item,omitempty"`
	Segment string `json:"segment,omitempty"`
	Problem string `json:"problem"`
}

func (a *app) workspaceVerify() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Check ledger, vault and roster from zero", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			out, err := a.verifyAll(cmd, w)
			if err != nil {
				return err
			}
			key := "cli.verify.ok"
			if !out.OK {
				key = "cli.verify.bad"
			}
			if err := a.answer(out, key, out.Entries, out.Items, out.Bytes); err != nil {
				return err
			}
			if !a.json {
				for _, p := range out.Ledger {
					_ = a.print(a.alarmText(p))
				}
				for _, f := range out.Vault {
					_ = a.print(a.say("cli.finding", f.Case, f.Item+f.Segment, f.Problem))
				}
			}
			if !out.OK {
				return errIntegrity
			}
			return nil
		},
	}
}

func (a *app) verifyAll(cmd *cobra.Command, w *store.Workspace) (workspaceReport, error) {
	ctx := cmd.Context()
	ledger, err := w.Verify(ctx)
	if err != nil {
		return workspaceReport{}, err
	}
	out := workspaceReport{Entries: ledger.Entries, Ledger: some(ledger.Problems), Vault: []caseFinding{}, Roster: []string{}}
	d, err := evidence.Open(w)
	if err != nil {
		return out, err
	}
	list, err := w.Cases(ctx)
	if err != nil {
		return out, err
	}
	for _, s := range list {
		check, err := d.Check(ctx, s.Tag, nil)
		if err != nil {
			return out, err
		}
		out.Items += check.Items
		out.Bytes += check.Bytes
		for _, f := range check.Findings {
			out.Vault = append(out.Vault, caseFinding{s.Number, f.Item, f.Segment, f.Problem})
		}
	}
	r, err := w.Roster(ctx)
	if err != nil {
		return out, err
	}
	for _, x := range r.Conflicts {
		out.Roster = append(out.Roster, x.Kind+": "+x.Reason)
	}
	out.OK = ledger.OK() && len(out.Vault) == 0 && len(out.Roster) == 0
	return out, nil
}

func (a *app) workspaceBackup() *cobra.Command {
	var to string
	c := &cobra.Command{
		Use: "backup --out DIR", Short: "Write an encrypted backup into a folder", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if to == "" {
				return a.wrong("usage.backup")
			}
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			b, err := w.Backup(cmd.Context(), to)
			if b.File == "" {
				return err
			}
			// A backup that lacks damaged evidence was made all the same.
			return errors.Join(a.answer(b, "cli.backup", b.File, b.Folder, b.Entries), err)
		},
	}
	c.Flags().StringVar(&to, "out", "", "the backup's folder")
	return c
}

func (a *app) workspaceRestore() *cobra.Command {
	var from, to string
	c := &cobra.Command{
		Use: "restore --from DIR --to DIR", Short: "Bring the newest backup back into an empty folder", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" || to == "" {
				return a.wrong("usage.restore")
			}
			if _, err := os.Stat(from); err != nil {
				return err
			}
			p, err := a.passphrase(cmd.Context(), "cli.passphrase", false)
			if err != nil {
				return err
			}
			defer p.Wipe()
			k, err := wire.Keychain(a.keychain)
			if err != nil {
				return usage(err)
			}
			if a.open, err = store.Restore(cmd.Context(), from, to, wire.Options(p, k)); err != nil {
				return err
			}
			return a.showInfo(cmd, "cli.words.restored")
		},
	}
	c.Flags().StringVar(&from, "from", "", "the backup's folder")
	c.Flags().StringVar(&to, "to", "", "a new or empty folder")
	return c
}

// workspaceSweep removes what crashes left in the vault.
func (a *app) workspaceSweep() *cobra.Command {
	var older time.Duration
	c := &cobra.Command{
		Use: "sweep", Short: "Remove what interrupted collections left in the vault", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if older < time.Hour {
				return a.wrong("usage.older")
			}
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			d, err := evidence.Open(w)
			if err != nil {
				return err
			}
			swept, err := d.Sweep(cmd.Context(), older)
			if err != nil {
				return err
			}
			out := map[string]any{"batches": swept.Batches, "segments": some(swept.Segments), "left": some(swept.Left)}
			return a.answer(out, "cli.swept", swept.Batches, len(swept.Segments))
		},
	}
	c.Flags().DurationVar(&older, "older", 7*24*time.Hour, "leave what is younger")
	return c
}
