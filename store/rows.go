package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store/ledger"
)

// rowEvent is an event with its place in the file.
type rowEvent struct {
	event.Event
	row   int64
	leaf  ledger.Leaf
	salt  []byte
	plain []byte // canonical bytes of the body
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// rows decrypts entries in the order of the fold. This device's logs follow one
// another: a log is started only when the one before it cannot be continued,
// and cites it. So the order of the rows is the causal order. The caller holds
// w.mu. A damaged row comes as a destroyed event and raises an alarm.
func (w *Workspace) rows(ctx context.Context, q querier, where string, args ...any) iter.Seq2[rowEvent, error] {
	return func(yield func(rowEvent, error) bool) {
		rows, err := q.QueryContext(ctx, "SELECT id, subject, leaf, body FROM entry WHERE "+where+" ORDER BY id", args...)
		if err != nil {
			yield(rowEvent{}, fmt.Errorf("read entries: %w", err))
			return
		}
		defer func() { _ = rows.Close() }() // its error is rows.Err
		var id, subject int64
		var leaf, body sql.RawBytes
		for rows.Next() {
			if err := rows.Scan(&id, &subject, &leaf, &body); err != nil {
				yield(rowEvent{}, fmt.Errorf("read entries: %w", err))
				return
			}
			e, err := w.open(ctx, id, subject, leaf, body)
			if err != nil {
				yield(rowEvent{}, err)
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(rowEvent{}, fmt.Errorf("read entries: %w", err))
		}
	}
}

// open turns one row into an event. Only a missing key is an error; damage is
// an alarm and an event without a body.
func (w *Workspace) open(ctx context.Context, id, subject int64, sealedLeaf, body []byte) (rowEvent, error) {
	logRow, seq := splitRowID(id)
	l := w.logByRow(logRow)
	if l == nil {
		return rowEvent{}, fmt.Errorf("%w: entry %d of an unknown log", ErrNotPosko, seq)
	}
	out := rowEvent{row: id}
	out.ID = event.ID{Log: l.id, Seq: seq}
	out.Destroyed = true
	plainLeaf, err := w.atRest.openLeaf(id, sealedLeaf)
	if err == nil {
		out.leaf, err = ledger.ParseLeaf(plainLeaf)
	}
	if err != nil {
		w.alarm(Alarm{Log: l.id, Seq: seq, Reason: "the entry is damaged and counts as destroyed"})
		return out, nil
	}
	out.Kind = out.leaf.Kind
	out.Stamp = event.Stamp{ID: out.ID, Wall: out.leaf.Wall, Actor: out.leaf.Actor, Case: out.leaf.Case}
	if body == nil {
		return out, nil
	}
	s, err := w.secretsOf(ctx, subject)
	if err != nil {
		if stops(ctx, subject, err) {
			return rowEvent{}, err
		}
		// One case's key is no reason to lock the officer out of the others.
		w.alarm(Alarm{Log: l.id, Seq: seq, Reason: "the case's key is gone or damaged; the entry counts as destroyed", Tag: out.Case})
		return out, nil
	}
	salt, plain, err := s.openBody(out.String(), body, out.leaf.Commit)
	if err != nil {
		w.alarm(Alarm{Log: l.id, Seq: seq, Reason: "the body of the entry is damaged and counts as destroyed", Tag: out.Case})
		return out, nil
	}
	e, err := event.DecodeBody(out.Stamp, out.Kind, plain)
	if err != nil {
		w.alarm(Alarm{Log: l.id, Seq: seq, Reason: "the body of the entry cannot be read and counts as destroyed", Tag: out.Case})
		return out, nil
	}
	out.Event, out.salt, out.plain = e, salt, plain
	return out, nil
}

// Events reads the entries of a subject ("" is the workspace, "*" everything)
// in the order of the fold, with doubts about their clocks.
func (w *Workspace) Events(ctx context.Context, subject string) ([]event.Event, error) {
	if err := w.refresh(ctx); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, ErrClosed
	}
	where, args := "1", []any(nil)
	if subject != "*" {
		row, err := w.subjectRow(ctx, subject)
		if err != nil {
			return nil, err
		}
		where, args = "subject = ?", []any{row}
	}
	var out []event.Event
	prev := make(map[string]*ledger.Leaf)
	for e, err := range w.rows(ctx, w.db.read, where, args...) {
		if err != nil {
			return nil, err
		}
		if e.leaf.Log != "" {
			e.Doubt = ledger.Doubt(prev[e.leaf.Log], e.leaf, w.built, time.Time{}) // nobody witnesses yet
			leaf := e.leaf
			prev[leaf.Log] = &leaf
		}
		out = append(out, e.Event)
	}
	return out, nil
}
