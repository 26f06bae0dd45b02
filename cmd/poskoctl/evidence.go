package main

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"os"
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
	c.AddCommand(a.evidenceAdd(), a.evidencePending(), a.evidenceRun(), a.evidenceText(), a.evidenceThing(), a.evidenceMove(), a.evidenceHandover(), a.evidenceWeb(), a.evidenceList(), a.evidenceCat(), a.evidenceVerify(), a.evidenceSeal(), a.evidenceExport(), a.evidenceSettle(), a.evidenceDestroy())
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
		out.Skipped = append(out.Skipped, skipped{Name: collect.ValidName(s.Name), NameB64: b64(s.Name), Reason: s.Reason})
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
	var resume, discard which
	c := &cobra.Command{
		Use: "add CASE PATH...", Short: "Collect files and folders", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p.Paths, p.Progress = args[1:], a.progress()
			switch {
			case resume.given && discard.given:
				return a.wrong("usage.resume-or-discard")
			case len(p.Paths) == 0 && !resume.given && !discard.given:
				return a.wrong("usage.evidence-path")
			}
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if p.Resume, err = a.settlePending(cmd.Context(), on, resume, discard, p.Paths); err != nil {
				return err
			}
			if len(p.Paths) == 0 && !resume.given {
				return nil // only to be dropped
			}
			got, err := on.desk.AddPaths(cmd.Context(), on.tag, on.said, p)
			if a.showsProgress() {
				a.remark("")
			}
			if err != nil {
				return a.howToGoOn(args[0], err)
			}
			return a.showGathered(result(got))
		},
	}
	f := c.Flags()
	f.StringVar(&p.Title, "title", "", "what to call it")
	f.StringVar(&p.Note, "note", "", "what to know about it")
	resume.on(c, "resume", "go on with the collection that was interrupted, with its paths, title and note")
	discard.on(c, "discard", "drop the collection that was interrupted")
	return c
}

func (a *app) showGathered(g gathered) error {
	if a.json {
		return a.object(g)
	}
	if err := a.print(a.say("cli.evidence.added", g.Collection, g.Items, size(g.Bytes), g.SHA256)); err != nil {
		return err
	}
	for _, s := range g.Skipped {
		if err := a.print(a.say("cli.evidence.skipped", visible(s.Name, s.NameB64), s.Reason)); err != nil {
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
				return a.wrong("usage.evidence-title")
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
	Command    string   `json:"command,omitempty"`   // whose output it is
	Destroyed  string   `json:"destroyed,omitempty"` // why its bytes are gone

	// Of a thing: what it is, and where it is now.
	Serial     string `json:"serial,omitempty"`
	SealNumber string `json:"seal_number,omitempty"`
	Place      string `json:"place,omitempty"`
	Keeper     string `json:"keeper,omitempty"`
	Action     string `json:"action,omitempty"` // what happened to it last
}

func (a *app) evidenceList() *cobra.Command {
	return &cobra.Command{
		Use: "list CASE", Short: "List the items of evidence", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			now, err := evidence.Snapshot(cmd.Context(), on.ws, on.tag)
			if err != nil {
				return err
			}
			var rows []itemRow
			err = on.desk.Items(cmd.Context(), on.tag, "", func(c cases.Collection, i evidence.Item) error {
				rows = append(rows, rowOf(c, i).with(now.Whereabouts(i.Ref)))
				return nil
			})
			if err != nil {
				return err
			}
			if err := a.warnOfExports(cmd.Context(), args[0]); err != nil {
				return err
			}
			err = list(a, rows, "cli.evidence.none", []string{"cli.item", "cli.kind", "cli.size", "cli.sha256", "cli.seal", "cli.name"},
				func(r itemRow) []string {
					return []string{r.Item, r.Kind, size(r.Size), short(r.SHA256), r.Seal, a.itemName(r)}
				})
			if err != nil {
				return err
			}
			return a.showForms(now.PendingForms())
		},
	}
}

// itemName is an item's name with where it came from and what became of it.
func (a *app) itemName(r itemRow) string {
	name := visible(r.Name, r.NameB64)
	switch {
	case r.Command != "":
		name = a.say("cli.evidence.output-of", name, oneLine(r.Command))
	case r.Root != "" && r.Name == ".":
		name = collect.VisibleName(r.Root)
	case r.Root != "":
		name = collect.VisibleName(r.Root) + ": " + name
	}
	if r.Serial != "" {
		name += "  " + a.say("cli.evidence.thing-is", oneLine(r.Serial), orDash(r.Place), orDash(r.Keeper))
	}
	if r.Action != "" {
		name += "  " + a.say("word."+r.Action)
	}
	if r.Destroyed != "" {
		name += "  " + a.say("cli.evidence.gone", oneLine(r.Destroyed))
	}
	return name
}

// orDash is a text in one line, or a mark that there is none.
func orDash(s string) string { return cmp.Or(oneLine(s), "–") }

// visible shows a name in one line. One that is not UTF-8 is visible already.
func visible(name, b64 string) string {
	if b64 != "" {
		return name
	}
	return collect.VisibleName(name)
}

func short(hash string) string {
	if len(hash) > 16 {
		return hash[:16] + "…"
	}
	return hash
}

func rowOf(c cases.Collection, i evidence.Item) itemRow {
	r := itemRow{
		Item: i.Ref, Collection: c.ID, Name: collect.ValidName(i.Line.Name), NameB64: b64(i.Line.Name), Kind: string(i.Line.Kind),
		Size: i.Line.Object.Size, Target: collect.ValidName(i.Line.Target), Seal: c.Seal,
	}
	if c.Command != nil {
		r.Command = c.Title
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
	if t := i.Line.Thing; t != nil {
		r.Serial, r.SealNumber = t.Serial, t.SealNumber
	}
	return r
}

// with says where a thing, or the carrier of a copy, is.
func (r itemRow) with(w cases.Whereabouts) itemRow {
	r.Place, r.Keeper, r.Action = w.Place, w.Keeper, w.Action
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
			// First, so that nobody has seen what no entry says was seen.
			err = a.update(cmd.Context(), args[0], func(c *cases.Case) error { return c.Handle(item.Ref, "viewed", "", "") })
			if err != nil {
				return err
			}
			_, err = io.Copy(a.out, r)
			return err
		},
	}
}
