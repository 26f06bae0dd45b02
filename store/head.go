package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
)

// headEvery is how often the head goes to the keychain while work goes on; it
// always goes at lock.
const headEvery = 10 * time.Second

func (w *Workspace) headAccount(log string) string { return w.id + "/head/" + log }

// checkHead compares the current log with the head that the keychain saw last.
// A file alone cannot show that it was set back; the keychain can. Without a
// keychain only a witness sees it.
func (w *Workspace) checkHead(ctx context.Context) error {
	if err := w.checkKnownLogs(ctx); err != nil {
		return err
	}
	if len(w.logs) == 0 {
		return nil
	}
	l := w.logs[len(w.logs)-1]
	data, err := w.keychain.Get(ctx, w.headAccount(l.id))
	if errors.Is(err, keys.ErrNotFound) || errors.Is(err, keys.ErrNoKeychain) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	var seen ledger.Head
	if err := json.Unmarshal(data, &seen); err != nil || seen.Log != l.id {
		w.alarm(Alarm{Log: l.id, Reason: "the head in the keychain cannot be read"})
		return nil
	}
	w.kept, w.seen = seen, seen
	if err := w.reach(ctx, l, seen.Size); err != nil {
		return err
	}
	if seen.Size <= l.frontier.Size {
		root, err := ledger.RootAt(seen.Size, w.nodes(ctx, w.db.read, l))
		if err == nil && root == seen.Root {
			return nil
		}
	}
	l.broken = true
	w.alarm(Alarm{Log: l.id, Seq: seen.Size, Reason: fmt.Sprintf(
		"this laptop saw %d entries of log %s, and the workspace now holds %d or others: it was copied, restored or cut back; the next entry starts a new log",
		seen.Size, l.id[:8], l.frontier.Size)})
	return nil
}

// reach looks at the file again when the keychain is ahead of it: another
// process may have appended since it was read.
func (w *Workspace) reach(ctx context.Context, l *logState, size uint64) error {
	if size <= l.frontier.Size {
		return nil
	}
	tx, err := w.db.snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // only read
	return w.extend(ctx, tx)
}

// keepPatience bounds how long the keychain may take for a head. It may wait for
// a person who is not there.
const keepPatience = 30 * time.Second

// keepHead hands the head to the keychain in the background: work never waits
// for it.
func (w *Workspace) keepHead(ctx context.Context) {
	l := w.current()
	if l == nil || w.hasHead(l) || time.Since(w.keptAt) < headEvery {
		return
	}
	select {
	case w.keeping <- struct{}{}:
	default: // it has not answered the last time yet
		return
	}
	head := l.head()
	w.kept, w.keptAt = head, time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepPatience)
	go func() {
		defer func() { cancel(); <-w.keeping }()
		w.unkept.Store(w.putHead(ctx, head) != nil) // tried again with the next entry, or at lock
	}()
}

// keepLastHead is keepHead at lock: it waits, and tells what went wrong.
func (w *Workspace) keepLastHead(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, keepPatience)
	defer cancel()
	select {
	case w.keeping <- struct{}{}:
		defer func() { <-w.keeping }()
	case <-ctx.Done():
		return fmt.Errorf("keep head: %w", ctx.Err())
	}
	l := w.current()
	if l == nil || w.hasHead(l) {
		return nil
	}
	return w.putHead(ctx, l.head())
}

// hasHead reports whether the keychain has the log's head, as far as is known.
func (w *Workspace) hasHead(l *logState) bool { return l.head() == w.kept && !w.unkept.Load() }

// putHead never replaces a head by an older one: another process may have been
// faster.
func (w *Workspace) putHead(ctx context.Context, head ledger.Head) error {
	if err := w.keepKnownLog(ctx, head.Log); err != nil && !errors.Is(err, keys.ErrNoKeychain) {
		return fmt.Errorf("keep log: %w", err)
	}
	account := w.headAccount(head.Log)
	var seen ledger.Head
	if data, err := w.keychain.Get(ctx, account); err == nil && json.Unmarshal(data, &seen) == nil && seen.Size >= head.Size {
		return nil
	}
	data, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("keep head: %w", err)
	}
	if err := w.keychain.Set(ctx, account, data); err != nil && !errors.Is(err, keys.ErrNoKeychain) {
		return fmt.Errorf("keep head: %w", err)
	}
	return nil
}
