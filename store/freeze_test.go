package store_test

import (
	"sync"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
)

// A verification sees the workspace as it was when it began: what is recorded
// meanwhile neither waits for it nor looks like damage.
func TestWorkGoesOnWhileTheLedgerIsVerified(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "target")
	note(t, w, tag, "before")
	problems, same, err := w.VerifyFoldDuring(t.Context(), func() {
		note(t, w, tag, "meanwhile")
		openCase(t, w, "another")
		viewCase(t, w, tag, func(c *cases.Case) {
			if len(c.Notes) != 2 {
				t.Errorf("%d notes", len(c.Notes))
			}
		})
	})
	if err != nil || !same || len(problems) > 0 {
		t.Errorf("same %v, problems %+v, %v", same, problems, err)
	}
	verified(t, w)
}

// Many verifications beside many updates find nothing (for the race detector).
func TestVerifyBesideUpdates(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "target")
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for range 5 {
				if v, err := w.Verify(t.Context()); err != nil || !v.OK() {
					t.Errorf("%+v, %v", v.Problems, err)
				}
			}
		})
	}
	for range 20 {
		note(t, w, tag, "n")
		if err := store.View(t.Context(), w, tag, func(*cases.Case) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
}
