package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store/ledger"
)

// kindCaseOpened is counted for the gap-free case numbers.
const kindCaseOpened = "case.opened/1"

// refresh notices what other processes appended since the last look.
func (w *Workspace) refresh(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return ErrClosed
	}
	var version int64
	if err := w.watch.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
		return fmt.Errorf("look for changes: %w", err)
	}
	if version == w.watched {
		return nil
	}
	tx, err := w.db.snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // only read
	if err := w.extend(ctx, tx); err != nil {
		return err
	}
	w.watched = version
	go w.publish(w.takeHeard())
	return nil
}

// takeHeard hands over the subjects of which others' entries were read since
// the last time.
func (w *Workspace) takeHeard() map[string]bool {
	heard := w.heard
	w.heard = make(map[string]bool)
	return heard
}

// catchUp is refresh for the writer, inside its transaction.
func (w *Workspace) catchUp(ctx context.Context, tx *sql.Tx) error {
	var version int64
	look := tx.StmtContext(ctx, w.db.dataVersion) //nolint:sqlclosecheck // closed with the transaction
	if err := look.QueryRowContext(ctx).Scan(&version); err != nil {
		return fmt.Errorf("look for changes: %w", err)
	}
	if version == w.version {
		return nil
	}
	if err := w.extend(ctx, tx); err != nil {
		return err
	}
	w.version = version
	return nil
}

type reader interface {
	querier
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// extend reads the logs' new entries and folds them into the list.
func (w *Workspace) extend(ctx context.Context, q reader) error {
	if err := w.findLogs(ctx, q); err != nil {
		return err
	}
	for _, l := range w.logs {
		if err := w.extendLog(ctx, q, l); err != nil {
			return err
		}
	}
	return w.foldList(ctx, q)
}

// findLogs adds logs that were not known, at size zero.
func (w *Workspace) findLogs(ctx context.Context, q reader) error {
	var newest int64
	if len(w.logs) > 0 {
		newest = w.logs[len(w.logs)-1].row
	}
	rows, err := q.QueryContext(ctx, "SELECT id, log, device FROM log WHERE id > ? ORDER BY id", newest)
	if err != nil {
		return fmt.Errorf("read logs: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err
	for rows.Next() {
		var l logState
		var device []byte
		if err := rows.Scan(&l.row, &l.id, &device); err != nil {
			return fmt.Errorf("read logs: %w", err)
		}
		l.device = ed25519.PublicKey(device)
		w.logs = append(w.logs, &l)
	}
	return rows.Err()
}

// extendLog verifies the entries beyond what is known of a log and checks the
// result against the newest checkpoint. Damage raises alarms; if the tree no
// longer is what the device signed, the log is not continued.
func (w *Workspace) extendLog(ctx context.Context, q reader, l *logState) error {
	from := rowID(l.row, l.frontier.Size)
	rows, err := q.QueryContext(ctx, "SELECT id, leaf, body, nodes FROM entry WHERE id >= ? AND id < ? ORDER BY id", from, rowID(l.row+1, 0))
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err
	grown := false
	for rows.Next() {
		var id int64
		var leaf, body, nodes []byte
		if err := rows.Scan(&id, &leaf, &body, &nodes); err != nil {
			return fmt.Errorf("read log: %w", err)
		}
		if !w.extendBy(l, id, leaf, body, nodes) {
			break
		}
		grown = true
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	if !grown {
		return nil
	}
	w.epoch++
	w.heard[""] = true
	return w.checkSigned(ctx, q, l)
}

// extendBy takes one more entry into the state of its log and reports whether
// to go on. A damaged leaf counts with the hash that the tree holds of it.
func (w *Workspace) extendBy(l *logState, id int64, sealed, body, nodes []byte) bool {
	_, seq := splitRowID(id)
	if seq != l.frontier.Size {
		w.alarm(Alarm{Log: l.id, Seq: l.frontier.Size, Reason: "the entry is missing"})
		l.broken = true
		return false
	}
	stored := splitHashes(nodes)
	plain, err := w.atRest.openLeaf(id, sealed)
	if err != nil {
		w.alarm(Alarm{Log: l.id, Seq: seq, Reason: "the entry is damaged and counts as destroyed"})
		l.frontier.Append(stored[0])
		l.prev = stored[0]
		return true
	}
	v := ledger.Resume(l.id, l.frontier, l.prev)
	leaf, problem := v.Next(ledger.Entry{Leaf: plain, Cipher: body, Nodes: stored})
	if problem != nil {
		w.alarm(Alarm{Log: l.id, Seq: seq, Reason: problem.Reason})
	} else {
		l.last = &leaf
	}
	l.prev = ledger.LeafHash(plain)
	l.frontier.Append(l.prev)
	return true
}

// checkSigned compares a log with the checkpoint that its device signed.
func (w *Workspace) checkSigned(ctx context.Context, q reader, l *logState) error {
	var note []byte
	if err := q.QueryRowContext(ctx, "SELECT checkpoint FROM log WHERE id = ?", l.row).Scan(&note); err != nil {
		return fmt.Errorf("read checkpoint: %w", err)
	}
	head, err := ledger.OpenCheckpoint(note, l.id, l.device)
	switch {
	case err != nil:
		w.alarm(Alarm{Log: l.id, Seq: l.frontier.Size, Reason: "the newest checkpoint is not signed by the log's device"})
	case head != l.head():
		w.alarm(Alarm{Log: l.id, Seq: l.frontier.Size, Reason: fmt.Sprintf(
			"the log is not what its device signed: %d entries here, the checkpoint is over %d", l.frontier.Size, head.Size)})
	default:
		return nil
	}
	l.broken = true
	return nil
}

func splitHashes(nodes []byte) []ledger.Hash {
	out := make([]ledger.Hash, 0, len(nodes)/32)
	for i := 0; i+32 <= len(nodes); i += 32 {
		out = append(out, ledger.Hash(nodes[i:i+32]))
	}
	if len(out) == 0 {
		out = append(out, ledger.Hash{})
	}
	return out
}

// nodes reads the stored tree hashes of a log.
func (w *Workspace) nodes(ctx context.Context, q reader, l *logState) ledger.Nodes {
	return func(seq uint64) ([]ledger.Hash, error) {
		var data []byte
		err := q.QueryRowContext(ctx, "SELECT nodes FROM entry WHERE id = ?", rowID(l.row, seq)).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, fmt.Errorf("%w: entry %d", ledger.ErrNodes, seq)
		}
		if err != nil {
			return nil, fmt.Errorf("read tree: %w", err)
		}
		return splitHashes(data), nil
	}
}

// foldList brings the list of cases up to the newest entry.
func (w *Workspace) foldList(ctx context.Context, q querier) error {
	fromZero := w.listed == 0
	for e, err := range w.rows(ctx, q, "subject <> 0 AND id > ?", w.listed) {
		if err != nil {
			return fmt.Errorf("fold list: %w", err)
		}
		w.listEvent(e.row, e.Event)
		w.heard[e.Case] = true
	}
	if fromZero {
		clear(w.relist)
	}
	return w.listAgain(ctx, q)
}

func (w *Workspace) listEvent(row int64, e event.Event) {
	w.listed = row
	w.listTail++
	if e.Case == "" || e.Kind == "" {
		return
	}
	s, ok := w.list[e.Case]
	if !ok {
		s = &cases.Summary{}
		w.list[e.Case] = s
	}
	if e.Kind == kindCaseOpened {
		w.opened[e.Log]++
	}
	s.Apply(e)
	if e.Kind == cases.KindBodyDestroyed {
		w.forgetBodies(e.Case)
	}
}
