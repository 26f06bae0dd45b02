package evidence

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
)

// ErrCannotSweep is returned when it cannot be known which segments are needed:
// an entry that may name some cannot be read here.
var ErrCannotSweep = errors.New("an entry about evidence cannot be read on this laptop, so nothing was removed")

// Swept is what Sweep removed and what it left.
type Swept struct {
	Batches  int      // interrupted collections, and files that copying left
	Segments []string // sealed segments that no entry names
	Left     []string // such segments that are too young, or that an unfinished collection may need
}

// Sweep removes what crashes left in the vault and nobody touched for olderThan:
// interrupted collections, and sealed segments that no entry names, because the
// crash came before the entry, or after the entry that destroyed them. It runs
// only over a ledger that verifies and that this officer can read completely.
// Give it a day or more: another process may be about to write its entry.
func (d *Desk) Sweep(ctx context.Context, olderThan time.Duration) (Swept, error) {
	if _, err := d.casesToAsk(ctx); err != nil {
		return Swept{}, err
	}
	before := time.Now().Add(-olderThan)
	var out Swept
	var err error
	if out.Batches, err = d.vault.Sweep(before); err != nil {
		return out, err
	}
	// In this order: what is sealed and recorded meanwhile is either not listed,
	// or its batch was seen, or the entry is.
	waiting, err := d.batchesLeft()
	if err != nil {
		return out, err
	}
	segments, err := d.vault.Orphans(func(string) bool { return false })
	if err != nil {
		return out, err
	}
	known, err := d.namedSegments(ctx)
	if err != nil {
		return out, err
	}
	for _, name := range slices.DeleteFunc(segments, func(name string) bool { return known[name] }) {
		path, err := d.vault.Path(name)
		if err != nil {
			return out, err
		}
		if info, err := os.Stat(path); waiting || err != nil || info.ModTime().After(before) {
			out.Left = append(out.Left, name)
			continue
		}
		if err := d.vault.Remove(name); err != nil {
			return out, err
		}
		out.Segments = append(out.Segments, name)
	}
	return out, nil
}

// batchesLeft reports whether any collection is unfinished or at work. It may
// have sealed segments that its entry is still to name.
func (d *Desk) batchesLeft() (bool, error) {
	found, err := os.ReadDir(filepath.Join(d.vault.Dir(), "tmp")) // where the vault keeps batches
	if err != nil {
		return false, fmt.Errorf("look for unfinished collections: %w", err)
	}
	for _, f := range found {
		if f.IsDir() {
			return true, nil
		}
	}
	return false, nil
}

// casesToAsk are the tags of all cases. Any doubt is an error: what no case
// names is deleted.
func (d *Desk) casesToAsk(ctx context.Context) (map[string]bool, error) {
	if _, err := d.ledgerHolds(ctx, ""); err != nil {
		return nil, err
	}
	events, err := d.ws.Events(ctx, "*")
	if err != nil {
		return nil, err
	}
	tags := map[string]bool{}
	for _, e := range events {
		if e.Case == "" {
			continue
		}
		if !cases.Known(e.Kind) || e.Destroyed && !cases.Destroyable(e.Kind) {
			return nil, fmt.Errorf("%w: entry %s", ErrCannotSweep, e.ID)
		}
		tags[e.Case] = true
	}
	return tags, nil
}

// namedSegments are those that the cases need now.
func (d *Desk) namedSegments(ctx context.Context) (map[string]bool, error) {
	tags, err := d.casesToAsk(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for tag := range tags {
		err := store.View(ctx, d.ws, tag, func(c *cases.Case) error {
			for _, col := range c.Collections {
				segments, _ := col.Stored()
				for _, s := range segments {
					known[s.Name] = true
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}
