package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store/ledger"
)

// Verification is what a full check of the ledger found.
type Verification struct {
	Entries  uint64        `json:"entries"`
	Heads    []ledger.Head `json:"heads"`
	Problems []Alarm       `json:"problems"`
}

// OK reports whether everything holds.
func (v Verification) OK() bool { return len(v.Problems) == 0 }

// Verify checks every entry of every log from zero: chain, tree, bodies and
// signatures; then it decrypts and folds everything again and compares the
// snapshots with it. Standing alarms are part of the result.
func (w *Workspace) Verify(ctx context.Context) (Verification, error) {
	if err := w.refresh(ctx); err != nil {
		return Verification{}, err
	}
	var out Verification
	for _, l := range w.logStates() {
		head, problems, err := w.verifyLog(ctx, l)
		if err != nil {
			return out, err
		}
		out.Entries += head.Size
		out.Heads = append(out.Heads, head)
		out.Problems = append(out.Problems, problems...)
	}
	more, err := w.verifyFold(ctx)
	if err != nil {
		return out, err
	}
	for _, a := range append(more, w.Alarms()...) {
		out.add(a)
	}
	return out, nil
}

func (v *Verification) add(a Alarm) {
	for _, known := range v.Problems {
		if known.Log == a.Log && known.Seq == a.Seq {
			return
		}
	}
	v.Problems = append(v.Problems, a)
}

func (w *Workspace) logStates() []*logState {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return append([]*logState(nil), w.logs...)
}

// sealedRow is one row on its way from the scan to the check.
type sealedRow struct {
	id                int64
	leaf, body, nodes []byte
}

const verifyBatch = 512

// verifyLog scans in one goroutine and checks in another.
func (w *Workspace) verifyLog(ctx context.Context, l *logState) (ledger.Head, []Alarm, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := make(chan []sealedRow, 4)
	scanned := make(chan error, 1)
	go func() {
		defer close(batches)
		scanned <- w.scanLog(ctx, l, batches)
	}()
	v := ledger.NewVerifier(l.id)
	var problems []Alarm
	for batch := range batches {
		for _, r := range batch {
			problems = w.verifyRow(v, l, r, problems)
		}
	}
	if err := <-scanned; err != nil {
		return ledger.Head{}, nil, err
	}
	head := v.Head()
	return head, append(problems, w.verifySignature(ctx, l, head)...), nil
}

func (w *Workspace) scanLog(ctx context.Context, l *logState, out chan<- []sealedRow) error {
	rows, err := w.db.read.QueryContext(ctx, "SELECT id, leaf, body, nodes FROM entry WHERE id >= ? AND id < ? ORDER BY id",
		rowID(l.row, 0), rowID(l.row+1, 0))
	if err != nil {
		return fmt.Errorf("scan log: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err
	batch := make([]sealedRow, 0, verifyBatch)
	for rows.Next() {
		var r sealedRow
		var leaf, body, nodes sql.RawBytes
		if err := rows.Scan(&r.id, &leaf, &body, &nodes); err != nil {
			return fmt.Errorf("scan log: %w", err)
		}
		r.leaf, r.body, r.nodes = bytes.Clone(leaf), bytes.Clone(body), bytes.Clone(nodes)
		if batch = append(batch, r); len(batch) < verifyBatch {
			continue
		}
		select {
		case out <- batch:
			batch = make([]sealedRow, 0, verifyBatch)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("scan log: %w", err)
	}
	select {
	case out <- batch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *Workspace) verifyRow(v *ledger.Verifier, l *logState, r sealedRow, problems []Alarm) []Alarm {
	_, seq := splitRowID(r.id)
	for v.Size() < seq { // rows are gone
		problems = append(problems, Alarm{Log: l.id, Seq: v.Size(), Reason: "the entry is missing"})
		v.Skip(ledger.Hash{})
	}
	stored := splitHashes(r.nodes)
	plain, err := w.atRest.openLeaf(r.id, r.leaf)
	if err != nil {
		v.Skip(stored[0])
		return append(problems, Alarm{Log: l.id, Seq: seq, Reason: "the entry is damaged"})
	}
	if _, p := v.Next(ledger.Entry{Leaf: plain, Cipher: r.body, Nodes: stored}); p != nil {
		problems = append(problems, Alarm{Log: p.Log, Seq: p.Seq, Reason: p.Reason})
	}
	return problems
}

func (w *Workspace) verifySignature(ctx context.Context, l *logState, head ledger.Head) []Alarm {
	var note []byte
	if err := w.db.read.QueryRowContext(ctx, "SELECT checkpoint FROM log WHERE id = ?", l.row).Scan(&note); err != nil {
		return []Alarm{{Log: l.id, Seq: head.Size, Reason: "the checkpoint cannot be read"}}
	}
	signed, err := ledger.OpenCheckpoint(note, l.id, l.device)
	if err != nil {
		return []Alarm{{Log: l.id, Seq: head.Size, Reason: "the newest checkpoint is not signed by the log's device"}}
	}
	if signed.Size >= head.Size && signed != head {
		return []Alarm{{Log: l.id, Seq: head.Size, Reason: fmt.Sprintf(
			"the log is not what its device signed: %d entries here, the checkpoint is over %d", head.Size, signed.Size)}}
	}
	return nil
}

// verifyFold decrypts every body and compares each stored snapshot with a fold
// from zero.
func (w *Workspace) verifyFold(ctx context.Context) ([]Alarm, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, ErrClosed
	}
	fresh := &Workspace{list: make(map[string]*cases.Summary), opened: make(map[string]int)}
	for e, err := range w.rows(ctx, w.db.read, "subject <> 0") {
		if err != nil {
			return nil, err
		}
		fresh.listEvent(e.row, e.Event)
	}
	var problems []Alarm
	if !sameJSON(fresh.list, w.list) {
		problems = append(problems, Alarm{Reason: "the list of cases is not what the ledger says; it was folded again"})
		w.list, w.opened = fresh.list, fresh.opened
		w.listTail = snapshotAfter
	}
	for key, c := range w.cached {
		again := reflect.New(reflect.TypeOf(c.value).Elem()).Interface().(folded)
		for e, err := range w.rows(ctx, w.db.read, "subject = ? AND id <= ?", w.subjects[key.subject], c.through) {
			if err != nil {
				return nil, err
			}
			if e.Kind != "" {
				again.Apply(e.Event)
			}
		}
		if !sameJSON(again, c.value) {
			problems = append(problems, Alarm{Reason: "a snapshot is not what the ledger says; it was folded again"})
			c.value, c.tail = again, snapshotAfter
		}
	}
	return problems, nil
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
