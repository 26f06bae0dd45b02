package evidence

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/collect"
)

// ErrOneFile is returned where one picture or scan is asked for and the path
// leads to something else.
var ErrOneFile = errors.New("give one file that can be read, not a folder")

// Taken is a thing as it was taken into custody.
type Taken struct {
	Title string
	Note  string
	Thing cases.Thing
	Photo string // path of its picture, if there is one
}

// AddThing records a thing. Line 1 of its manifest says what it is, so that a
// seal covers the words; the photo is line 2.
func (d *Desk) AddThing(ctx context.Context, tag string, said event.Said, t Taken) (Gathered, error) {
	t.Title = canonical.Text(t.Title)
	err := store.Update(ctx, d.ws, tag, said, func(c *cases.Case) (err error) {
		t.Thing, err = c.MayRecordThing(t.Title, t.Note, t.Thing)
		return err
	})
	if err != nil {
		return Gathered{}, err
	}
	act, err := d.begin(ctx, tag, "", nil)
	if err != nil {
		return Gathered{}, err
	}
	lines := []collect.Line{collect.ThingLine(t.Title, collect.Thing(t.Thing))}
	got := cases.Collected{Title: t.Title, Note: t.Note, Kind: cases.ThingCollection}
	if t.Photo != "" {
		photo, from, err := oneFile(ctx, act, t.Photo)
		if err != nil {
			return Gathered{}, act.stopped(ctx, fmt.Errorf("read photo: %w", err))
		}
		photo.N = 2
		lines, got.Paths, got.Bytes = append(lines, photo), []string{from}, photo.Object.Size
	}
	got.Items = len(lines)
	return d.finishAs(ctx, tag, said, act, got, lines, func(c *cases.Case, got cases.Collected) (string, error) {
		return c.RecordThing(got, t.Thing)
	})
}

// oneFile stores a single file.
func oneFile(ctx context.Context, a *act, name string) (line collect.Line, from string, err error) {
	if from, err = filepath.Abs(name); err != nil {
		return line, "", err
	}
	if info, err := os.Stat(from); err != nil || !info.Mode().IsRegular() {
		return line, "", cmp.Or(err, ErrOneFile)
	}
	result, err := collect.Collect(ctx, collect.Options{Batch: a.batch, Roots: []string{from}})
	if err != nil {
		return line, "", err
	}
	if len(result.Lines) != 1 || result.Lines[0].Kind != collect.File || !result.Lines[0].Stored {
		return line, "", ErrOneFile
	}
	return result.Lines[0], collect.ValidName(from), nil
}

// FormBack stores the signed scan of a form of hand-over and records, in the
// same update, that the form is back.
func (d *Desk) FormBack(ctx context.Context, tag string, said event.Said, form, scan string) (Gathered, error) {
	title := "Form " + form + ", signed"
	err := store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error {
		if err := c.MayFormBack(form); err != nil {
			return err
		}
		return c.MayCollect(title, "")
	})
	if err != nil {
		return Gathered{}, err
	}
	act, err := d.begin(ctx, tag, "", nil)
	if err != nil {
		return Gathered{}, err
	}
	line, from, err := oneFile(ctx, act, scan)
	if err != nil {
		return Gathered{}, act.stopped(ctx, fmt.Errorf("read scan: %w", err))
	}
	got := cases.Collected{
		Title: title, Kind: cases.FileKind(path.Base(line.Name)), Paths: []string{from}, Items: 1, Bytes: line.Object.Size,
	}
	return d.finishAs(ctx, tag, said, act, got, []collect.Line{line}, func(c *cases.Case, got cases.Collected) (string, error) {
		collection, err := c.Collect(got)
		if err != nil {
			return "", err
		}
		return collection, c.FormBack(form, collection+"/1")
	})
}
