package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/vault"
)

// ErrNotPending is returned for an interrupted collection that the case does not
// have.
var ErrNotPending = errors.New("no such interrupted collection; 'evidence pending' shows them")

// InterruptedError says that collecting stopped and that what was read is kept
// under an id, for [Paths.Resume].
type InterruptedError struct {
	ID  string
	Err error
}

// Error is why it stopped.
func (e *InterruptedError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *InterruptedError) Unwrap() error { return e.Err }

// Pending is a collection of files and folders that was interrupted.
type Pending struct {
	ID    string
	Paths []string // absolute, bytes as found
	Title string
	Note  string
	Begun time.Time
	Bytes int64 // that its files take in the vault
	// Started says that something of it is complete and is not read again.
	Started bool

	about about
}

// about is what a batch says of itself until its entry does.
type about struct {
	Roots []aboutRoot `json:"roots"`
	Title string      `json:"title"`
	Note  string      `json:"note,omitempty"`
	Begun time.Time   `json:"begun"`
}

type aboutRoot struct {
	Path  []byte `json:"path"`
	There bool   `json:"there"` // it existed when collecting began
}

func newAbout(paths []string, title, note string, now time.Time) (about, error) {
	out := about{Title: title, Note: note, Begun: now}
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			return out, fmt.Errorf("collect %s: %w", collect.ValidName(p), err)
		}
		_, err = os.Stat(abs)
		out.Roots = append(out.Roots, aboutRoot{[]byte(abs), err == nil})
	}
	return out, nil
}

func (a about) paths() []string {
	out := make([]string, len(a.Roots))
	for i, r := range a.Roots {
		out[i] = string(r.Path)
	}
	return out
}

// stillThere refuses to go on without a path that was there before: what it
// held would be recorded as gone.
func (a about) stillThere() error {
	for _, r := range a.Roots {
		if !r.There {
			continue
		}
		if _, err := os.Stat(string(r.Path)); err != nil {
			return fmt.Errorf("%w: %w", collect.ErrRootGone, err)
		}
	}
	return nil
}

// Asks reports whether the paths are those of the interrupted collection.
func (p Pending) Asks(paths []string) bool {
	asked, err := newAbout(paths, "", "", time.Time{})
	return err == nil && slices.Equal(slices.Sorted(slices.Values(asked.paths())), slices.Sorted(slices.Values(p.Paths)))
}

// Unfinished lists the interrupted collections of a case, oldest first.
func (d *Desk) Unfinished(ctx context.Context, tag string) ([]Pending, error) {
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
	var mine []Pending
	for _, u := range all {
		if recorded[u.ID] { // cut off after its entry was committed: nothing is left to do
			if err := d.vault.Discard(u.ID); err != nil && !errors.Is(err, vault.ErrBusy) {
				return nil, err
			}
			continue
		}
		if p, ok := d.pending(u, id); ok {
			mine = append(mine, p)
		}
	}
	slices.SortStableFunc(mine, func(a, b Pending) int { return a.Begun.Compare(b.Begun) })
	return mine, nil
}

// pending reads what a batch says of itself; one of another case does not open.
func (d *Desk) pending(u vault.Unfinished, with age.Identity) (Pending, bool) {
	data, err := d.vault.About(u.ID, with)
	if err != nil {
		return Pending{}, false
	}
	var a about
	if json.Unmarshal(data, &a) != nil {
		return Pending{}, false
	}
	return Pending{
		ID: u.ID, Paths: a.paths(), Title: a.Title, Note: a.Note, Begun: a.Begun, Bytes: u.Bytes, Started: u.Parts > 0, about: a,
	}, true
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

// Discard drops an interrupted collection of a case.
func (d *Desk) Discard(ctx context.Context, tag, id string) error {
	if _, err := d.findPending(ctx, tag, id); err != nil {
		return err
	}
	return d.vault.Discard(id)
}

func (d *Desk) findPending(ctx context.Context, tag, id string) (Pending, error) {
	all, err := d.Unfinished(ctx, tag)
	if err != nil {
		return Pending{}, err
	}
	for _, p := range all {
		if p.ID == id {
			return p, nil
		}
	}
	return Pending{}, fmt.Errorf("%w: %.40q", ErrNotPending, id)
}
