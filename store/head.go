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
	w.kept = seen
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

// keepHead hands the head to the keychain. During work it does so in the
// background, because a keychain may wait for a person.
func (w *Workspace) keepHead(ctx context.Context, now bool) error {
	l := w.current()
	if l == nil || l.head() == w.kept || !now && time.Since(w.keptAt) < headEvery {
		return nil
	}
	head := l.head()
	w.kept, w.keptAt = head, time.Now()
	if now {
		w.keeping.Wait()
		return w.putHead(ctx, head)
	}
	w.keeping.Go(func() { _ = w.putHead(context.WithoutCancel(ctx), head) })
	return nil
}

// putHead never replaces a head by an older one: another process may have been
// faster.
func (w *Workspace) putHead(ctx context.Context, head ledger.Head) error {
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
