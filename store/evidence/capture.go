package evidence

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store/collect"
)

// Capture is what an outside system gave, part by part.
type Capture struct {
	Note  string
	Paths []string               // where it comes from
	Parts iter.Seq2[Part, error] // one is read to its end before the next is asked for
}

// Part is one item of a capture.
type Part struct {
	Name   string
	Reader io.Reader
	Cut    func() bool // asked once it was read: was it longer than the limit?
}

// AddCapture asks whether there may be a collection of this title, lets capture
// bring what it is of, and stores it. If capture fails nothing is recorded.
func (d *Desk) AddCapture(ctx context.Context, tag string, said event.Said, title string, capture func(context.Context) (Capture, error)) (Gathered, error) {
	title = short(title, 180)
	if err := d.mayCollect(ctx, tag, said, title, ""); err != nil {
		return Gathered{}, err
	}
	from, err := capture(ctx)
	if err != nil {
		return Gathered{}, err
	}
	act, err := d.begin(ctx, tag, "", nil)
	if err != nil {
		return Gathered{}, err
	}
	got := cases.Collected{Title: title, Kind: cases.WebCollection, Note: from.Note, Paths: from.Paths}
	var lines []collect.Line
	for part, err := range from.Parts {
		if err != nil {
			return Gathered{}, act.stopped(ctx, err)
		}
		line, err := collect.AddReader(ctx, act.batch, part.Name, collect.Web, part.Reader, time.Now())
		if err != nil {
			return Gathered{}, act.stopped(ctx, err)
		}
		line.N = int64(len(lines)) + 1
		if part.Cut != nil && part.Cut() {
			line.Notes = append(line.Notes, collect.Limited)
		}
		lines, got.Bytes = append(lines, line), got.Bytes+line.Object.Size
	}
	got.Items = len(lines)
	return d.finish(ctx, tag, said, act, got, lines)
}
