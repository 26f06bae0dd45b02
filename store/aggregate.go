package store

import (
	"context"
	"fmt"
	"reflect"

	"github.com/posko-ir/posko/playbooks/event"
)

// Aggregate is what an aggregate's pointer can do. T is its state, whose JSON
// is its snapshot.
type Aggregate[T any] interface {
	*T
	folded
}

// folded is an aggregate whatever its type.
type folded interface {
	Apply(event.Event)
	Attach(*event.Recorder)
}

type cacheKey struct {
	kind    string
	subject string
}

// cached is a folded aggregate and the newest row in it.
type cached struct {
	value   folded
	through int64
	tail    int // entries applied since its stored snapshot
	epoch   int // Workspace.epoch when it was last brought up to date
}

// Update folds what others appended to the subject ("" is the workspace, else
// a case's tag), calls fn, and appends what fn recorded in one transaction.
// said is what the person says about when it happened and who says so. If fn or
// the commit fails, nothing is recorded and the value is folded again. fn runs
// under the workspace's lock and must not call it.
func Update[T any, A Aggregate[T]](ctx context.Context, w *Workspace, subject string, said event.Said, fn func(A) error) error {
	return w.submit(ctx, func(ctx context.Context, t *transaction) error {
		c, err := aggregateOf[T, A](ctx, w, t, subject)
		if err != nil {
			return err
		}
		return t.decide(ctx, subject, said, c, func() error { return fn(c.value.(A)) })
	})
}

// View folds what others appended and shows the aggregate to fn, which must
// neither change nor keep it, nor call the workspace: fn runs under its lock.
func View[T any, A Aggregate[T]](ctx context.Context, w *Workspace, subject string, fn func(A) error) error {
	for {
		if err := w.refresh(ctx); err != nil {
			return err
		}
		w.mu.Lock()
		if w.closed {
			w.mu.Unlock()
			return ErrClosed
		}
		c, err := aggregateOf[T, A](ctx, w, nil, subject)
		w.mu.Unlock()
		if err != nil {
			return err
		}
		if shown, err := show(w, cacheKey{kindOf[T](), subject}, c, fn); shown {
			return err
		}
	}
}

// show calls fn unless the value was dropped since it was folded: an update may
// have changed it and then been refused.
func show[A folded](w *Workspace, key cacheKey, c *cached, fn func(A) error) (bool, error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.cached[key] != c {
		return false, nil
	}
	return true, fn(c.value.(A))
}

// aggregateOf returns the folded value, from memory, from its snapshot or from
// zero, with every entry up to now in it. The caller holds w.mu.
func aggregateOf[T any, A Aggregate[T]](ctx context.Context, w *Workspace, t *transaction, subject string) (*cached, error) {
	kind := kindOf[T]()
	key := cacheKey{kind, subject}
	c, ok := w.cached[key]
	if !ok {
		c = &cached{value: A(new(T))}
		if err := w.loadSnapshot(ctx, key, c); err != nil {
			// A snapshot that does not open is no loss: fold from zero.
			c = &cached{value: A(new(T))}
		}
	}
	if err := w.foldTail(ctx, t, subject, c); err != nil {
		return nil, err
	}
	w.cached[key] = c
	return c, nil
}

func kindOf[T any]() string { return reflect.TypeFor[T]().String() }

// foldTail applies the entries of a subject that are newer than the value.
func (w *Workspace) foldTail(ctx context.Context, t *transaction, subject string, c *cached) error {
	// A case has one aggregate, which own updates keep current; the workspace has
	// several, which see each other's entries only here.
	if subject != "" && c.epoch == w.epoch {
		return nil
	}
	row, err := w.subjectRow(ctx, subject)
	if err != nil {
		return err
	}
	var q querier = w.db.read
	if t != nil {
		q = t.tx
	}
	for e, err := range w.rows(ctx, q, "subject = ? AND id > ?", row, c.through) {
		if err != nil {
			return fmt.Errorf("fold: %w", err)
		}
		if e.Kind != "" { // a leaf that cannot be read tells nothing; the alarm stands
			c.value.Apply(e.Event)
		}
		c.through = e.row
		c.tail++
	}
	c.epoch = w.epoch
	return nil
}
