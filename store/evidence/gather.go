package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/vault"
)

// Gathered is what one act of collecting brought.
type Gathered struct {
	Collection string
	Items      int64
	Bytes      int64
	SHA256     string // of the manifest
	Skipped    []collect.Skipped
	Reused     int64 // files that an interrupted run had read already
}

// Paths says what to collect from this machine.
type Paths struct {
	Paths    []string
	Title    string // empty: the first path's name
	Note     string
	Resume   string // id of an interrupted batch; see Unfinished
	Progress func(collect.Progress)
}

// Unfinished lists the interrupted collections of a case.
func (d *Desk) Unfinished(ctx context.Context, tag string) ([]vault.Unfinished, error) {
	all, err := d.vault.Unfinished()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	id, err := d.ws.EvidenceIdentity(ctx, tag)
	if err != nil {
		return nil, err
	}
	recorded, err := d.batches(ctx, tag)
	if err != nil {
		return nil, err
	}
	var mine []vault.Unfinished
	for _, u := range all {
		switch {
		case recorded[u.ID]: // cut off after its entry was committed: nothing is left to do
			if err := d.vault.Discard(u.ID); err != nil {
				return nil, err
			}
		case d.vault.Opens(u.ID, id):
			mine = append(mine, u)
		}
	}
	return mine, nil
}

// batches are the acts of collecting that the case's entries tell of.
func (d *Desk) batches(ctx context.Context, tag string) (map[string]bool, error) {
	collections, err := d.collections(ctx, tag)
	out := make(map[string]bool, len(collections))
	for _, c := range collections {
		out[c.Batch] = true
	}
	return out, err
}

// Discard drops an interrupted collection.
func (d *Desk) Discard(id string) error { return d.vault.Discard(id) }

// AddPaths collects files and folders as one collection.
func (d *Desk) AddPaths(ctx context.Context, tag string, said event.Said, p Paths) (Gathered, error) {
	batch, earlier, err := d.begin(ctx, tag, p.Resume)
	if err != nil {
		return Gathered{}, err
	}
	own, err := d.ownPaths()
	if err != nil {
		return Gathered{}, err
	}
	result, err := collect.Collect(ctx, collect.Options{
		Batch: batch, Roots: p.Paths, Exclude: own, Earlier: earlier, Progress: p.Progress,
	})
	if err != nil {
		return Gathered{Skipped: result.Skipped}, errors.Join(err, leave(ctx, batch, err, p.Resume != ""))
	}
	got := cases.Collected{
		Title: p.Title, Kind: kindOf(result), Note: p.Note, Items: len(result.Lines), Bytes: result.Bytes,
	}
	for _, r := range result.Roots {
		got.Paths = append(got.Paths, r.Path)
	}
	if got.Title == "" {
		got.Title = titleOf(p.Paths)
	}
	nameRoots(result)
	for _, s := range result.Skipped {
		got.Skips = append(got.Skips, cases.Skip{Name: s.Name, Reason: s.Reason})
	}
	got.Skipped = len(result.Skipped)
	out, err := d.finish(ctx, tag, said, batch, got, result.Lines, p.Resume != "")
	out.Skipped, out.Reused = result.Skipped, result.Reused
	return out, err
}

// nameRoots gives what was skipped as a whole the path it was asked for by.
func nameRoots(r collect.Result) {
	for i, s := range r.Skipped {
		if s.Name == "." && s.Root > 0 && s.Root <= len(r.Roots) {
			r.Skipped[i].Name = r.Roots[s.Root-1].Path
		}
	}
}

// ownPaths are the workspace's folder under both its names; collecting leaves
// it out.
func (d *Desk) ownPaths() ([]string, error) {
	named, err := filepath.Abs(d.ws.Dir())
	if err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(named)
	if err != nil {
		return nil, err
	}
	return []string{named, real}, nil
}

// leave ends a batch that came to nothing. What was interrupted (by the officer
// or by a source that went away), and what an earlier run had read, stays for
// Resume; what failed by itself is removed.
func leave(ctx context.Context, batch *vault.Batch, why error, resumed bool) error {
	if resumed || ctx.Err() != nil || errors.Is(why, collect.ErrRootGone) {
		batch.Suspend()
		return nil
	}
	return batch.Abort()
}

func (d *Desk) begin(ctx context.Context, tag, resume string) (*vault.Batch, []vault.Noted, error) {
	id, err := d.ws.EvidenceIdentity(ctx, tag)
	if err != nil {
		return nil, nil, err
	}
	if resume != "" {
		return d.vault.Resume(resume, []age.Identity{id}, id.Recipient())
	}
	batch, err := d.vault.Begin(id.Recipient())
	return batch, nil, err
}

// finish stores the manifest, puts every byte on the disk, and only then
// records the collection.
func (d *Desk) finish(ctx context.Context, tag string, said event.Said, batch *vault.Batch, got cases.Collected, lines []collect.Line, resumed bool) (Gathered, error) {
	object, err := batch.Add(ctx, collect.NewManifestReader(lines))
	if err != nil {
		return Gathered{}, errors.Join(fmt.Errorf("store manifest: %w", err), leave(ctx, batch, err, resumed))
	}
	segments, err := batch.Seal(ctx)
	if err != nil {
		return Gathered{}, errors.Join(fmt.Errorf("seal segments: %w", err), leave(ctx, batch, err, resumed))
	}
	if got.Manifest, err = toCase(object); err != nil {
		return Gathered{}, err
	}
	got.Segments, got.Batch = segmentsOf(segments), batch.ID()
	got.Inline = inline(lines)
	out := Gathered{Items: int64(got.Items), Bytes: got.Bytes, SHA256: got.Manifest.SHA256}
	err = store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error {
		out.Collection, err = c.Collect(got)
		return err
	})
	if err != nil {
		return Gathered{}, errors.Join(err, batch.Abort())
	}
	return out, batch.Done()
}

func inline(lines []collect.Line) []cases.Item {
	if len(lines) > cases.MaxInline {
		return nil
	}
	out := make([]cases.Item, len(lines))
	for i, l := range lines {
		out[i] = CaseItem(l)
	}
	return out
}

// CaseItem is a line of a manifest as a case shows it.
func CaseItem(l collect.Line) cases.Item {
	out := cases.Item{N: int(l.N), Name: displayName(l.Name), Kind: string(l.Kind), Size: l.Object.Size}
	if l.Stored {
		out.SHA256 = l.Object.SHA256.String()
	}
	notes := make([]string, len(l.Notes))
	for i, n := range l.Notes {
		notes[i] = string(n)
	}
	out.Note = strings.Join(notes, ", ")
	return out
}

func kindOf(r collect.Result) string {
	if len(r.Lines) == 1 && r.Lines[0].Kind == collect.File {
		return kindOfName(r.Lines[0].Name)
	}
	return "folder"
}

func titleOf(paths []string) string {
	title := displayName(filepath.Base(filepath.Clean(paths[0])))
	if abs, err := filepath.Abs(paths[0]); err == nil {
		title = displayName(filepath.Base(abs))
	}
	if len(paths) > 1 {
		title += fmt.Sprintf(" and %d more", len(paths)-1)
	}
	return title
}

// AddText stores text, usually from standard input, as a collection of one item.
func (d *Desk) AddText(ctx context.Context, tag string, said event.Said, title string, r io.Reader) (Gathered, error) {
	batch, _, err := d.begin(ctx, tag, "")
	if err != nil {
		return Gathered{}, err
	}
	line, err := collect.AddReader(ctx, batch, title, collect.Text, r, time.Now())
	if err != nil {
		return Gathered{}, errors.Join(err, batch.Abort())
	}
	got := cases.Collected{Title: title, Kind: "text", Items: 1, Bytes: line.Object.Size}
	return d.finish(ctx, tag, said, batch, got, []collect.Line{line}, false)
}

// Run runs a program without a shell and stores what it wrote.
func (d *Desk) Run(ctx context.Context, tag string, said event.Said, argv []string) (Gathered, collect.Command, error) {
	batch, _, err := d.begin(ctx, tag, "")
	if err != nil {
		return Gathered{}, collect.Command{}, err
	}
	ran, err := collect.RunCommand(ctx, collect.CommandOptions{Batch: batch, Argv: argv})
	if err != nil {
		return Gathered{}, ran, errors.Join(err, batch.Abort())
	}
	got := cases.Collected{Title: commandTitle(argv), Kind: "cmd", Items: len(ran.Lines), Command: &cases.Command{
		Argv: ran.Argv, Binary: ran.Path, SHA256: ran.SHA256.String(), Dir: ran.Dir,
		Start: instant.Of(ran.Start), End: instant.Of(ran.End), Exit: ran.Exit, Signal: ran.Signal,
	}}
	for _, l := range ran.Lines {
		got.Bytes += l.Object.Size
	}
	// A cancelled command still leaves what it wrote as evidence.
	out, err := d.finish(context.WithoutCancel(ctx), tag, said, batch, got, ran.Lines, false)
	return out, ran, err
}
