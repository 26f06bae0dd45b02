package store

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"iter"
	"time"

	"github.com/posko-ir/posko/store/ledger"
)

// Disclosed is an entry as a stranger can check it: its leaf, the salt and body
// that the leaf commits to, and the proof that the leaf is in the log.
type Disclosed struct {
	Leaf  []byte
	Salt  []byte
	Body  []byte // nil: destroyed
	Proof []ledger.Hash
}

// Checkpoint is a log's newest signed head.
type Checkpoint struct {
	Head   ledger.Head
	Device ed25519.PublicKey
	Note   []byte
}

// Now is what this device's clock says.
func (w *Workspace) Now() time.Time { return w.clock.reading().Wall }

// Checkpoints are the newest signed heads of all logs.
func (w *Workspace) Checkpoints(ctx context.Context) ([]Checkpoint, error) {
	var out []Checkpoint
	for _, l := range w.logStates() {
		c := Checkpoint{Device: l.device}
		if err := w.db.read.QueryRowContext(ctx, "SELECT checkpoint FROM log WHERE id = ?", l.row).Scan(&c.Note); err != nil {
			return nil, fmt.Errorf("read checkpoint: %w", err)
		}
		var err error
		if c.Head, err = ledger.OpenCheckpoint(c.Note, l.id, l.device); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// KeepCheckpoint keeps a checkpoint that left the laptop, for ever: from then on
// verifying holds the log to it.
func (w *Workspace) KeepCheckpoint(ctx context.Context, log string, note []byte, what string) error {
	w.mu.RLock()
	l := w.logByID(log)
	w.mu.RUnlock()
	if l == nil {
		return fmt.Errorf("keep checkpoint: no log %s", log)
	}
	head, err := ledger.OpenCheckpoint(note, l.id, l.device)
	if err != nil {
		return err
	}
	_, err = w.db.write.ExecContext(ctx, "INSERT OR IGNORE INTO witnessed (log, size, note, what) VALUES (?, ?, ?, ?)", l.row, head.Size, note, what)
	if err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	return nil
}

// Disclose yields the entries of a case with their proofs against the given
// checkpoints, in the order of the ledger. Later entries are left out.
func (w *Workspace) Disclose(ctx context.Context, tag string, signed []Checkpoint) iter.Seq2[Disclosed, error] {
	return func(yield func(Disclosed, error) bool) {
		sizes := make(map[string]uint64)
		for _, c := range signed {
			sizes[c.Head.Log] = c.Head.Size
		}
		w.mu.Lock()
		entries, err := w.entriesOf(ctx, tag)
		w.mu.Unlock()
		if err != nil {
			yield(Disclosed{}, err)
			return
		}
		for _, e := range entries {
			if e.Seq >= sizes[e.Log] {
				continue
			}
			out, err := w.disclose(ctx, e, sizes[e.Log])
			if !yield(out, err) || err != nil {
				return
			}
		}
	}
}

func (w *Workspace) entriesOf(ctx context.Context, tag string) ([]rowEvent, error) {
	row, err := w.subjectRow(ctx, tag)
	if err != nil {
		return nil, err
	}
	var out []rowEvent
	for e, err := range w.rows(ctx, w.db.read, "subject = ?", row) {
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (w *Workspace) disclose(ctx context.Context, e rowEvent, size uint64) (Disclosed, error) {
	if e.leaf.Log == "" {
		return Disclosed{}, fmt.Errorf("disclose entry %d: %w", e.Seq, ErrSealed)
	}
	leaf, err := e.leaf.Encode()
	if err != nil {
		return Disclosed{}, err
	}
	out := Disclosed{Leaf: leaf, Salt: e.salt, Body: e.plain}
	out.Proof, err = ledger.ProveInclusion(size, e.Seq, w.NodesOf(ctx, e.Log))
	return out, err
}
