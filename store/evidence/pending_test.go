package evidence_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/evidence"
)

// bigFile is one file of several segments, without a cost on the disk.
func bigFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.raw")
	f, err := os.Create(path)
	if err == nil {
		err = errors.Join(f.Truncate(150<<20), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// cutOff cancels a collection as soon as the vault knows of it.
func (b *bench) cutOff(t testing.TB, p evidence.Paths) string {
	t.Helper()
	known, err := filepath.Glob(filepath.Join(b.ws.VaultDir(), "tmp", "*"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if now, _ := filepath.Glob(filepath.Join(b.ws.VaultDir(), "tmp", "*", "about")); len(now) > len(known) {
				cancel()
			}
		}
	}()
	_, err = b.AddPaths(ctx, b.tag, nothing, p)
	var cut *evidence.InterruptedError
	if !errors.As(err, &cut) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	return cut.ID
}

func (b *bench) left(t testing.TB) int {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(b.ws.VaultDir(), "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	return len(left)
}

func (b *bench) waiting(t testing.TB) []evidence.Pending {
	t.Helper()
	found, err := b.Unfinished(t.Context(), b.tag)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOneBigFileCutOffIsKnownAndReadFromItsStart(t *testing.T) {
	b := newBench(t)
	path := bigFile(t)
	id := b.cutOff(t, evidence.Paths{Paths: []string{path}, Title: "the disk", Note: "from the shelf"})
	b = b.reopened(t)
	found := b.waiting(t)
	if len(found) != 1 || found[0].ID != id || found[0].Started || found[0].Title != "the disk" || found[0].Note != "from the shelf" ||
		!slices.Equal(found[0].Paths, []string{path}) || time.Since(found[0].Begun) > time.Hour {
		t.Fatalf("waiting %+v", found)
	}
	if theirs, err := b.Unfinished(t.Context(), b.openCase(t, "another case")); err != nil || len(theirs) > 0 {
		t.Errorf("another case is offered %+v, %v", theirs, err)
	}
	got, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Resume: id})
	if err != nil || got.Bytes != 150<<20 || got.Reused != 0 {
		t.Fatalf("resumed %+v, %v", got, err)
	}
	b.view(t, func(c *cases.Case) {
		if one := c.Collections[0]; one.Title != "the disk" || one.Note != "from the shelf" || !slices.Equal(one.Paths, []string{path}) {
			t.Errorf("recorded %+v", one)
		}
	})
	if len(b.waiting(t)) > 0 || b.left(t) > 0 {
		t.Errorf("left %d", b.left(t))
	}
	b.verified(t)
}

func TestResumeRefusesOtherPathsAndMissingOnes(t *testing.T) {
	b := newBench(t)
	path := bigFile(t)
	id := b.cutOff(t, evidence.Paths{Paths: []string{path, filepath.Join(t.TempDir(), "never there")}})
	if _, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Paths: []string{path}, Resume: id}); !errors.Is(err, evidence.ErrOtherPaths) {
		t.Errorf("other paths: %v", err)
	}
	if _, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Resume: strings.Repeat("0", 32)}); !errors.Is(err, evidence.ErrNotPending) {
		t.Errorf("unknown: %v", err)
	}
	moved := path + ".away"
	if err := os.Rename(path, moved); err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Resume: id}); !errors.Is(err, collect.ErrRootGone) || !strings.Contains(err.Error(), path) {
		t.Errorf("gone: %v", err)
	}
	if found := b.waiting(t); len(found) != 1 || found[0].ID != id {
		t.Fatalf("waiting %+v", found)
	}
	if err := os.Rename(moved, path); err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Resume: id}); err != nil {
		t.Error(err)
	}
	if b.left(t) > 0 {
		t.Errorf("left %d", b.left(t))
	}
}

func TestSeveralWaitAndEachCanBeDropped(t *testing.T) {
	b := newBench(t)
	first := b.cutOff(t, evidence.Paths{Paths: []string{bigFile(t)}})
	second := b.cutOff(t, evidence.Paths{Paths: []string{bigFile(t)}})
	found := b.waiting(t)
	if len(found) != 2 || found[0].ID != first || found[1].ID != second {
		t.Fatalf("waiting %+v", found)
	}
	if err := b.Discard(t.Context(), b.openCase(t, "another case"), first); !errors.Is(err, evidence.ErrNotPending) {
		t.Errorf("another case dropped it: %v", err)
	}
	if err := b.Discard(t.Context(), b.tag, first); err != nil {
		t.Fatal(err)
	}
	if found := b.waiting(t); len(found) != 1 || found[0].ID != second || b.left(t) != 1 {
		t.Errorf("waiting %+v, left %d", found, b.left(t))
	}
}

// unread fails the test when it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("it was read")
	return 0, os.ErrInvalid
}

func TestRefusedBeforeAnythingIsRead(t *testing.T) {
	b := newBench(t)
	var refused *cases.Refusal
	future, err := instant.Parse("2999-01-01T00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.AddText(t.Context(), b.tag, event.Said{At: future}, "x", unread{t}); !errors.As(err, &refused) || refused.Rule != "future" {
		t.Errorf("in the future: %v", err)
	}
	err = store.Update(t.Context(), b.ws, b.tag, nothing, func(c *cases.Case) error { return c.Close() })
	if err != nil {
		t.Fatal(err)
	}
	ran := filepath.Join(t.TempDir(), "ran")
	progress := func(collect.Progress) { t.Error("it was read") }
	_, add := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Paths: []string{bigFile(t)}, Progress: progress})
	_, text := b.AddText(t.Context(), b.tag, nothing, "x", unread{t})
	_, _, run := b.Run(t.Context(), b.tag, nothing, []string{"touch", ran})
	for name, err := range map[string]error{"add": add, "text": text, "run": run} {
		if !errors.As(err, &refused) || refused.Rule != "closed" {
			t.Errorf("%s on a closed case: %v", name, err)
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("the command ran")
	}
	if b.left(t) > 0 {
		t.Errorf("left %d", b.left(t))
	}
}

func TestNothingReadNamesPathAndReason(t *testing.T) {
	b := newBench(t)
	absent := filepath.Join(t.TempDir(), "absent")
	_, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Paths: []string{absent}})
	if !errors.Is(err, collect.ErrNothingRead) || !strings.Contains(err.Error(), absent+": it is not there") {
		t.Errorf("got %v", err)
	}
}
