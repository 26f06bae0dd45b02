package store_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
)

// TestMain lets the test binary play a second process: with a workspace named
// in its arguments it only writes notes and leaves.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "write-notes" {
		os.Exit(writeNotes(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// writeNotes DIR TAG COUNT appends notes and says each on standard output once
// it is acknowledged.
func writeNotes(args []string) int {
	count, _ := strconv.Atoi(args[2])
	ctx := context.Background()
	p, _ := keys.NewPassphrase([]byte("correct horse battery"))
	b := &bench{keychain: keys.None()}
	o := b.optionsWith(p)
	w, err := store.Open(ctx, args[0], o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for i := range count {
		if err := addNote(ctx, w, args[1], fmt.Sprintf("note %d", i)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(i)
	}
	if err := w.Close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func withoutKeychain(t testing.TB) (*store.Workspace, *bench) {
	t.Helper()
	b := &bench{dir: t.TempDir(), keychain: keys.None()}
	w, err := store.Create(t.Context(), b.dir, "Example", "Sari", b.options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close(context.Background()) })
	return w, b
}

func TestTwoProcessesHammerOneWorkspace(t *testing.T) {
	const each = 60
	w, b := withoutKeychain(t)
	tag := openCase(t, w, "shared")
	var procs []*exec.Cmd
	for range 2 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "write-notes", b.dir, tag, strconv.Itoa(each))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		procs = append(procs, cmd)
	}
	var here sync.WaitGroup
	for i := range 4 {
		here.Go(func() {
			for j := range each / 4 {
				if err := addNote(t.Context(), w, tag, fmt.Sprintf("here %d %d", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	here.Wait()
	for _, cmd := range procs {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if err := store.View(t.Context(), w, tag, func(c *cases.Case) error {
		if len(c.Notes) != 3*each {
			t.Errorf("%d notes, want %d", len(c.Notes), 3*each)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	verified(t, w)
}

func TestManyWritersShareCommits(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "busy")
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for j := range 20 {
				if err := addNote(t.Context(), w, tag, fmt.Sprintf("%d %d", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := verified(t, w).Entries; n != 2+1+16*20 {
		t.Errorf("%d entries", n)
	}
}

func TestCancelledUpdateIsNotRecorded(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := w.Entries()
	if err := addNote(ctx, w, tag, "late"); err == nil || w.Entries() != before {
		t.Fatalf("err %v, %d entries", err, w.Entries())
	}
}
