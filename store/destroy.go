package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

// Errors of destroying. Match with errors.Is.
var (
	// ErrNoEntry is returned for an entry that the case does not have.
	ErrNoEntry = errors.New("no such entry on this case; 'ledger show' lists them")
	// ErrTraces is returned when the body is destroyed but another process still
	// reads the file, so that a copy of it may stay in posko.db-wal for now.
	ErrTraces = errors.New("the content is destroyed, but another Posko still reads the file: close it, then the last copy leaves the disk")
)

// DestroyBody deletes the body of an entry of a case, for ever, and records who
// did it and why in the same transaction. Only kinds that cases.Destroyable
// names can be. The chain stays valid, because a leaf holds the hashes of its
// body and not the body. Backups and exports made before still hold a copy.
func DestroyBody(ctx context.Context, w *Workspace, tag string, said event.Said, entry event.ID, reason string) error {
	err := w.submit(ctx, func(ctx context.Context, t *transaction) error {
		if _, err := t.tx.ExecContext(ctx, "SAVEPOINT destroy"); err != nil {
			return fmt.Errorf("destroy body: %w", err)
		}
		err := t.destroy(ctx, tag, said, entry, reason)
		if err != nil {
			// The body must not go without the entry that says so.
			_, undo := t.tx.ExecContext(ctx, "ROLLBACK TO destroy")
			err = errors.Join(err, undo)
		}
		_, release := t.tx.ExecContext(ctx, "RELEASE destroy")
		return errors.Join(err, release)
	})
	if err != nil {
		return err
	}
	return w.db.truncateWAL(ctx)
}

func (t *transaction) destroy(ctx context.Context, tag string, said event.Said, entry event.ID, reason string) error {
	c, err := aggregateOf[cases.Case, *cases.Case](ctx, t.w, t, tag)
	if err != nil {
		return err
	}
	subject, err := t.subjectRow(ctx, tag)
	if err != nil {
		return err
	}
	l := t.w.logByID(entry.Log)
	if l == nil {
		return fmt.Errorf("%w: %s", ErrNoEntry, entry)
	}
	row := rowID(l.row, entry.Seq)
	return t.decide(ctx, tag, said, c, func() error {
		if err := c.value.(*cases.Case).DestroyBody(entry, reason); err != nil {
			return err
		}
		return t.deleteBody(ctx, row, subject)
	})
}

// deleteBody also drops the snapshots that were folded from the body.
func (t *transaction) deleteBody(ctx context.Context, row, subject int64) error {
	done, err := t.tx.ExecContext(ctx, "UPDATE entry SET body = NULL WHERE id = ? AND subject = ?", row, subject)
	if err != nil {
		return fmt.Errorf("destroy body: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(ErrNoEntry, err)
	}
	_, err = t.tx.ExecContext(ctx, "DELETE FROM snapshot WHERE subject = ? OR subject = 0 AND kind = ?", subject, listKind)
	if err != nil {
		return fmt.Errorf("destroy body: %w", err)
	}
	return nil
}

// truncateWAL brings everything into the file, where secure_delete overwrote
// what was deleted, and empties the write-ahead file, which held it before.
func (d *database) truncateWAL(ctx context.Context) error {
	var busy, frames, moved int
	err := d.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved)
	if err != nil || busy != 0 {
		return errors.Join(ErrTraces, err)
	}
	return nil
}

// forgetBodies drops from memory what was folded from a body that is destroyed
// now; the case's line in the list is folded again at the next look.
func (w *Workspace) forgetBodies(tag string) {
	delete(w.cached, cacheKey{kindOf[cases.Case](), tag})
	w.index = nil
	if w.relist == nil {
		w.relist = make(map[string]bool)
	}
	w.relist[tag] = true
	w.version, w.watched = -1, -1
}

// listAgain folds the lines of cases in which a body was destroyed.
func (w *Workspace) listAgain(ctx context.Context, q querier) error {
	for tag := range w.relist {
		row, err := w.subjectRow(ctx, tag)
		if err != nil {
			return err
		}
		line := &cases.Summary{}
		for e, err := range w.rows(ctx, q, "subject = ? AND id <= ?", row, w.listed) {
			if err != nil {
				return fmt.Errorf("fold list: %w", err)
			}
			if e.Kind != "" {
				line.Apply(e.Event)
			}
		}
		w.list[tag] = line
		delete(w.relist, tag)
	}
	return nil
}

// unexplained finds bodies that are gone although no entry of their case, of
// which said has all, says that they were destroyed.
func (w *Workspace) unexplained(ctx context.Context, tx *sql.Tx, said map[event.ID]string) ([]Alarm, error) {
	var out []Alarm
	for e, err := range w.rows(ctx, tx, "body IS NULL") {
		if err != nil {
			return nil, err
		}
		if tag, ok := said[e.ID]; !ok || tag != e.Case || !cases.Destroyable(e.Kind) {
			out = append(out, Alarm{Log: e.Log, Seq: e.Seq, Reason: "its body is gone and no entry says that it was destroyed", Tag: e.Case})
		}
	}
	return out, nil
}
