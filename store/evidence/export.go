package evidence

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
)

// Export says where a case goes and what goes with it.
type Export struct {
	Dir      string          // the bag; new or empty
	To       []age.Recipient // if any: Dir is one encrypted file instead
	Audience string          // for the record; of a copy it is known
	Copy     *Copy           // for whom it is made; nil: the whole case
	Files    []bag.File      // reports and the like
	Limits   []string        // what is not verified, a sentence each
	Progress func(bag.Progress)
}

// Export writes the case as a bag that a stranger can verify, after the ledger
// was verified. That it is begun is recorded before its first byte and what
// became of it afterwards: no crash leaves a bag that the ledger does not know.
// Every item is hashed while it is copied; one that is not what was collected
// stops the export.
func (d *Desk) Export(ctx context.Context, tag string, said event.Said, x Export) (bag.Summary, error) {
	x.Audience = x.reader()
	limits, err := d.ledgerHolds(ctx, tag)
	if err != nil {
		return bag.Summary{}, err
	}
	if err := bag.Vacant(x.Dir, len(x.To) > 0); err != nil {
		return bag.Summary{}, err
	}
	out, err := d.leaveOut(ctx, tag, x.Copy)
	if err != nil {
		return bag.Summary{}, err
	}
	id, err := d.beginExport(ctx, tag, said, x)
	if err != nil {
		return bag.Summary{}, err
	}
	contents, err := d.contents(ctx, tag, out)
	if err != nil {
		return bag.Summary{}, d.exportFailed(ctx, tag, id, err)
	}
	r, err := d.ws.Roster(ctx)
	if err != nil {
		return bag.Summary{}, d.exportFailed(ctx, tag, id, err)
	}
	contents.Files, contents.Limits = x.Files, slices.Concat(x.Limits, retired(r))
	for _, limit := range limits {
		if !slices.Contains(x.Limits, limit) {
			contents.Limits = append(contents.Limits, limit)
		}
	}
	sum, err := d.writeBag(ctx, x, contents)
	if err != nil {
		return sum, d.exportFailed(ctx, tag, id, fmt.Errorf("write bag: %w", err))
	}
	return sum, d.recordExport(ctx, tag, said, id, x, contents, sum)
}

func (d *Desk) writeBag(ctx context.Context, x Export, contents bag.Contents) (bag.Summary, error) {
	options := bag.Options{Words: words, Progress: x.Progress}
	sign := func(_ context.Context, namespace string, message io.Reader) ([]byte, error) {
		return d.ws.Keys().SignAuthority(namespace, message)
	}
	if len(x.To) > 0 {
		return bag.WriteEncrypted(ctx, x.Dir, x.To, contents, sign, options)
	}
	return bag.Write(ctx, x.Dir, contents, sign, options)
}

// reader is for whom the bag is, for the record.
func (x Export) reader() string {
	if x.Audience != "" || x.Copy == nil {
		return x.Audience
	}
	return strings.TrimSpace(x.Copy.Order.For + " " + x.Copy.Order.Whose)
}

// where is the bag's place for the record.
func (x Export) where() string {
	where, err := filepath.Abs(x.Dir)
	if err != nil {
		where = x.Dir
	}
	return displayName(where)
}

// beginExport records what is about to be written.
func (d *Desk) beginExport(ctx context.Context, tag string, said event.Said, x Export) (id string, err error) {
	var heads []cases.Head
	for _, h := range d.ws.Heads() {
		heads = append(heads, cases.Head{Log: h.Log, Size: h.Size, Root: h.Root.String()})
	}
	err = store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error {
		id, err = c.BeginExport(x.where(), x.Audience, heads)
		return err
	})
	return id, err
}

// exportFailed records that nothing came of an export, unless something of it
// is left: then a person has to look.
func (d *Desk) exportFailed(ctx context.Context, tag, id string, why error) error {
	if errors.Is(why, bag.ErrLeft) {
		return why
	}
	err := d.DropExport(context.WithoutCancel(ctx), tag, event.Said{}, id, "nothing of it is left: "+displayName(why.Error()))
	return errors.Join(why, err)
}

// DropExport records what became of an export that was not finished.
func (d *Desk) DropExport(ctx context.Context, tag string, said event.Said, id, reason string) error {
	return store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error { return c.DropExport(id, reason) })
}

// recordExport makes the entry and keeps the checkpoints that left the laptop.
func (d *Desk) recordExport(ctx context.Context, tag string, said event.Said, id string, x Export, c bag.Contents, sum bag.Summary) error {
	err := store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error {
		if err := c.Exported(x.where(), sum.TagManifestSHA256.String(), x.Audience); err != nil {
			return err
		}
		return c.FinishExport(id)
	})
	if err != nil {
		return err
	}
	for _, l := range c.Logs {
		if err := d.ws.KeepCheckpoint(ctx, l.ID, l.Checkpoint, "export "+sum.TagManifestSHA256.String()); err != nil {
			return err
		}
	}
	return nil
}

func words(key ssh.PublicKey) []string {
	w := keys.Words(key)
	return w[:]
}

// Snapshot copies a case as it is now, for who reads it outside of the
// workspace's lock.
func Snapshot(ctx context.Context, w *store.Workspace, tag string) (cases.Case, error) {
	var data []byte
	var c cases.Case
	err := store.View(ctx, w, tag, func(now *cases.Case) (err error) {
		data, err = json.Marshal(now)
		return err
	})
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		return c, fmt.Errorf("copy case: %w", err)
	}
	return c, nil
}

// contents gathers what a bag holds of a case.
func (d *Desk) contents(ctx context.Context, tag string, left *cut) (bag.Contents, error) {
	r, err := d.ws.Roster(ctx)
	if err != nil {
		return bag.Contents{}, err
	}
	whole, err := Snapshot(ctx, d.ws, tag)
	if err != nil {
		return bag.Contents{}, err
	}
	c := left.shown(&whole)
	me := d.ws.Keys().Officer()
	out := bag.Contents{
		Case: c.Number, CaseTag: tag, Drill: c.Drill(), Organisation: r.Org,
		Officer: bag.Officer{ID: me.ID, Name: me.Name, Key: me.Authority}, Created: d.ws.Now(),
	}
	for _, collection := range whole.Collections {
		part, err := d.collection(ctx, tag, collection)
		if err != nil {
			return bag.Contents{}, err
		}
		part.Withheld = left.why(collection.Entry)
		out.Collections = append(out.Collections, part)
	}
	out.Items, out.Withheld = d.items(ctx, tag, c.Collections, left), d.withheld(ctx, tag, c.Collections, left)
	if out.Seals, err = seals(*c, r); err != nil {
		return bag.Contents{}, err
	}
	out.Custody = d.custody(ctx, tag, *c, r)
	signed, err := d.ws.Checkpoints(ctx)
	if err != nil {
		return bag.Contents{}, err
	}
	for _, s := range signed {
		out.Logs = append(out.Logs, bag.Log{ID: s.Head.Log, Device: s.Device, Checkpoint: s.Note})
	}
	out.Entries = d.entries(ctx, tag, signed, left)
	return out, nil
}

func (d *Desk) collection(ctx context.Context, tag string, c cases.Collection) (bag.Collection, error) {
	object, err := currentManifest(c)
	if err != nil {
		return bag.Collection{}, err
	}
	id, err := d.ws.EvidenceIdentity(ctx, tag)
	if err != nil {
		return bag.Collection{}, err
	}
	return bag.Collection{
		ID: c.ID, Size: object.Size, SHA256: ledger.Hash(object.SHA256),
		Open: func(ctx context.Context) (io.ReadCloser, error) { return d.vault.Read(ctx, object, id) },
	}, nil
}

// errStopped ends a walk whose reader has had enough.
var errStopped = errors.New("stopped")

func (d *Desk) items(ctx context.Context, tag string, collections []cases.Collection, left *cut) iter.Seq2[bag.Item, error] {
	return func(yield func(bag.Item, error) bool) {
		err := d.itemsOf(ctx, tag, collections, func(c cases.Collection, i Item) error {
			if !i.Line.Stored || lost(c, i.Line.N) || left.items[i.Ref] != "" {
				return nil
			}
			item := bag.Item{
				Collection: c.ID, Line: i.Line.N, Size: i.Line.Object.Size, SHA256: ledger.Hash(i.Line.Object.SHA256),
				Open: func(ctx context.Context) (io.ReadCloser, error) { return d.OpenItem(ctx, tag, i) },
			}
			if !yield(item, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(bag.Item{}, err)
		}
	}
}

func (d *Desk) withheld(ctx context.Context, tag string, collections []cases.Collection, left *cut) iter.Seq2[bag.Withheld, error] {
	gone := len(left.items) > 0
	for _, c := range collections {
		gone = gone || len(c.Lost) > 0
	}
	if !gone {
		return nil
	}
	return func(yield func(bag.Withheld, error) bool) {
		err := d.itemsOf(ctx, tag, collections, func(c cases.Collection, i Item) error {
			loss := lossOf(c, i.Line.N)
			kept := left.items[i.Ref]
			if !i.Line.Stored || loss == nil && kept == "" {
				return nil
			}
			w := bag.Withheld{
				Collection: c.ID, Line: i.Line.N, SHA256: ledger.Hash(i.Line.Object.SHA256),
				State: bag.StateWithheld, Reason: kept,
			}
			if loss != nil {
				w.State, w.Reason = bag.StateDestroyed, cmp.Or(left.why(loss.Entry), loss.Reason)
			}
			if !yield(w, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(bag.Withheld{}, err)
		}
	}
}

// entries are the case's entries with their proofs against the checkpoints.
func (d *Desk) entries(ctx context.Context, tag string, signed []store.Checkpoint, left *cut) iter.Seq2[bag.Entry, error] {
	return func(yield func(bag.Entry, error) bool) {
		for e, err := range d.ws.Disclose(ctx, tag, signed) {
			if err != nil {
				yield(bag.Entry{}, err)
				return
			}
			out := bag.Entry{Leaf: e.Leaf, Salt: e.Salt, Body: e.Body, Proof: e.Proof}
			if e.Body == nil {
				out.State, out.Reason = bag.StateDestroyed, "the body was destroyed or is damaged"
			} else if reason, err := left.entry(e.Leaf); err != nil {
				yield(bag.Entry{}, err)
				return
			} else if reason != "" {
				out.State, out.Reason, out.Body = bag.StateWithheld, reason, nil
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}
