package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/evidence"
)

func (a *app) evidenceCommand() *cobra.Command {
	c := &cobra.Command{Use: "evidence", Short: "Collect, look at, verify, seal and export evidence"}
	c.AddCommand(a.evidenceAdd(), a.evidenceRun(), a.evidenceText(), a.evidenceList(), a.evidenceCat(), a.evidenceVerify(), a.evidenceSeal(), a.evidenceExport(), a.evidenceDestroy())
	return c
}

// skipped is something that has no bytes in the vault, and why.
type skipped struct {
	Name    string `json:"name"`
	NameB64 string `json:"name_b64,omitempty"`
	Reason  string `json:"reason"`
}

type gathered struct {
	Collection string    `json:"collection"`
	Item       string    `json:"item"`
	Items      int64     `json:"items"`
	Bytes      int64     `json:"bytes"`
	SHA256     string    `json:"sha256"` // of the manifest
	Skipped    []skipped `json:"skipped"`
	Reused     int64     `json:"reused,omitempty"`
	Exit       *int      `json:"exit,omitempty"` // of the command
	Signal     string    `json:"signal,omitempty"`
}

func result(g evidence.Gathered) gathered {
	out := gathered{
		Collection: g.Collection, Item: g.Collection, Items: g.Items, Bytes: g.Bytes, SHA256: g.SHA256, Reused: g.Reused, Skipped: []skipped{},
	}
	if g.Items == 1 {
		out.Item = g.Collection + "/1"
	}
	for _, s := range g.Skipped {
		out.Skipped = append(out.Skipped, skipped{Name: strings.ToValidUTF8(s.Name, "\uFFFD"), NameB64: b64(s.Name), Reason: s.Reason})
	}
	return out
}

// b64 gives the bytes of a name that is not UTF-8.
func b64(name string) string {
	if utf8.ValidString(name) {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(name))
}

func (a *app) evidenceAdd() *cobra.Command {
	var p evidence.Paths
	var discard bool
	c := &cobra.Command{
		Use: "add CASE PATH...", Short: "Collect files and folders", Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if p.Resume, err = a.unfinished(cmd.Context(), on.desk, on.tag, p.Resume != "", discard); err != nil {
				return err
			}
			p.Paths, p.Progress = args[1:], a.progress()
			got, err := on.desk.AddPaths(cmd.Context(), on.tag, on.said, p)
			if err != nil {
				return err
			}
			if a.showsProgress() {
				a.remark("")
			}
			return a.showGathered(result(got))
		},
	}
	f := c.Flags()
	f.StringVar(&p.Title, "title", "", "what to call it")
	f.StringVar(&p.Note, "note", "", "what to know about it")
	resume := f.VarPF(yes{&p.Resume}, "resume", "", "go on with the collection that was interrupted")
	resume.NoOptDefVal = "true"
	f.BoolVar(&discard, "discard", false, "drop the collection that was interrupted")
	return c
}

// yes is a boolean flag that leaves a mark in a string.
type yes struct{ to *string }

func (y yes) String() string     { return *y.to }
func (y yes) Set(s string) error { *y.to = s; return nil }
func (y yes) Type() string       { return "bool" }

// unfinished finds the collection to go on with, and tells of one that waits.
func (a *app) unfinished(ctx context.Context, d *evidence.Desk, tag string, resume, discard bool) (string, error) {
	waiting, err := d.Unfinished(ctx, tag)
	if err != nil {
		return "", err
	}
	if len(waiting) == 0 {
		if resume {
			return "", errors.New(a.say("cli.evidence.nothing-to-resume"))
		}
		return "", nil
	}
	newest := waiting[len(waiting)-1]
	switch {
	case resume:
		return newest.ID, nil
	case discard:
		return "", d.Discard(newest.ID)
	}
	a.remark(a.say("cli.evidence.unfinished", size(newest.Bytes), newest.Modified.Format(time.RFC3339)))
	return "", nil
}

func (a *app) showGathered(g gathered) error {
	if a.json {
		return a.object(g)
	}
	if err := a.print(a.say("cli.evidence.added", g.Collection, g.Items, size(g.Bytes), g.SHA256)); err != nil {
		return err
	}
	for _, s := range g.Skipped {
		if err := a.print(a.say("cli.evidence.skipped", cases.Visible(s.Name), s.Reason)); err != nil {
			return err
		}
	}
	return nil
}

// showsProgress says whether somebody is looking.
func (a *app) showsProgress() bool {
	f, ok := a.err.(*os.File)
	return ok && !a.json && term.IsTerminal(int(f.Fd()))
}

func (a *app) progress() func(collect.Progress) {
	if !a.showsProgress() {
		return nil
	}
	return func(p collect.Progress) {
		left := "?"
		if p.Remaining >= 0 {
			left = p.Remaining.Round(time.Second).String()
		}
		_, _ = fmt.Fprintf(a.err, "\r\x1b[K%s / %s  %d / %d  %s/s  %s", size(p.Bytes), size(p.TotalBytes), p.Files, p.TotalFiles, size(p.Rate), left)
	}
}

func (a *app) evidenceRun() *cobra.Command {
	return &cobra.Command{
		Use: "run CASE -- ARGV...", Short: "Run a command without a shell and keep what it writes", Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			got, ran, err := on.desk.Run(cmd.Context(), on.tag, on.said, args[1:])
			if err != nil {
				return err
			}
			out := result(got)
			out.Exit, out.Signal = &ran.Exit, ran.Signal
			if a.json {
				return a.object(out)
			}
			return a.print(a.say("cli.evidence.ran", out.Collection, ran.Exit, size(out.Bytes)))
		},
	}
}

func (a *app) evidenceText() *cobra.Command {
	var title string
	c := &cobra.Command{
		Use: "text CASE --title T", Short: "Keep text from standard input", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if title == "" {
				return usage(errors.New("say what it is with --title"))
			}
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			got, err := on.desk.AddText(cmd.Context(), on.tag, on.said, title, a.in)
			if err != nil {
				return err
			}
			return a.showGathered(result(got))
		},
	}
	c.Flags().StringVar(&title, "title", "", "what it is")
	return c
}

type itemRow struct {
	Item       string   `json:"item"`
	Collection string   `json:"collection"`
	Name       string   `json:"name"`
	NameB64    string   `json:"name_b64,omitempty"`
	Kind       string   `json:"kind"`
	Size       int64    `json:"size"`
	SHA256     string   `json:"sha256,omitempty"`
	Modified   string   `json:"mtime,omitempty"`
	Target     string   `json:"target,omitempty"`
	Notes      []string `json:"notes,omitempty"`
	Seal       string   `json:"seal,omitempty"`
	Root       string   `json:"root,omitempty"`      // what was asked for, when that were several paths
	Destroyed  string   `json:"destroyed,omitempty"` // why its bytes are gone
}

func (a *app) evidenceList() *cobra.Command {
	return &cobra.Command{
		Use: "list CASE", Short: "List the items of evidence", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var rows []itemRow
			err = on.desk.Items(cmd.Context(), on.tag, "", func(c cases.Collection, i evidence.Item) error {
				rows = append(rows, rowOf(c, i))
				return nil
			})
			if err != nil {
				return err
			}
			return list(a, rows, "cli.evidence.none", []string{"cli.item", "cli.kind", "cli.size", "cli.sha256", "cli.seal", "cli.name"},
				func(r itemRow) []string {
					return []string{r.Item, r.Kind, size(r.Size), short(r.SHA256), r.Seal, a.itemName(r)}
				})
		},
	}
}

// itemName is an item's name with where it came from and what became of it.
func (a *app) itemName(r itemRow) string {
	name := cases.Visible(r.Name)
	if r.Root != "" && r.Name == "." {
		name = cases.Visible(r.Root)
	} else if r.Root != "" {
		name = cases.Visible(r.Root) + ": " + name
	}
	if r.Destroyed != "" {
		name += "  " + a.say("cli.evidence.gone", cases.Visible(r.Destroyed))
	}
	return name
}

func short(hash string) string {
	if len(hash) > 16 {
		return hash[:16] + "…"
	}
	return hash
}

func rowOf(c cases.Collection, i evidence.Item) itemRow {
	r := itemRow{
		Item: i.Ref, Collection: c.ID, Name: strings.ToValidUTF8(i.Line.Name, "\uFFFD"), NameB64: b64(i.Line.Name), Kind: string(i.Line.Kind),
		Size: i.Line.Object.Size, Target: strings.ToValidUTF8(i.Line.Target, "\uFFFD"), Seal: c.Seal,
	}
	if n := i.Line.Root; n > 0 && n <= len(c.Paths) && len(c.Paths) > 1 {
		r.Root = c.Paths[n-1]
	}
	for _, lost := range c.Lost {
		if lost.Item == i.Ref || lost.Item == c.ID {
			r.Destroyed = lost.Reason
		}
	}
	if i.Line.Stored {
		r.SHA256 = i.Line.Object.SHA256.String()
	}
	if !i.Line.Modified.IsZero() {
		r.Modified = i.Line.Modified.UTC().Format(time.RFC3339Nano)
	}
	for _, n := range i.Line.Notes {
		r.Notes = append(r.Notes, string(n))
	}
	return r
}

func (a *app) evidenceCat() *cobra.Command {
	return &cobra.Command{
		Use: "cat CASE ITEM", Short: "Write an item's bytes to standard output; it is recorded as viewed", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			item, err := on.desk.Find(cmd.Context(), on.tag, args[1])
			if err != nil {
				return err
			}
			r, err := on.desk.OpenItem(cmd.Context(), on.tag, item)
			if err != nil {
				return err
			}
			defer func() { _ = r.Close() }() // only read
			if _, err := io.Copy(a.out, r); err != nil {
				return err
			}
			return a.update(cmd.Context(), args[0], func(c *cases.Case) error { return c.Handle(item.Ref, "viewed", "", "") })
		},
	}
}
