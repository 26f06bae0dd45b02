package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/posko-ir/posko/store/ledger"
)

// loadLog reads the state of a log from its right edge alone, whatever its
// size, and checks it against the newest signed checkpoint.
func (w *Workspace) loadLog(ctx context.Context, q reader, l *logState) error {
	var newest sql.NullInt64
	err := q.QueryRowContext(ctx, "SELECT max(id) FROM entry WHERE id >= ? AND id < ?",
		rowID(l.row, 0), rowID(l.row+1, 0)).Scan(&newest)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	if newest.Valid {
		if err := w.loadEdge(ctx, q, l, newest.Int64); err != nil {
			return err
		}
	}
	if l.broken {
		return nil
	}
	return w.checkSigned(ctx, q, l)
}

func (w *Workspace) loadEdge(ctx context.Context, q reader, l *logState, newest int64) error {
	_, seq := splitRowID(newest)
	f, err := ledger.FrontierAt(seq+1, w.nodes(ctx, q, l))
	if errors.Is(err, ledger.ErrNodes) {
		w.alarm(Alarm{Log: l.id, Seq: seq, Reason: "entries are missing: " + err.Error()})
		l.broken = true
		l.frontier.Size = seq + 1
		return nil
	}
	if err != nil {
		return err
	}
	l.frontier = f
	var sealed, nodes []byte
	if err := q.QueryRowContext(ctx, "SELECT leaf, nodes FROM entry WHERE id = ?", newest).Scan(&sealed, &nodes); err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	l.prev = splitHashes(nodes)[0]
	plain, err := w.atRest.openLeaf(newest, sealed)
	if err == nil {
		var leaf ledger.Leaf
		if leaf, err = ledger.ParseLeaf(plain); err == nil {
			l.last = &leaf
		}
	}
	if err != nil {
		w.alarm(Alarm{Log: l.id, Seq: seq, Reason: "the entry is damaged and counts as destroyed"})
	}
	return nil
}

// NodesOf reads the stored tree hashes of a log, for proofs.
func (w *Workspace) NodesOf(ctx context.Context, log string) ledger.Nodes {
	w.mu.RLock()
	defer w.mu.RUnlock()
	l := w.logByID(log)
	if l == nil {
		return func(uint64) ([]ledger.Hash, error) { return nil, ledger.ErrNodes }
	}
	return w.nodes(ctx, w.db.read, l)
}
