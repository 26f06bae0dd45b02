package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync"

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
	out, err := w.verifyLogs(ctx)
	if err != nil {
		return out, err
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

// VerifyChain checks chain, tree, bodies and signatures only; the first problem
// is its error.
func (w *Workspace) VerifyChain(ctx context.Context) error {
	out, err := w.verifyLogs(ctx)
	if err == nil && !out.OK() {
		p := out.Problems[0]
		err = &ledger.Problem{Log: p.Log, Seq: p.Seq, Reason: p.Reason}
	}
	return err
}

func (w *Workspace) verifyLogs(ctx context.Context) (Verification, error) {
	var out Verification
	if err := w.refresh(ctx); err != nil {
		return out, err
	}
	for _, l := range w.logStates() {
		head, problems, err := w.verifyLog(ctx, l)
		if err != nil {
			return out, err
		}
		out.Entries += head.Size
		out.Heads = append(out.Heads, head)
		out.Problems = append(out.Problems, problems...)
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

// verifyLog checks the two halves of a log side by side. The second starts from
// the stored tree at the seam, and counts only if the first one, which starts
// from nothing, arrives there; otherwise the log is checked again in one go.
func (w *Workspace) verifyLog(ctx context.Context, l *logState) (ledger.Head, []Alarm, error) {
	size := l.frontier.Size
	seam := size / 2
	second, err := w.verifierAt(ctx, l, seam)
	if err != nil || seam < minHalf {
		return w.verifyWhole(ctx, l)
	}
	start := second.Head()
	first := ledger.NewVerifier(l.id)
	var problems [2][]Alarm
	var errs [2]error
	var halves sync.WaitGroup
	halves.Go(func() { problems[0], errs[0] = w.verifyRange(ctx, l, first, seam) })
	halves.Go(func() { problems[1], errs[1] = w.verifyRange(ctx, l, second, math.MaxInt64) })
	halves.Wait()
	if err := errors.Join(errs[0], errs[1]); err != nil {
		return ledger.Head{}, nil, err
	}
	if first.Head() != start || len(problems[1]) > 0 {
		return w.verifyWhole(ctx, l)
	}
	head := second.Head()
	return head, append(problems[0], w.verifySignature(ctx, l, head)...), nil
}

// minHalf is the size from which two halves are worth their seam.
const minHalf = 1_000

func (w *Workspace) verifyWhole(ctx context.Context, l *logState) (ledger.Head, []Alarm, error) {
	v := ledger.NewVerifier(l.id)
	problems, err := w.verifyRange(ctx, l, v, math.MaxInt64)
	if err != nil {
		return ledger.Head{}, nil, err
	}
	head := v.Head()
	return head, append(problems, w.verifySignature(ctx, l, head)...), nil
}

// verifierAt trusts the stored tree up to an entry, for now.
func (w *Workspace) verifierAt(ctx context.Context, l *logState, size uint64) (*ledger.Verifier, error) {
	read := w.nodes(ctx, w.db.read, l)
	at, err := ledger.FrontierAt(size, read)
	if err != nil || size == 0 {
		return ledger.NewVerifier(l.id), err
	}
	last, err := read(size - 1)
	if err != nil {
		return nil, err
	}
	return ledger.Resume(l.id, at, last[0]), nil
}

// verifyRange passes the entries from the verifier's place up to end.
func (w *Workspace) verifyRange(ctx context.Context, l *logState, v *ledger.Verifier, end uint64) ([]Alarm, error) {
	to := rowID(l.row+1, 0)
	if end < math.MaxInt64 {
		to = rowID(l.row, end)
	}
	rows, err := w.db.read.QueryContext(ctx, "SELECT id, leaf, body, nodes FROM entry WHERE id >= ? AND id < ? ORDER BY id",
		rowID(l.row, v.Size()), to)
	if err != nil {
		return nil, fmt.Errorf("scan log: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err
	var problems []Alarm
	var r sealedRow
	for rows.Next() {
		if err := rows.Scan(&r.id, &r.leaf, &r.body, &r.nodes); err != nil {
			return nil, fmt.Errorf("scan log: %w", err)
		}
		problems = w.verifyRow(v, l, r, problems)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("scan log: %w", err)
	}
	return problems, nil
}

// sealedRow is one row as it is scanned; its bytes are valid until the next.
type sealedRow struct {
	id                int64
	leaf, body, nodes sql.RawBytes
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
