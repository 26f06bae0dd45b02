package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys/keystest"
)

// hang makes every Set wait until its context ends, and tells of each.
func hang(k *keystest.Keychain) (asked chan string) {
	asked = make(chan string, 16)
	k.SetFunc = func(ctx context.Context, account string, _ []byte) error {
		asked <- account
		<-ctx.Done()
		return ctx.Err()
	}
	return asked
}

func TestHangingKeychainHoldsUpNobody(t *testing.T) {
	w, b := create(t)
	closeNow(t, w)
	w = b.open(t)
	asked := hang(b.keychain.(*keystest.Keychain))
	tag := openCase(t, w, "the prompt is open")
	if account := <-asked; !strings.Contains(account, w.Heads()[0].Log) {
		t.Errorf("asked for %q", account)
	}
	note(t, w, tag, "work goes on")
	verified(t, w)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := w.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("close: %v", err)
	}
	closedWithout(t, w, b, tag, 1)
}

func TestFailingKeychainLosesNothing(t *testing.T) {
	w, b := create(t)
	closeNow(t, w) // waits until nothing is on its way to the keychain
	w = b.open(t)
	k, broken := b.keychain.(*keystest.Keychain), errors.New("keychain is broken")
	k.SetFunc = func(context.Context, string, []byte) error { return broken }
	tag := openCase(t, w, "target")
	note(t, w, tag, "kept")
	if err := w.Close(t.Context()); !errors.Is(err, broken) {
		t.Errorf("close: %v", err)
	}
	closedWithout(t, w, b, tag, 1)
}

// closedWithout wants the workspace closed although the keychain did not take
// the head, and everything in it when it is opened again.
func closedWithout(t *testing.T, w *store.Workspace, b *bench, tag string, notes int) {
	t.Helper()
	if err := addNote(t.Context(), w, tag, "late"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	b.keychain.(*keystest.Keychain).SetFunc = nil
	w = b.open(t)
	if len(w.Alarms()) > 0 {
		t.Errorf("alarms %+v", w.Alarms())
	}
	viewCase(t, w, tag, func(c *cases.Case) {
		if len(c.Notes) != notes {
			t.Errorf("notes %+v", c.Notes)
		}
	})
	verified(t, w)
}

// What the keychain did not take during work goes to it at lock: without that,
// an older file would not be seen.
func TestAttack31_HeadThatFailedDuringWorkIsKeptAtLock(t *testing.T) {
	b, tag := filled(t, 1)
	older := copyWorkspace(t, b)
	w, k := b.open(t), b.keychain.(*keystest.Keychain)
	failed := make(chan struct{}, 1)
	k.SetFunc = func(context.Context, string, []byte) error {
		failed <- struct{}{}
		return errors.New("not now")
	}
	note(t, w, tag, "new")
	<-failed
	k.SetFunc = nil
	closeNow(t, w)
	if alarms := older.open(t).Alarms(); len(alarms) != 1 || !strings.Contains(alarms[0].Reason, "cut back") {
		t.Errorf("alarms %+v", alarms)
	}
}

// A copy that went on by itself is another history of the same log: both must
// not go on under one name.
func TestAttack33_ForkIsSeenAndStartsANewLog(t *testing.T) {
	b, tag := filled(t, 1)
	fork := copyWorkspace(t, b)
	for _, side := range []struct {
		*bench
		text string
	}{{b, "mine"}, {fork, "theirs"}} {
		w := side.open(t)
		note(t, w, tag, side.text)
		closeNow(t, w)
	}
	// The first to close left its head in the keychain; the fork went on in a log
	// of its own, and both histories still verify.
	w := fork.open(t)
	r, err := w.Roster(t.Context())
	if err != nil || len(r.Logs) != 2 || r.Logs[1].Cites == nil || r.Logs[1].Cites.Size != 4 {
		t.Fatalf("logs %+v, %v", r.Logs, err)
	}
	verified(t, w)
	first := b.open(t)
	// The first goes on in its log; it hears that another copy has one of its own.
	if alarms := first.Alarms(); len(first.Heads()) != 1 || len(alarms) != 1 || !alarms[0].History {
		t.Errorf("the first: %+v, %+v", first.Heads(), alarms)
	}
	verified(t, first)
}

// Both sides went on before either of them saw the keychain's head.
func TestAttack33_SameSizeOtherEntryIsAFork(t *testing.T) {
	b, tag := filled(t, 1)
	fork := copyWorkspace(t, b)
	w, other := b.open(t), fork.open(t)
	note(t, w, tag, "mine")
	closeNow(t, w) // its head is in the keychain before the other has one to give
	note(t, other, tag, "theirs")
	closeNow(t, other) // has no newer head to give: the keychain keeps the first
	if alarms := b.open(t).Alarms(); len(alarms) > 0 {
		t.Errorf("the first: %+v", alarms)
	}
	again := fork.open(t)
	if alarms := again.Alarms(); len(alarms) != 1 {
		t.Fatalf("the fork: %+v", alarms)
	}
	note(t, again, tag, "after")
	if len(again.Heads()) != 2 {
		t.Errorf("heads %+v", again.Heads())
	}
}

// Only the database comes from elsewhere, or only the keys.
func TestAttack32_KeysOfAnotherOfficerOpenNothing(t *testing.T) {
	mine, _ := filled(t, 1)
	theirs, _ := filled(t, 1)
	swapFolder(t, mine.dir, theirs.dir, "keys")
	for _, b := range []*bench{mine, theirs} {
		if _, err := store.Open(t.Context(), b.dir, b.options(t)); err == nil {
			t.Error("opened with another's keys")
		}
	}
}

func swapFolder(t *testing.T, a, b, name string) {
	t.Helper()
	aside := filepath.Join(t.TempDir(), name)
	for _, move := range [][2]string{{filepath.Join(a, name), aside}, {filepath.Join(b, name), filepath.Join(a, name)}, {aside, filepath.Join(b, name)}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
}
