package evidence

import (
	"context"
	"encoding/json"
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
	Paths    []string // empty with Resume: those of the interrupted collection
	Title    string   // empty: the first path's name
	Note     string
	Resume   string // id of an interrupted collection; see Unfinished
	Progress func(collect.Progress)
}

// ErrOtherPaths is returned for an interrupted collection of other paths.
var ErrOtherPaths = errors.New("the interrupted collection is of other paths; leave the paths out to go on with it")

// AddPaths collects files and folders as one collection. If it stops and what
// was read is kept, the error is an [InterruptedError].
func (d *Desk) AddPaths(ctx context.Context, tag string, said event.Said, p Paths) (Gathered, error) {
	about, err := d.plan(ctx, tag, &p)
	if err != nil {
		return Gathered{}, err
	}
	if err := d.mayCollect(ctx, tag, said, p.Title, p.Note); err != nil {
		return Gathered{}, err
	}
	own, err := d.ownPaths()
	if err != nil {
		return Gathered{}, err
	}
	act, err := d.begin(ctx, tag, p.Resume, &about)
	if err != nil {
		return Gathered{}, err
	}
	result, err := collect.Collect(ctx, collect.Options{
		Batch: act.batch, Roots: p.Paths, Exclude: own, Earlier: act.earlier, Progress: p.Progress,
	})
	if err == nil && act.resumed {
		err = about.stillThere()
	}
	if err != nil {
		return Gathered{Skipped: result.Skipped}, act.stopped(ctx, err)
	}
	got := cases.Collected{
		Title: p.Title, Kind: kindOf(result), Note: p.Note, Items: len(result.Lines), Bytes: result.Bytes,
	}
	for _, r := range result.Roots {
		got.Paths = append(got.Paths, collect.ValidName(r.Path))
	}
	nameRoots(result)
	for _, s := range result.Skipped {
		got.Skips = append(got.Skips, cases.Skip{Name: collect.ValidName(s.Name), Reason: s.Reason})
	}
	got.Skipped = len(result.Skipped)
	out, err := d.finish(ctx, tag, said, act, got, result.Lines)
	out.Skipped, out.Reused = result.Skipped, result.Reused
	return out, err
}

// plan completes what is to be collected: from what the interrupted collection
// said of itself, or with a title.
func (d *Desk) plan(ctx context.Context, tag string, p *Paths) (about, error) {
	if p.Resume == "" {
		if p.Title == "" && len(p.Paths) > 0 {
			p.Title = titleOf(p.Paths)
		}
		return newAbout(p.Paths, p.Title, p.Note, time.Now())
	}
	waiting, err := d.findPending(ctx, tag, p.Resume)
	if err != nil {
		return about{}, err
	}
	if len(p.Paths) > 0 && !waiting.Asks(p.Paths) {
		return about{}, ErrOtherPaths
	}
	p.Paths = waiting.Paths
	if p.Title == "" {
		p.Title = waiting.Title
	}
	if p.Note == "" {
		p.Note = waiting.Note
	}
	if err := waiting.about.stillThere(); err != nil {
		return about{}, &InterruptedError{p.Resume, err} // it waits on
	}
	return waiting.about, nil
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

// mayCollect refuses before anything is read or run.
func (d *Desk) mayCollect(ctx context.Context, tag string, said event.Said, title, note string) error {
	return store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error { return c.MayCollect(title, note) })
}

// act is one act of collecting on its way into the vault.
type act struct {
	vault   *vault.Vault
	batch   *vault.Batch
	earlier []vault.Noted
	resumed bool
	known   bool // the batch says what it is about, so it can be resumed
}

// begin starts a batch, or goes on with one. With about it can be resumed.
func (d *Desk) begin(ctx context.Context, tag, resume string, about *about) (*act, error) {
	id, err := d.ws.EvidenceIdentity(ctx, tag)
	if err != nil {
		return nil, err
	}
	a := &act{vault: d.vault, resumed: resume != "", known: about != nil}
	if a.resumed {
		a.batch, a.earlier, err = d.vault.Resume(resume, []age.Identity{id}, id.Recipient())
		return a, err
	}
	if a.batch, err = d.vault.Begin(id.Recipient()); err != nil || about == nil {
		return a, err
	}
	data, err := json.Marshal(about)
	if err == nil {
		err = a.batch.Describe(data)
	}
	if err != nil {
		return nil, errors.Join(err, a.batch.Abort())
	}
	return a, nil
}

// stopped ends a batch that came to nothing. What was interrupted (by the
// officer or by a source that went away), and what an earlier run had read,
// stays for another; what failed by itself is removed.
func (a *act) stopped(ctx context.Context, why error) error {
	if a.known && (a.resumed || ctx.Err() != nil || errors.Is(why, collect.ErrRootGone)) {
		a.batch.Suspend()
		return &InterruptedError{a.batch.ID(), why}
	}
	return errors.Join(why, a.batch.Abort())
}

// unrecorded ends a batch that is sealed but has no entry.
func (a *act) unrecorded(why error) error {
	err := errors.Join(why, a.batch.Abort())
	if a.known {
		return &InterruptedError{a.batch.ID(), err}
	}
	return errors.Join(err, a.vault.Discard(a.batch.ID()))
}

// finish stores the manifest, puts every byte on the disk, and only then
// records the collection.
func (d *Desk) finish(ctx context.Context, tag string, said event.Said, a *act, got cases.Collected, lines []collect.Line) (Gathered, error) {
	return d.finishAs(ctx, tag, said, a, got, lines, (*cases.Case).Collect)
}

// finishAs is finish with the rule that records the collection and, in the same
// update, what comes with it.
func (d *Desk) finishAs(ctx context.Context, tag string, said event.Said, a *act, got cases.Collected, lines []collect.Line, record func(*cases.Case, cases.Collected) (string, error)) (Gathered, error) {
	object, err := a.batch.Add(ctx, collect.NewManifestReader(lines))
	if err != nil {
		return Gathered{}, a.stopped(ctx, fmt.Errorf("store manifest: %w", err))
	}
	segments, err := a.batch.Seal(ctx)
	if err != nil {
		return Gathered{}, a.stopped(ctx, fmt.Errorf("seal segments: %w", err))
	}
	if got.Manifest, err = toCase(object); err != nil {
		return Gathered{}, a.unrecorded(err)
	}
	got.Segments, got.Batch = segmentsOf(segments), a.batch.ID()
	got.Inline = inline(lines)
	out := Gathered{Items: int64(got.Items), Bytes: got.Bytes, SHA256: got.Manifest.SHA256}
	err = store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error {
		out.Collection, err = record(c, got)
		return err
	})
	if err != nil {
		return Gathered{}, a.unrecorded(err)
	}
	_ = a.batch.Done() // it is recorded; what stays of the batch is dropped by Unfinished or Sweep
	return out, nil
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
		return cases.FileKind(r.Lines[0].Name)
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
	if err := d.mayCollect(ctx, tag, said, title, ""); err != nil {
		return Gathered{}, err
	}
	act, err := d.begin(ctx, tag, "", nil)
	if err != nil {
		return Gathered{}, err
	}
	line, err := collect.AddReader(ctx, act.batch, title, collect.Text, r, time.Now())
	if err != nil {
		return Gathered{}, act.stopped(ctx, err)
	}
	got := cases.Collected{Title: title, Kind: "text", Items: 1, Bytes: line.Object.Size}
	return d.finish(ctx, tag, said, act, got, []collect.Line{line})
}

// Run runs a program without a shell and stores what it wrote.
func (d *Desk) Run(ctx context.Context, tag string, said event.Said, argv []string) (Gathered, collect.Command, error) {
	if err := d.mayCollect(ctx, tag, said, commandTitle(argv), ""); err != nil {
		return Gathered{}, collect.Command{}, err
	}
	act, err := d.begin(ctx, tag, "", nil)
	if err != nil {
		return Gathered{}, collect.Command{}, err
	}
	ran, err := collect.RunCommand(ctx, collect.CommandOptions{Batch: act.batch, Argv: argv})
	if err != nil {
		return Gathered{}, ran, act.stopped(ctx, err)
	}
	got := cases.Collected{Title: commandTitle(argv), Kind: "cmd", Items: len(ran.Lines), Command: &cases.Command{
		Argv: ran.Argv, Binary: ran.Path, SHA256: ran.SHA256.String(), Dir: ran.Dir,
		Start: instant.Of(ran.Start), End: instant.Of(ran.End), Exit: ran.Exit, Signal: ran.Signal,
	}}
	for _, l := range ran.Lines {
		got.Bytes += l.Object.Size
	}
	// A cancelled command still leaves what it wrote as evidence.
	out, err := d.finish(context.WithoutCancel(ctx), tag, said, act, got, ran.Lines)
	return out, ran, err
}
