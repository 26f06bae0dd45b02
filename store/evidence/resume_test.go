package evidence_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/evidence"
)

var kills = flag.Int("kills", 20, "how often to kill a collecting process")

// large is a folder of more than one segment, so that an interrupted collection
// has something to go on with.
func large(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	block := bytes.Repeat([]byte("posko evidence "), 1<<20/15)
	for i := range 6 {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("part-%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			if _, err := f.Write(block); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// interrupted cancels a collection once something of it is on the disk. A file
// of holes behind the others keeps it busy until then, however fast the disk is.
func (b *bench) interrupted(t testing.TB, dir string) {
	t.Helper()
	busy := filepath.Join(dir, "zz-busy")
	if err := errors.Join(os.WriteFile(busy, nil, 0o600), os.Truncate(busy, 64<<30)); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := os.Remove(busy); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	journal := filepath.Join(b.ws.VaultDir(), "tmp", "*", "*.journal")
	_, err := b.AddPaths(ctx, b.tag, nothing, evidence.Paths{Paths: []string{dir}, Progress: func(collect.Progress) {
		if found, _ := filepath.Glob(journal); len(found) > 0 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestCancelledCollectionIsNotRecordedAndResumes(t *testing.T) {
	b := newBench(t)
	dir := large(t)
	before := b.ws.Entries()
	b.interrupted(t, dir)
	if b.ws.Entries() != before || len(b.segments(t)) > 0 {
		t.Errorf("%d entries, want %d; sealed %v", b.ws.Entries(), before, b.segments(t))
	}
	b = b.reopened(t)
	waiting, err := b.Unfinished(t.Context(), b.tag)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("unfinished %+v, %v", waiting, err)
	}
	other := b.openCase(t, "another case")
	if theirs, err := b.Unfinished(t.Context(), other); err != nil || len(theirs) > 0 {
		t.Errorf("another case is offered %+v, %v", theirs, err)
	}
	if _, err := b.AddPaths(t.Context(), other, nothing, evidence.Paths{Paths: []string{dir}, Resume: waiting[0].ID}); err == nil {
		t.Error("another case took it")
	}
	if swept, err := b.Sweep(t.Context(), time.Hour); err != nil || swept.Batches > 0 {
		t.Errorf("a young one was swept: %+v, %v", swept, err)
	}
	got, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Paths: []string{dir}, Resume: waiting[0].ID})
	if err != nil || got.Reused == 0 || got.Collection != "E1" {
		t.Fatalf("resumed %+v, %v", got, err)
	}
	if left, err := b.Unfinished(t.Context(), b.tag); err != nil || len(left) > 0 {
		t.Errorf("left %+v, %v", left, err)
	}
	b.verified(t)
	b.sameAsSources(t, dir)
}

func (b *bench) sameAsSources(t testing.TB, dir string) {
	t.Helper()
	n := 0
	if err := b.Items(t.Context(), b.tag, "E1", func(_ cases.Collection, i evidence.Item) error {
		if !i.Line.Stored {
			return nil
		}
		n++
		want, err := os.ReadFile(filepath.Join(dir, i.Line.Name))
		if err == nil && !bytes.Equal(b.read(t, i.Ref), want) {
			t.Errorf("%s has other bytes", i.Line.Name)
		}
		return err
	}); err != nil || n != 6 {
		t.Errorf("%d items, %v", n, err)
	}
}

func TestSweepRemovesOnlyWhatNobodyNeeds(t *testing.T) {
	b := newBench(t)
	b.text(t, "kept")
	b.interrupted(t, large(t))
	orphan := filepath.Join(b.ws.VaultDir(), "ab", "ab000000000000000000000000000000.age")
	if err := os.MkdirAll(filepath.Dir(orphan), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(orphan, []byte("sealed before a crash"), 0o600); err != nil {
		t.Fatal(err)
	}
	swept, err := b.Sweep(t.Context(), time.Hour)
	if err != nil || swept.Batches != 0 || len(swept.Segments) != 0 || len(swept.Left) != 1 {
		t.Fatalf("young: %+v, %v", swept, err)
	}
	long := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(orphan, long, long); err != nil {
		t.Fatal(err)
	}
	// The interrupted collection may be the one that sealed it.
	if swept, err = b.Sweep(t.Context(), time.Hour); err != nil || len(swept.Segments) != 0 || len(swept.Left) != 1 {
		t.Fatalf("beside an unfinished collection: %+v, %v", swept, err)
	}
	if swept, err = b.Sweep(t.Context(), 0); err != nil || swept.Batches != 1 || len(swept.Segments) != 1 {
		t.Fatalf("old: %+v, %v", swept, err)
	}
	if _, err := os.Stat(orphan); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the orphan: %v", err)
	}
	if string(b.read(t, "E1/1")) != "kept" {
		t.Error("what is kept cannot be read")
	}
	b.verified(t)
}

func TestSweepRefusesWhatItCannotKnow(t *testing.T) {
	b := newBench(t)
	b.text(t, "kept")
	kept := b.segments(t)
	b = b.reopened(t)
	// The collection's entry is gone, so its segment looks as if nobody needs it.
	tamper(t, b.ws.Dir(), "UPDATE entry SET body = NULL WHERE id = (1 << 40) + 3")
	if _, err := b.Sweep(t.Context(), 0); err == nil {
		t.Error("swept over an entry that cannot be read")
	}
	if now := b.segments(t); len(now) != len(kept) {
		t.Errorf("%d segments, before %d", len(now), len(kept))
	}
}

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(collectChild); dir != "" {
		os.Exit(collectForEver(dir, os.Getenv(collectChild+"_TAG"), os.Getenv(collectChild+"_FROM")))
	}
	os.Exit(m.Run())
}

const collectChild = "POSKO_TEST_COLLECT"

// collectForEver collects the same folder again and again and says each
// collection once it is acknowledged.
func collectForEver(dir, tag, from string) int {
	ctx := context.Background()
	ws, err := store.Open(ctx, dir, options())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	d, err := evidence.Open(ws)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("begin")
	for {
		got, err := d.AddPaths(ctx, tag, nothing, evidence.Paths{Paths: []string{from}})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(got.Collection)
	}
}

func TestAttack36_KillDuringCollecting(t *testing.T) {
	b := newBench(t)
	dir, _ := sources(t)
	acknowledged, total := 0, 0
	for n := range *kills {
		if n%10 == 0 { // verifying reads everything: begin a new case now and then
			b.tag, acknowledged = b.openCase(t, "killed"), 0
		}
		if err := b.ws.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		acknowledged += killCollector(t, b, dir, (n+1)%2)
		b = b.reopened(t)
		b.view(t, func(c *cases.Case) {
			if len(c.Collections) < acknowledged {
				t.Errorf("%d collections, %d acknowledged", len(c.Collections), acknowledged)
			}
			acknowledged = len(c.Collections)
			total += acknowledged
		})
		b.verified(t) // names every segment that an entry misses
		if _, err := b.Unfinished(t.Context(), b.tag); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Sweep(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(filepath.Join(b.ws.VaultDir(), "tmp")); err != nil || len(left) > 0 {
			t.Errorf("left %v, %v", left, err)
		}
		b.verified(t)
	}
	if total == 0 {
		t.Error("no process lived long enough to collect anything")
	}
}

// killCollector kills a collecting process at a random point after so many
// collections and returns how many it acknowledged.
func killCollector(t *testing.T, b *bench, from string, after int) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), collectChild+"="+b.ws.Dir(), collectChild+"_TAG="+b.tag, collectChild+"_FROM="+from)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, n := bufio.NewScanner(out), -1 // the first line only says that it began
	for lines.Scan() {
		if n++; n == after {
			time.AfterFunc(time.Duration(rand.IntN(80_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait() // it was killed
	if n < 0 {
		t.Fatal("the process did not begin")
	}
	return n
}
