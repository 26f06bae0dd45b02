package evidence_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

// refs finds items of E1 by name.
func (b *bench) refs(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	if err := b.Items(t.Context(), b.tag, "E1", func(_ cases.Collection, i evidence.Item) error {
		out[i.Line.Name] = i.Ref
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func (b *bench) gone(t testing.TB, ref string) {
	t.Helper()
	if _, err := b.Find(t.Context(), b.tag, ref); !errors.Is(err, evidence.ErrNoBytes) {
		t.Errorf("%s: %v", ref, err)
	}
}

func TestTwoDestructionsAtTheSameTimeDoNotUndoEachOther(t *testing.T) {
	b := newBench(t)
	dir, files := sources(t)
	b.add(t, dir)
	ref := b.refs(t)
	first, second := ref["sub/b.txt"], ref["sub/odd name.eml"]
	err := b.DestroyAfter(t.Context(), b.tag, second, "not ours", func() {
		if _, err := b.Destroy(t.Context(), b.tag, nothing, first, "private"); err != nil {
			t.Fatal(err)
		}
	})
	if !errors.Is(err, evidence.ErrAtTheSameTime) {
		t.Fatalf("got %v", err)
	}
	b.gone(t, first)
	if string(b.read(t, second)) != string(files["sub/odd name.eml"]) || len(b.segments(t)) != 1 {
		t.Errorf("the second is damaged, or segments stay: %v", b.segments(t))
	}
	err = b.DestroyAfter(t.Context(), b.tag, second, "not ours", func() {
		if _, err := b.Destroy(t.Context(), b.tag, nothing, second, "not ours"); err != nil {
			t.Fatal(err)
		}
	})
	if !errors.Is(err, evidence.ErrNoBytes) {
		t.Errorf("destroyed twice: %v", err)
	}
	if _, err := b.Destroy(t.Context(), b.tag, nothing, second, "again"); !errors.Is(err, evidence.ErrNoBytes) {
		t.Errorf("destroyed again: %v", err)
	}
	b.view(t, func(c *cases.Case) {
		if len(c.Collections[0].Lost) != 2 {
			t.Errorf("lost %+v", c.Collections[0].Lost)
		}
	})
	if string(b.read(t, ref["big.mbox"])) != string(files["big.mbox"]) || len(b.segments(t)) != 1 {
		t.Errorf("what is kept is damaged, or segments stay: %v", b.segments(t))
	}
	b.verified(t)
	b.reasons(t, map[string]string{first: "private", second: "not ours"})
}

// reasons are those that the bag gives for what it withholds.
func (b *bench) reasons(t testing.TB, want map[string]string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "bag")
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(out, "data", "withheld.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for ref, reason := range want {
		_, line, _ := strings.Cut(ref, "/")
		found := false
		for one := range strings.SplitSeq(string(data), "\n") {
			found = found || strings.Contains(one, `"n":`+line+",") && strings.Contains(one, `"`+reason+`"`)
		}
		if !found {
			t.Errorf("%s is not withheld because of %q: %s", ref, reason, data)
		}
	}
}

func TestAttack36_CrashBetweenDestructionAndRemoval(t *testing.T) {
	b := newBench(t)
	dir, files := sources(t)
	b.add(t, dir)
	ref := b.refs(t)
	old := b.segments(t)[0]
	sealed, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Destroy(t.Context(), b.tag, nothing, ref["sub/b.txt"], "private"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old, sealed, 0o600); err != nil { // as if it had not been removed
		t.Fatal(err)
	}
	b = b.reopened(t)
	b.verified(t)
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the destroyed bytes still lie there: %v", err)
	}
	if string(b.read(t, ref["big.mbox"])) != string(files["big.mbox"]) {
		t.Error("what is kept is damaged")
	}
}

func TestSnapshotIsNotTheLiveCase(t *testing.T) {
	b := newBench(t)
	b.text(t, "one")
	before, err := evidence.Snapshot(t.Context(), b.ws, b.tag)
	if err != nil {
		t.Fatal(err)
	}
	err = store.Update(t.Context(), b.ws, b.tag, nothing, func(c *cases.Case) error {
		return c.SetFact("aware", instant.Of(b.ws.Now()), "the mail was read")
	})
	if err != nil {
		t.Fatal(err)
	}
	after, err := evidence.Snapshot(t.Context(), b.ws, b.tag)
	if err != nil || len(before.Collections) != 1 || len(before.Facts["aware"]) != 0 || len(after.Facts["aware"]) != 1 {
		t.Errorf("before %+v, after %+v, %v", before.Facts, after.Facts, err)
	}
}
