package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
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
// snapshots with it. Standing alarms are part of the result. One verification
// runs at a time; a further one waits for it.
func (w *Workspace) Verify(ctx context.Context) (Verification, error) {
	select {
	case w.verifying <- struct{}{}:
		defer func() { <-w.verifying }()
	case <-ctx.Done():
		return Verification{}, ctx.Err()
	}
	out, err := w.verifyLogs(ctx)
	if err != nil {
		return out, err
	}
	more, err := w.verifyFold(ctx)
	if err != nil {
		return out, err
	}
	for _, a := range append(more, w.Alarms()...) {
		if !a.History {
			out.add(a)
		}
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
		kept, err := w.verifyKept(ctx, l)
		if err != nil {
			return out, err
		}
		out.Problems = append(out.Problems, kept...)
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
	note, size, err := w.signedLog(ctx, l)
	if err != nil {
		return ledger.Head{}, nil, err
	}
	seam := size / 2
	second, err := w.verifierAt(ctx, l, seam)
	if err != nil || seam < minHalf {
		return w.verifyWhole(ctx, l, note, size)
	}
	start := second.Head()
	first := ledger.NewVerifier(l.id)
	var problems [2][]Alarm
	var errs [2]error
	var halves sync.WaitGroup
	halves.Go(func() { problems[0], errs[0] = w.verifyRange(ctx, l, first, seam) })
	halves.Go(func() { problems[1], errs[1] = w.verifyRange(ctx, l, second, size) })
	halves.Wait()
	if err := errors.Join(errs[0], errs[1]); err != nil {
		return ledger.Head{}, nil, err
	}
	if first.Head() != start || len(problems[1]) > 0 {
		return w.verifyWhole(ctx, l, note, size)
	}
	head := second.Head()
	return head, append(problems[0], verifySignature(l, note, head)...), nil
}

// minHalf is the size from which two halves are worth their seam.
const minHalf = 1_000

// signedLog reads a log's newest checkpoint and its size at one moment, so that
// what is appended meanwhile is left for the next time.
func (w *Workspace) signedLog(ctx context.Context, l *logState) (note []byte, size uint64, err error) {
	var newest sql.NullInt64
	err = w.db.read.QueryRowContext(ctx,
		"SELECT checkpoint, (SELECT max(id) FROM entry WHERE id >= ? AND id < ?) FROM log WHERE id = ?",
		rowID(l.row, 0), rowID(l.row+1, 0), l.row).Scan(&note, &newest)
	if err != nil {
		return nil, 0, fmt.Errorf("read checkpoint: %w", err)
	}
	if newest.Valid {
		_, seq := splitRowID(newest.Int64)
		size = seq + 1
	}
	return note, size, nil
}

func (w *Workspace) verifyWhole(ctx context.Context, l *logState, note []byte, size uint64) (ledger.Head, []Alarm, error) {
	v := ledger.NewVerifier(l.id)
	problems, err := w.verifyRange(ctx, l, v, size)
	if err != nil {
		return ledger.Head{}, nil, err
	}
	head := v.Head()
	return head, append(problems, verifySignature(l, note, head)...), nil
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
	tags, err := w.tags(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := w.db.read.QueryContext(ctx, "SELECT id, subject, leaf, body, nodes FROM entry WHERE id >= ? AND id < ? ORDER BY id",
		rowID(l.row, v.Size()), rowID(l.row, end))
	if err != nil {
		return nil, fmt.Errorf("scan log: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err
	var problems []Alarm
	var r sealedRow
	for rows.Next() {
		if err := rows.Scan(&r.id, &r.subject, &r.leaf, &r.body, &r.nodes); err != nil {
			return nil, fmt.Errorf("scan log: %w", err)
		}
		problems = w.verifyRow(v, l, r, tags[r.subject], problems)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("scan log: %w", err)
	}
	return problems, nil
}

// sealedRow is one row as it is scanned; its bytes are valid until the next.
type sealedRow struct {
	id, subject       int64
	leaf, body, nodes sql.RawBytes
}

func (w *Workspace) verifyRow(v *ledger.Verifier, l *logState, r sealedRow, tag string, problems []Alarm) []Alarm {
	_, seq := splitRowID(r.id)
	for v.Size() < seq { // rows are gone
		problems = append(problems, Alarm{Log: l.id, Seq: v.Size(), Reason: "the entry is missing"})
		v.Skip(ledger.Hash{})
	}
	stored := splitHashes(r.nodes)
	plain, err := w.atRest.openLeaf(r.id, r.leaf)
	if err != nil {
		v.Skip(stored[0]) // whether that is its hash, the signed root tells
		return append(problems, Alarm{Log: l.id, Seq: seq, Reason: "the entry is damaged", Tag: tag})
	}
	leaf, p := v.Next(ledger.Entry{Leaf: plain, Cipher: r.body, Nodes: stored})
	filed := leaf.Log == "" || leaf.Case == tag
	switch {
	case p != nil && p.Body && filed:
		problems = append(problems, Alarm{Log: p.Log, Seq: p.Seq, Reason: p.Reason, Tag: tag})
	case p != nil:
		problems = append(problems, Alarm{Log: p.Log, Seq: p.Seq, Reason: p.Reason})
	}
	if !filed {
		problems = append(problems, Alarm{Log: l.id, Seq: seq, Reason: "the entry is filed under another case than its own"})
	}
	return problems
}

func verifySignature(l *logState, note []byte, head ledger.Head) []Alarm {
	signed, err := ledger.OpenCheckpoint(note, l.id, l.device)
	if err != nil {
		return []Alarm{{Log: l.id, Seq: head.Size, Reason: "the newest checkpoint is not signed by the log's device"}}
	}
	if signed != head {
		return []Alarm{{Log: l.id, Seq: head.Size, Reason: fmt.Sprintf(
			"the log is not what its device signed: %d entries here, the checkpoint is over %d", head.Size, signed.Size)}}
	}
	return nil
}

// verifyFold decrypts every body and compares each stored snapshot with a fold
// from zero. Work goes on meanwhile: the lock is held only to take what is
// compared, and to fold again what was remembered wrong.
func (w *Workspace) verifyFold(ctx context.Context) ([]Alarm, error) {
	f, err := w.freeze(ctx)
	if err != nil {
		return nil, err
	}
	problems, same, err := f.check(ctx)
	f.release() // before the lock: who holds it may be waiting for a connection
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range f.own.alarms {
		w.alarm(a)
	}
	if err != nil || same {
		return problems, err
	}
	more, err := w.mend(ctx)
	return append(problems, more...), err
}

// mend folds again what is not what the ledger says. The caller holds w.mu.
func (w *Workspace) mend(ctx context.Context) ([]Alarm, error) {
	if w.closed {
		return nil, ErrClosed
	}
	tx, err := w.db.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // only read
	if err := w.extend(ctx, tx); err != nil {
		return nil, err
	}
	problems, err := w.refold(ctx, tx)
	if err != nil {
		return nil, err
	}
	more, err := w.refoldCached(ctx, tx)
	return append(problems, more...), err
}

// refold folds the list of cases from zero.
func (w *Workspace) refold(ctx context.Context, tx *sql.Tx) ([]Alarm, error) {
	fresh := &Workspace{list: make(map[string]*cases.Summary), opened: make(map[string]int)}
	for e, err := range w.rows(ctx, tx, "subject <> 0") {
		if err != nil {
			return nil, err
		}
		fresh.listEvent(e.row, e.Event)
	}
	if sameJSON(fresh.list, w.list) {
		return nil, nil
	}
	w.list, w.opened = fresh.list, fresh.opened
	w.listTail = snapshotAfter
	return []Alarm{{Reason: "the list of cases is not what the ledger says; it was folded again"}}, nil
}

// refoldCached compares each aggregate in memory, which may come from a
// snapshot, with a fold from zero.
func (w *Workspace) refoldCached(ctx context.Context, tx *sql.Tx) ([]Alarm, error) {
	var problems []Alarm
	for key, c := range w.cached {
		again := reflect.New(reflect.TypeOf(c.value).Elem()).Interface().(folded)
		for e, err := range w.rows(ctx, tx, "subject = ? AND id <= ?", w.subjects[key.subject], c.through) {
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
