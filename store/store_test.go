package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

type bench struct {
	dir      string
	keychain keys.Keychain
	clock    store.Clock
}

func (b *bench) options(t testing.TB) store.Options {
	t.Helper()
	p, err := keys.NewPassphrase([]byte("correct horse battery"))
	if err != nil {
		t.Fatal(err)
	}
	return b.optionsWith(p)
}

func (b *bench) optionsWith(p keys.Passphrase) store.Options {
	return store.Options{Passphrase: p, Keychain: b.keychain, Clock: b.clock, Cost: keystest.Cheap(), Floor: keystest.Cheap()}
}

func create(t testing.TB) (*store.Workspace, *bench) {
	t.Helper()
	b := &bench{dir: filepath.Join(t.TempDir(), "ws"), keychain: new(keystest.Keychain)}
	w, err := store.Create(t.Context(), b.dir, "Example Ltd", "Sari", b.options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close(context.Background()) })
	return w, b
}

func (b *bench) open(t testing.TB) *store.Workspace {
	t.Helper()
	w, err := store.Open(t.Context(), b.dir, b.options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close(context.Background()) })
	return w
}

func openCase(t testing.TB, w *store.Workspace, title string) string {
	t.Helper()
	tag, err := w.OpenCase(t.Context(), event.Said{}, cases.Opening{Title: title}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tag
}

func note(t testing.TB, w *store.Workspace, tag, text string) {
	t.Helper()
	if err := addNote(t.Context(), w, tag, text); err != nil {
		t.Fatal(err)
	}
}

func addNote(ctx context.Context, w *store.Workspace, tag, text string) error {
	return store.Update(ctx, w, tag, event.Said{}, func(c *cases.Case) error {
		_, err := c.AddNote(text)
		return err
	})
}

func verified(t testing.TB, w *store.Workspace) store.Verification {
	t.Helper()
	v, err := w.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !v.OK() {
		t.Fatalf("verification: %+v", v.Problems)
	}
	return v
}

func closeNow(t testing.TB, w *store.Workspace) {
	t.Helper()
	if err := w.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestCaseSurvivesReopening(t *testing.T) {
	w, b := create(t)
	tag := openCase(t, w, "Mail from the bank")
	for range 3 {
		note(t, w, tag, "rang the bank")
	}
	verified(t, w)
	closeNow(t, w)

	w = b.open(t)
	list, err := w.Cases(t.Context())
	if err != nil || len(list) != 1 || list[0].Number != "A-1" || list[0].Entries != 4 {
		t.Fatalf("list %+v, %v", list, err)
	}
	verified(t, w)
	if len(w.Alarms()) > 0 {
		t.Errorf("alarms %v", w.Alarms())
	}
	if tag2 := openCase(t, w, "Second"); tag2 == tag {
		t.Error("two cases share a tag")
	}
	list, _ = w.Cases(t.Context())
	if list[1].Number != "A-2" {
		t.Errorf("numbers have a gap: %+v", list)
	}
}

func TestRefusedUpdateRecordsNothing(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "x")
	before := w.Entries()
	boom := errors.New("boom")
	err := store.Update(t.Context(), w, tag, event.Said{}, func(c *cases.Case) error {
		if _, err := c.AddNote("half done"); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) || w.Entries() != before {
		t.Fatalf("err %v, entries %d, want %d", err, w.Entries(), before)
	}
	note(t, w, tag, "after")
	if err := store.View(t.Context(), w, tag, func(c *cases.Case) error {
		if len(c.Notes) != 1 {
			t.Errorf("notes %+v", c.Notes)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.OpenCase(t.Context(), event.Said{}, cases.Opening{Title: "  "}, nil); err == nil {
		t.Error("a case without a title was opened")
	}
	if openCase(t, w, "next"); true {
		list, _ := w.Cases(t.Context())
		if list[len(list)-1].Number != "A-2" {
			t.Errorf("a refused case used up a number: %+v", list)
		}
	}
	verified(t, w)
}

func TestSnapshotIsOnlyACache(t *testing.T) {
	w, b := create(t)
	tag := openCase(t, w, "long")
	for range 250 {
		note(t, w, tag, "n")
	}
	closeNow(t, w)
	w = b.open(t)
	note(t, w, tag, "tail")
	count := func(w *store.Workspace) (n int) {
		_ = store.View(t.Context(), w, tag, func(c *cases.Case) error { n = len(c.Notes); return nil })
		return n
	}
	if n := count(w); n != 251 {
		t.Fatalf("with a snapshot: %d notes", n)
	}
	verified(t, w)
	closeNow(t, w)
	tamper(t, b.dir, "DELETE FROM snapshot")
	if w = b.open(t); count(w) != 251 {
		t.Fatalf("without a snapshot: %d notes", count(w))
	}
	verified(t, w)
}

func TestSubscribersHearOfCommitsOnly(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "x")
	heard := make(chan store.Change, 10)
	cancel := w.Subscribe(func(c store.Change) { heard <- c })
	defer cancel()
	_ = store.Update(t.Context(), w, tag, event.Said{}, func(*cases.Case) error { return errors.New("no") })
	note(t, w, tag, "yes")
	select {
	case c := <-heard:
		if len(c.Subjects) != 1 || c.Subjects[0] != tag {
			t.Errorf("heard %+v", c)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nothing heard")
	}
	if len(heard) != 0 {
		t.Errorf("heard of a refusal: %+v", <-heard)
	}
}

func TestOtherProcessIsNoticed(t *testing.T) {
	w, b := create(t)
	tag := openCase(t, w, "shared")
	other := b.open(t)
	note(t, other, tag, "from the other side")
	note(t, w, tag, "from here")
	for _, side := range []*store.Workspace{w, other} {
		if err := store.View(t.Context(), side, tag, func(c *cases.Case) error {
			if len(c.Notes) != 2 {
				t.Errorf("notes %+v", c.Notes)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		verified(t, side)
	}
}

func TestSearch(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "Phishing")
	note(t, w, tag, "The CAFÉ invoice came from evil.example")
	note(t, w, tag, "nothing here")
	for query, want := range map[string]int{"café INVOICE": 1, "evil.example": 1, "here": 1, "phishing": 1, "invoice nothing": 0, "text": 0, "": 0} {
		hits, err := w.Search(t.Context(), query)
		if err != nil || len(hits) != want {
			t.Errorf("%q: %d hits, want %d: %+v, %v", query, len(hits), want, hits, err)
		}
	}
	if hits, err := w.Search(t.Context(), w.Keys().Officer().ID); err != nil || len(hits) > 0 {
		t.Errorf("an officer's id is text: %+v, %v", hits, err)
	}
	hits, _ := w.Search(t.Context(), "invoice")
	if len(hits) != 1 || hits[0].Case != "A-1" || !strings.Contains(hits[0].Excerpt, "CAFÉ invoice") {
		t.Errorf("hit %+v", hits)
	}
}

func TestFailedUnlocksBecomeOneEntry(t *testing.T) {
	w, b := create(t)
	closeNow(t, w)
	wrong := b.options(t)
	wrong.Passphrase, _ = keys.NewPassphrase([]byte("not the passphrase"))
	for range 2 {
		if _, err := store.Open(t.Context(), b.dir, wrong); !errors.Is(err, keys.ErrWrongPassphrase) {
			t.Fatalf("got %v", err)
		}
	}
	for i := range 2 {
		w = b.open(t)
		r, err := w.Roster(t.Context())
		if err != nil || len(r.Unlocks) != 1 || r.Unlocks[0].Count != 2 {
			t.Fatalf("open %d: %+v, %v", i, r.Unlocks, err)
		}
		closeNow(t, w)
	}
}

func TestRosterKnowsWhoseWorkspaceThisIs(t *testing.T) {
	w, _ := create(t)
	r, err := w.Roster(t.Context())
	if err != nil || r.Org != "Example Ltd" || !r.Solo || len(r.Officers) != 1 || r.Logs[0].Letter != "A" {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := store.Update(t.Context(), w, "", event.Said{}, func(r *roster.Roster) error {
		return r.Found("w2", "Other", r.Officers[0], true)
	}); err == nil {
		t.Error("founded twice")
	}
}

func TestSubscribersHearWhatOthersAppended(t *testing.T) {
	w, b := create(t)
	tag := openCase(t, w, "shared")
	heard := make(chan store.Change, 10)
	quiet := w.Subscribe(func(store.Change) {})
	defer w.Subscribe(func(c store.Change) { heard <- c })()
	quiet() // one listener less must not silence the other
	note(t, b.open(t), tag, "from the other side")
	select {
	case c := <-heard:
		if !slices.Contains(c.Subjects, tag) {
			t.Errorf("heard %+v, not of the case", c)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing heard")
	}
}
