package store

import (
	"context"
	"crypto/cipher"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store/ledger"
)

// foldVersion is part of every snapshot: a program that folds differently does
// not use it.
const foldVersion = 2

// snapshotAfter is how many new entries make a new snapshot worth its write.
const snapshotAfter = 100

const listKind = "list"

// snapshot is the one cache: the fold of all entries up to the heads.
type snapshot struct {
	Fold    int             `json:"fold"`
	Through int64           `json:"through"`
	Heads   []ledger.Head   `json:"heads"`
	Value   json.RawMessage `json:"value"`
}

var errStale = errors.New("the snapshot is of another ledger or program")

func (w *Workspace) loadSnapshot(ctx context.Context, key cacheKey, c *cached) error {
	row, err := w.subjectRow(ctx, key.subject)
	if err != nil {
		return err
	}
	s, err := w.readSnapshot(ctx, row, key.kind)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(s.Value, c.value); err != nil {
		return fmt.Errorf("read snapshot: %w", err)
	}
	c.through = s.Through
	return nil
}

func (w *Workspace) readSnapshot(ctx context.Context, row int64, kind string) (*snapshot, error) {
	var data []byte
	err := w.db.read.QueryRowContext(ctx, "SELECT data FROM snapshot WHERE subject = ? AND kind = ?", row, kind).Scan(&data)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	aead, err := w.snapshotKey(ctx, row)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nil, data, []byte(kind))
	if err != nil {
		return nil, ErrSealed
	}
	var s snapshot
	if err := json.Unmarshal(plain, &s); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if s.Fold != foldVersion {
		return nil, errStale
	}
	for _, head := range s.Heads {
		l := w.logByID(head.Log)
		if l == nil || head.Size > l.frontier.Size {
			return nil, errStale
		}
		root, err := ledger.RootAt(head.Size, w.nodes(ctx, w.db.read, l))
		if err != nil || root != head.Root {
			return nil, errStale
		}
	}
	return &s, nil
}

func (w *Workspace) snapshotKey(ctx context.Context, row int64) (cipher.AEAD, error) {
	s, err := w.secretsOf(ctx, row)
	if err != nil {
		return nil, err
	}
	return subkey(s.Key, "posko snapshot v1")
}

// saveSnapshots writes what has grown enough since its last snapshot.
func (w *Workspace) saveSnapshots(ctx context.Context) error {
	grown := w.listTail >= snapshotAfter
	for _, c := range w.cached {
		grown = grown || c.tail >= snapshotAfter
	}
	if !grown {
		return nil
	}
	tx, err := w.db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("save snapshots: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // no-op after Commit
	// Another process may have destroyed what a value here still holds.
	if err := w.catchUp(ctx, tx); err != nil {
		return err
	}
	if err := w.writeSnapshots(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("save snapshots: %w", err)
	}
	return nil
}

func (w *Workspace) writeSnapshots(ctx context.Context, tx *sql.Tx) error {
	heads := make([]ledger.Head, len(w.logs))
	for i, l := range w.logs {
		heads[i] = l.head()
	}
	if w.listTail >= snapshotAfter {
		value := listSnapshot{List: w.list, Opened: w.opened}
		if err := w.writeSnapshot(ctx, tx, 0, listKind, w.listed, heads, value); err != nil {
			return err
		}
		w.listTail = 0
	}
	for key, c := range w.cached {
		if c.tail < snapshotAfter {
			continue
		}
		if err := w.writeSnapshot(ctx, tx, w.subjects[key.subject], key.kind, c.through, heads, c.value); err != nil {
			return err
		}
		c.tail = 0
	}
	return nil
}

func (w *Workspace) writeSnapshot(ctx context.Context, tx *sql.Tx, row int64, kind string, through int64, heads []ledger.Head, value any) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode snapshot: %w", err)
	}
	plain, err := json.Marshal(snapshot{Fold: foldVersion, Through: through, Heads: heads, Value: encoded})
	if err != nil {
		return fmt.Errorf("encode snapshot: %w", err)
	}
	aead, err := w.snapshotKey(ctx, row)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO snapshot (subject, kind, data) VALUES (?, ?, ?)",
		row, kind, aead.Seal(nil, nil, plain, []byte(kind)))
	if err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	return nil
}

// listSnapshot is the snapshot of the list of cases.
type listSnapshot struct {
	List   map[string]*cases.Summary `json:"list"`
	Opened map[string]int            `json:"opened"`
}

func (w *Workspace) loadList(ctx context.Context) error {
	s, err := w.readSnapshot(ctx, 0, listKind)
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, errStale) || errors.Is(err, ErrSealed) {
		return nil // fold from zero
	}
	if err != nil {
		return err
	}
	var value listSnapshot
	if err := json.Unmarshal(s.Value, &value); err != nil {
		return nil //nolint:nilerr // a cache that cannot be read is folded anew
	}
	w.list, w.opened, w.listed = value.List, value.Opened, s.Through
	return nil
}
