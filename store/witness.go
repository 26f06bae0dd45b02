package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/posko-ir/posko/store/ledger"
)

// verifyKept holds a log to the checkpoints that left the laptop. The stored
// tree was verified before, so their roots are read from it.
func (w *Workspace) verifyKept(ctx context.Context, l *logState) ([]Alarm, error) {
	notes, err := w.keptNotes(ctx, l)
	if err != nil {
		return nil, err
	}
	nodes := w.nodes(ctx, w.db.read, l)
	var out []Alarm
	for _, note := range notes {
		said, err := ledger.OpenCheckpoint(note, l.id, l.device)
		if err != nil {
			out = append(out, Alarm{Log: l.id, Reason: "a checkpoint that left the laptop is not signed by the log's device"})
			continue
		}
		root, err := ledger.RootAt(said.Size, nodes)
		if err != nil && !errors.Is(err, ledger.ErrNodes) {
			return nil, err
		}
		if err != nil || root != said.Root {
			out = append(out, Alarm{Log: l.id, Seq: said.Size, Reason: fmt.Sprintf(
				"the log is not what left the laptop when it had %d entries", said.Size)})
		}
	}
	return out, nil
}

func (w *Workspace) keptNotes(ctx context.Context, l *logState) ([][]byte, error) {
	rows, err := w.db.read.QueryContext(ctx, "SELECT DISTINCT note FROM witnessed WHERE log = ? ORDER BY size", l.row)
	if err != nil {
		return nil, fmt.Errorf("read kept checkpoints: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err
	var notes [][]byte
	for rows.Next() {
		var note []byte
		if err := rows.Scan(&note); err != nil {
			return nil, fmt.Errorf("read kept checkpoints: %w", err)
		}
		notes = append(notes, note)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read kept checkpoints: %w", err)
	}
	return notes, nil
}
