package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
)

func bookOf(t *testing.T, w *store.Workspace, fn func(*book.Book)) {
	t.Helper()
	err := store.View(t.Context(), w, "", func(b *book.Book) error {
		fn(b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func customers(t *testing.T, n int) book.List {
	t.Helper()
	var csv strings.Builder
	csv.WriteString("name,phone\n")
	for i := range n {
		fmt.Fprintf(&csv, "Customer %d,+39 06 %05d\n", i, i)
	}
	l, err := book.ReadCSV(book.Customer, strings.NewReader(csv.String()), false)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// An import is one commit of many entries; they survive, are found, and a
// snapshot of them is what the ledger says.
func TestBookImportSurvivesAndIsFound(t *testing.T) {
	w, b := create(t)
	l := customers(t, 300)
	var p book.Plan
	bookOf(t, w, func(b *book.Book) { p = b.Plan(l) })
	if err := store.Update(t.Context(), w, "", event.Said{}, func(b *book.Book) error { return b.Import(l, &p, false) }); err != nil {
		t.Fatal(err)
	}
	err := store.Update(t.Context(), w, "", event.Said{}, func(b *book.Book) error {
		_, err := b.Change("CUS-A7", map[string]string{"contact": "Citra Dewi"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	closeNow(t, w)
	for range 2 { // folded from zero, then from the snapshot
		w = b.open(t)
		bookOf(t, w, func(b *book.Book) {
			if again := b.Plan(l); again.Same != 300 || !again.Nothing() {
				t.Errorf("read again %+v", again)
			}
		})
		hits, err := w.Search(t.Context(), "citra customer")
		if err != nil || len(hits) != 1 || hits[0].ID != "CUS-A7" || hits[0].Case != "" || !strings.Contains(hits[0].Excerpt, "Customer 6") {
			t.Errorf("hits %+v, %v", hits, err)
		}
		if hits, err := w.Search(t.Context(), "customer"); err != nil || len(hits) > store.MaxHits {
			t.Errorf("%d hits, %v", len(hits), err)
		}
		r, err := w.Roster(t.Context())
		if err != nil || len(r.Unknown)+len(r.Conflicts) > 0 {
			t.Errorf("the roster took entries of the book for its own: %+v, %v", r.Unknown, err)
		}
		verified(t, w)
		closeNow(t, w)
	}
}

// A preview that another program overtook is not recorded.
func TestBookImportSeesWhatOthersAdded(t *testing.T) {
	w, b := create(t)
	other := b.open(t)
	l := customers(t, 3)
	var p book.Plan
	bookOf(t, w, func(b *book.Book) { p = b.Plan(l) })
	add := func(b *book.Book) error {
		_, err := b.Add(book.Customer, map[string]string{"name": "customer 1"})
		return err
	}
	if err := store.Update(t.Context(), other, "", event.Said{}, add); err != nil {
		t.Fatal(err)
	}
	err := store.Update(t.Context(), w, "", event.Said{}, func(b *book.Book) error { return b.Import(l, &p, false) })
	var r *book.Refusal
	if !errors.As(err, &r) || r.Rule != "changed-meanwhile" {
		t.Errorf("got %v", err)
	}
	bookOf(t, w, func(b *book.Book) {
		if n := len(b.List(book.Customer)); n != 1 {
			t.Errorf("%d customers", n)
		}
	})
}
