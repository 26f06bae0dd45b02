package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

// frozen is the workspace at one moment, for a check that takes seconds and must
// not hold up the work: a transaction that reads, a view of its own with no
// lock to share, and what was remembered then.
type frozen struct {
	tx     *sql.Tx
	own    *Workspace
	list   []byte // JSON
	values []frozenValue
}

type frozenValue struct {
	kind    reflect.Type
	row     int64
	through int64
	json    []byte
}

// freeze takes the workspace as it is now, after what others appended.
func (w *Workspace) freeze(ctx context.Context) (*frozen, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, ErrClosed
	}
	tx, err := w.db.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	f := &frozen{tx: tx}
	if err := f.take(ctx, w); err != nil {
		f.release()
		return nil, err
	}
	return f, nil
}

func (f *frozen) take(ctx context.Context, w *Workspace) error {
	err := w.extend(ctx, f.tx)
	if err != nil {
		return err
	}
	f.own = &Workspace{
		db: w.db, keys: w.keys, atRest: w.atRest, subjects: maps.Clone(w.subjects), secrets: maps.Clone(w.secrets),
		list: make(map[string]*cases.Summary), opened: make(map[string]int),
	}
	for _, l := range w.logs {
		f.own.logs = append(f.own.logs, &logState{row: l.row, id: l.id, device: l.device})
	}
	if f.list, err = json.Marshal(w.list); err != nil {
		return fmt.Errorf("copy list: %w", err)
	}
	for key, c := range w.cached {
		v := frozenValue{kind: reflect.TypeOf(c.value).Elem(), row: w.subjects[key.subject], through: c.through}
		if v.json, err = json.Marshal(c.value); err != nil {
			return fmt.Errorf("copy %s: %w", key.kind, err)
		}
		f.values = append(f.values, v)
	}
	return nil
}

func (f *frozen) release() { _ = f.tx.Rollback() } // only read

// check folds everything from zero, looks for bodies that are gone without an
// entry that says so and for keys that were exchanged, and reports whether what
// was remembered is the same. It takes no lock.
func (f *frozen) check(ctx context.Context) (problems []Alarm, same bool, err error) {
	destroyed := make(map[event.ID]string)
	for e, err := range f.own.rows(ctx, f.tx, "subject <> 0") {
		if err != nil {
			return nil, false, err
		}
		f.own.listEvent(e.row, e.Event)
		if id, ok := cases.DestroyedBody(e.Event); ok {
			destroyed[id] = e.Case
		}
	}
	if problems, err = f.own.unexplained(ctx, f.tx, destroyed); err != nil {
		return nil, false, err
	}
	lost, err := f.own.checkWraps(ctx, f.tx)
	if err != nil {
		return nil, false, err
	}
	problems = append(problems, lost...)
	list, err := json.Marshal(f.own.list)
	same = err == nil && bytes.Equal(list, f.list)
	for _, v := range f.values {
		again, err := f.fold(ctx, v)
		if err != nil {
			return problems, false, err
		}
		same = same && bytes.Equal(again, v.json)
	}
	return problems, same, nil
}

// fold folds one aggregate from zero.
func (f *frozen) fold(ctx context.Context, v frozenValue) ([]byte, error) {
	again := reflect.New(v.kind).Interface().(folded)
	for e, err := range f.own.rows(ctx, f.tx, "subject = ? AND id <= ?", v.row, v.through) {
		if err != nil {
			return nil, err
		}
		if e.Kind != "" {
			again.Apply(e.Event)
		}
	}
	return json.Marshal(again)
}
