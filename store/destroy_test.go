package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
)

// bodyOf is the encrypted body of entry seq of the first log, as it lies in the file.
func bodyOf(t testing.TB, dir string, seq uint64) []byte {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "posko.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var body []byte
	if err := db.QueryRowContext(t.Context(), "SELECT body FROM entry WHERE id = (1 << 40) + ?", seq).Scan(&body); err != nil {
		t.Fatal(err)
	}
	return body
}

// onDisk reports whether any file of the database holds the bytes.
func onDisk(t testing.TB, dir string, what []byte) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "posko.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, what) {
			return true
		}
	}
	return false
}

func entry(w *store.Workspace, seq uint64) event.ID {
	return event.ID{Log: w.Heads()[0].Log, Seq: seq}
}

func viewCase(t testing.TB, w *store.Workspace, tag string, fn func(*cases.Case)) {
	t.Helper()
	if err := store.View(t.Context(), w, tag, func(c *cases.Case) error { fn(c); return nil }); err != nil {
		t.Fatal(err)
	}
}

// shownDestroyed wants the case to say who destroyed the entry and why, and to
// say nothing else of it.
func shownDestroyed(t *testing.T, w *store.Workspace, tag string, seq uint64, notes int) {
	t.Helper()
	viewCase(t, w, tag, func(c *cases.Case) {
		if len(c.Destroyed) != 1 || c.Destroyed[0].Entry.Seq != seq || c.Destroyed[0].Why == nil ||
			c.Destroyed[0].Why.Reason != "named a child" || c.Destroyed[0].Why.By != w.Keys().Officer().ID || len(c.Notes) != notes {
			t.Errorf("destroyed %+v, %d notes", c.Destroyed, len(c.Notes))
		}
	})
	if hits, err := w.Search(t.Context(), "secretword"); err != nil || len(hits) > 0 {
		t.Errorf("found %+v, %v", hits, err)
	}
	list, err := w.Cases(t.Context())
	if err != nil || list[0].Notes != notes {
		t.Errorf("list %+v, %v", list, err)
	}
	verified(t, w)
}

func TestDestroyedBodyLeavesDiskSearchCacheAndCase(t *testing.T) {
	const notes, victim = 130, 50 // enough for a snapshot
	for name, text := range map[string]string{"short": "SECRETWORD", "over many pages": "SECRETWORD " + strings.Repeat("padding ", 3000)} {
		t.Run(name, func(t *testing.T) {
			w, b := create(t)
			tag := openCase(t, w, "target")
			for i := range notes {
				if i == victim-3 {
					note(t, w, tag, text)
				} else {
					note(t, w, tag, "n")
				}
			}
			closeNow(t, w)
			w = b.open(t)
			if hits, _ := w.Search(t.Context(), "secretword"); len(hits) != 1 {
				t.Fatalf("found %+v before", hits)
			}
			body := bodyOf(t, b.dir, victim)
			probe := body[len(body)-40:]
			if !onDisk(t, b.dir, probe) {
				t.Fatal("the probe is not on the disk before")
			}
			if err := store.DestroyBody(t.Context(), w, tag, event.Said{}, entry(w, victim), "named a child"); err != nil {
				t.Fatal(err)
			}
			if onDisk(t, b.dir, probe) || onDisk(t, b.dir, body[10:50]) {
				t.Error("the ciphertext is still on the disk")
			}
			shownDestroyed(t, w, tag, victim, notes-1)
			note(t, w, tag, "work goes on")
			closeNow(t, w)
			w = b.open(t)
			shownDestroyed(t, w, tag, victim, notes)
		})
	}
}

func TestOtherProcessObeysADestruction(t *testing.T) {
	w, b := create(t)
	tag := openCase(t, w, "shared")
	note(t, w, tag, "SECRETWORD")
	other := b.open(t)
	for range 120 {
		note(t, other, tag, "n") // its value is worth a snapshot now
	}
	if hits, _ := other.Search(t.Context(), "secretword"); len(hits) != 1 {
		t.Fatalf("found %+v before", hits)
	}
	idle := b.open(t)
	viewCase(t, idle, tag, func(*cases.Case) {})
	if err := store.DestroyBody(t.Context(), w, tag, event.Said{}, entry(w, 3), "named a child"); err != nil {
		t.Fatal(err)
	}
	closeNow(t, idle) // must not keep what it had read before
	shownDestroyed(t, other, tag, 3, 120)
	closeNow(t, other)
	shownDestroyed(t, b.open(t), tag, 3, 120)
}

func TestRefusedDestructionLeavesTheBody(t *testing.T) {
	w, b := create(t)
	tag, elsewhere := openCase(t, w, "target"), openCase(t, w, "other")
	note(t, w, tag, "stays")
	before, body := w.Entries(), bodyOf(t, b.dir, 4)
	var refused *cases.Refusal
	for name, try := range map[string]func() error{
		"the opening of a case": func() error { return store.DestroyBody(t.Context(), w, tag, event.Said{}, entry(w, 2), "because") },
		"from another case": func() error {
			return store.DestroyBody(t.Context(), w, elsewhere, event.Said{}, entry(w, 4), "because")
		},
		"without a reason":     func() error { return store.DestroyBody(t.Context(), w, tag, event.Said{}, entry(w, 4), "") },
		"an entry of tomorrow": func() error { return store.DestroyBody(t.Context(), w, tag, event.Said{}, entry(w, before), "because") },
	} {
		if err := try(); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	strange := event.ID{Log: strings.Repeat("0", 32), Seq: 4}
	if err := store.DestroyBody(t.Context(), w, tag, event.Said{}, strange, "because"); !errors.Is(err, store.ErrNoEntry) {
		t.Errorf("strange log: %v", err)
	}
	if w.Entries() != before || !bytes.Equal(bodyOf(t, b.dir, 4), body) {
		t.Error("something was recorded or destroyed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.DestroyBody(ctx, w, tag, event.Said{}, entry(w, 4), "because"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	verified(t, w)
}

// A body that somebody deleted in the file is not a body that was destroyed.
func TestAttack29_DeletedBodyIsLocated(t *testing.T) {
	b, tag := filled(t, 5)
	tamper(t, b.dir, "UPDATE entry SET body = NULL WHERE id = (1 << 40) + 4")
	found := problems(t, b)
	if len(found) != 1 || found[0].Seq != 4 || !strings.Contains(found[0].Reason, "no entry says") {
		t.Fatalf("problems %+v", found)
	}
	w := b.open(t)
	if err := store.DestroyBody(t.Context(), w, tag, event.Said{}, entry(w, 4), "explained afterwards"); err != nil {
		t.Fatal(err)
	}
	verified(t, w)
	closeNow(t, w)
	for seq, what := range map[int]string{0: "the founding", 2: "the opening", 8: "the destruction itself"} {
		t.Run(what, func(t *testing.T) {
			copied := copyWorkspace(t, b)
			tamper(t, copied.dir, fmt.Sprintf("UPDATE entry SET body = NULL WHERE id = (1 << 40) + %d", seq))
			found := problems(t, copied)
			if !slices.ContainsFunc(found, func(a store.Alarm) bool { return a.Seq == uint64(seq) }) {
				t.Errorf("problems %+v", found)
			}
		})
	}
}

// copyWorkspace is a copy of a closed workspace on the same machine.
func copyWorkspace(t testing.TB, b *bench) *bench {
	t.Helper()
	to := &bench{dir: filepath.Join(t.TempDir(), "copy"), keychain: b.keychain, clock: b.clock}
	if err := os.CopyFS(to.dir, os.DirFS(b.dir)); err != nil {
		t.Fatal(err)
	}
	return to
}
