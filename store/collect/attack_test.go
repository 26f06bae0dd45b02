package collect

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/posko-ir/posko/store/vault"
)

// meddling calls once during reading, after the first piece.
type meddling struct {
	opened
	meddle func()
}

func (m *meddling) Read(p []byte) (int, error) {
	n, err := m.opened.Read(p[:min(len(p), 4)])
	if m.meddle != nil {
		m.meddle()
		m.meddle = nil
	}
	return n, err
}

func TestAttack41_SourceChangesDuringRead(t *testing.T) {
	old := time.Now().Add(-time.Hour)
	for name, c := range map[string]struct {
		meddle func(path string)
		note   Note
		want   string
	}{
		"grows": {func(p string) {
			f, err := os.OpenFile(p, os.O_APPEND|os.O_WRONLY, 0)
			must(t, err)
			_, err = f.WriteString(" and more")
			must(t, errors.Join(err, f.Close()))
		}, Grew, "0123456789 and more"},
		"shrinks":   {func(p string) { must(t, os.Truncate(p, 6)) }, Shrank, "012345"},
		"rewritten": {func(p string) { must(t, os.WriteFile(p, []byte("9876543210"), 0)) }, Changed, "0123543210"},
		"replaced": {func(p string) {
			must(t, os.WriteFile(p+".new", []byte("other"), 0o600))
			must(t, os.Rename(p+".new", p))
		}, Replaced, "0123456789"},
		"removed": {func(p string) { must(t, os.Remove(p)) }, Removed, "0123456789"},
	} {
		b := newBench(t)
		path := filepath.Join(t.TempDir(), "f")
		writeFile(t, path, "0123456789")
		must(t, os.Chtimes(path, old, old))
		batch := b.begin(t)
		r, err := Collect(context.Background(), Options{
			Batch: batch, Roots: []string{path},
			open: func(dir *folder, name string) (opened, error) {
				f, err := dir.handle.open(name)
				return &meddling{f, func() { c.meddle(path) }}, err
			},
		})
		must(t, err)
		seal(t, batch)
		l := line(t, r, "f")
		if got := b.content(t, l); got != c.want || !slices.Contains(l.Notes, c.note) {
			t.Errorf("%s: kept %q, notes %v, want %q, %s", name, got, l.Notes, c.want, c.note)
		}
	}
}

// failingFile breaks off after some bytes.
type failingFile struct {
	opened
	left int
}

func (f *failingFile) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, errors.New("input/output error")
	}
	n, err := f.opened.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

func TestAttack41_ReadErrorKeepsTheBeginning(t *testing.T) {
	for left, stored := range map[int]bool{0: false, 4: true} {
		b := newBench(t)
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "bad"), "0123456789")
		writeFile(t, filepath.Join(dir, "good"), "fine")
		batch := b.begin(t)
		r, err := Collect(context.Background(), Options{
			Batch: batch, Roots: []string{dir},
			open: func(dir *folder, name string) (opened, error) {
				f, err := dir.handle.open(name)
				if name == "bad" {
					f = &failingFile{f, left}
				}
				return f, err
			},
		})
		must(t, err)
		seal(t, batch)
		l := line(t, r, "bad")
		if l.Stored != stored || len(r.Skipped) != 1 || r.Skipped[0].N != l.N || len(l.Notes) != 1 {
			t.Errorf("after %d bytes: %+v, skipped %+v", left, l, r.Skipped)
		}
		if stored && b.content(t, l) != "0123" {
			t.Errorf("kept %q", b.content(t, l))
		}
		if b.content(t, line(t, r, "good")) != "fine" {
			t.Error("the rest stopped")
		}
		checkManifest(t, r)
	}
}

func TestUnreadableMemberDoesNotStop(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "closed"), "x")
	writeFile(t, filepath.Join(dir, "open"), "y")
	r, err := Collect(context.Background(), Options{
		Batch: b.begin(t), Roots: []string{dir},
		open: func(dir *folder, name string) (opened, error) {
			if name == "closed" {
				return nil, os.ErrPermission
			}
			return dir.handle.open(name)
		},
	})
	must(t, err)
	l := line(t, r, "closed")
	if l.Stored || !l.has(Unreadable) || r.Skipped[0] != (Skipped{l.N, 1, "closed", "permission denied"}) || r.Files != 1 {
		t.Errorf("line %+v, skipped %+v", l, r.Skipped)
	}
}

// stopAfter collects and breaks off when the file of that name is opened.
func stopAfter(t *testing.T, b bench, dir, name string) (id string, r Result, err error) {
	t.Helper()
	batch, err := b.vault.Begin(b.id.Recipient())
	must(t, err)
	defer batch.Suspend()
	ctx, unplug := context.WithCancel(context.Background())
	defer unplug()
	r, err = Collect(ctx, Options{
		Batch: batch, Roots: []string{dir},
		open: func(dir *folder, n string) (opened, error) {
			if n == name {
				unplug()
			}
			return dir.handle.open(n)
		},
	})
	return batch.ID(), r, err
}

func TestAttack43_ResumeAfterSourceChanged(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	for name, content := range map[string]string{"a": "same", "b": "before", "c": "goes", "d": "", "e": "last"} {
		writeFile(t, filepath.Join(dir, name), content)
	}
	id, r, err := stopAfter(t, b, dir, "none")
	must(t, err)
	if r.Files != 5 {
		t.Fatalf("first run: %+v", r)
	}
	resume(t, b, id, 0) // nothing was on the disk: one small segment had not ended

	// A run whose batch was sealed but not recorded has everything.
	batch := b.begin(t)
	_, err = Collect(context.Background(), Options{Batch: batch, Roots: []string{dir}})
	must(t, err)
	seal(t, batch)
	batch.Suspend()
	writeFile(t, filepath.Join(dir, "b"), "after it")
	must(t, os.Remove(filepath.Join(dir, "c")))
	again, noted := resume(t, b, batch.ID(), 5)
	r, err = Collect(context.Background(), Options{Batch: again, Roots: []string{dir}, Earlier: noted})
	must(t, err)
	_, err = again.Add(context.Background(), NewManifestReader(r.Lines))
	must(t, err)
	seal(t, again)
	must(t, again.Done())

	if got, want := names(r.Lines), []string{"a", "b", "b", "d", "e", "c", "."}; !slices.Equal(got, want) {
		t.Fatalf("lines %q, want %q", got, want)
	}
	if r.Reused != 3 || !r.Lines[1].has(Older) || r.Lines[2].Notes != nil || !r.Lines[5].has(Gone) {
		t.Errorf("reused %d, lines %+v", r.Reused, r.Lines)
	}
	for i, want := range []string{"same", "before", "after it", "", "last", "goes"} {
		if got := b.content(t, r.Lines[i]); got != want {
			t.Errorf("line %d holds %q, want %q", i+1, got, want)
		}
	}
	checkManifest(t, r)
}

func resume(t *testing.T, b bench, id string, objects int) (*vault.Batch, []vault.Noted) {
	t.Helper()
	batch, noted, err := b.vault.Resume(id, []age.Identity{b.id}, b.id.Recipient())
	must(t, err)
	t.Cleanup(func() { _ = batch.Abort() })
	if len(noted) != objects {
		t.Fatalf("%d objects are complete, want %d", len(noted), objects)
	}
	return batch, noted
}

func TestAttack43_CutOffInTheMiddle(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	large := filepath.Join(dir, "a")
	f, err := os.Create(large)
	must(t, err)
	must(t, errors.Join(f.Truncate(80<<20), f.Close()))
	writeFile(t, filepath.Join(dir, "b"), "small")
	writeFile(t, filepath.Join(dir, "z"), "never read in the first run")
	id, _, err := stopAfter(t, b, dir, "z")
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("first run: %v", err)
	}
	batch, noted, err := b.vault.Resume(id, []age.Identity{b.id}, b.id.Recipient())
	must(t, err)
	r, err := Collect(context.Background(), Options{Batch: batch, Roots: []string{dir}, Earlier: noted})
	must(t, err)
	seal(t, batch)
	must(t, batch.Done())
	if got := names(r.Lines); !slices.Equal(got, []string{"a", "b", "z", "."}) || r.Reused != int64(len(noted)) {
		t.Errorf("lines %q, reused %d of %d", got, r.Reused, len(noted))
	}
	in, err := b.vault.Read(context.Background(), line(t, r, "a").Object, b.id)
	must(t, err)
	n, err := io.Copy(io.Discard, in)
	if n != 80<<20 || err != nil {
		t.Errorf("the large file has %d bytes: %v", n, err)
	}
	must(t, in.Close())
}

func TestAttack43_SourceDiskUnplugged(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "disk", "a"), "first")
	writeFile(t, filepath.Join(dir, "disk", "b"), "second")
	disk := filepath.Join(dir, "disk")
	batch := b.begin(t)
	_, err := Collect(context.Background(), Options{
		Batch: batch, Roots: []string{disk},
		open: func(d *folder, name string) (opened, error) {
			if name == "b" {
				must(t, os.Rename(disk, disk+".away"))
			}
			return d.handle.open(name)
		},
	})
	if !errors.Is(err, ErrRootGone) {
		t.Fatalf("unplugged: %v", err)
	}
	batch.Suspend()
	must(t, os.Rename(disk+".away", disk))
	again, noted := resume(t, b, batch.ID(), 0)
	r, err := Collect(context.Background(), Options{Batch: again, Roots: []string{disk}, Earlier: noted})
	if err != nil || r.Files != 2 {
		t.Errorf("after it came back: %+v, %v", r, err)
	}
}

func TestCancelEndlessFile(t *testing.T) {
	b := newBench(t)
	path := filepath.Join(t.TempDir(), "sparse")
	f, err := os.Create(path)
	must(t, err)
	if err := errors.Join(f.Truncate(1<<40), f.Close()); err != nil {
		t.Skipf("this file system has no sparse files of a terabyte: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last Progress
	_, err = Collect(ctx, Options{
		Batch: b.begin(t), Roots: []string{path},
		Progress: func(p Progress) { last = p; cancel() },
	})
	if !errors.Is(err, context.Canceled) || last.Bytes == 0 || last.Bytes > 1<<39 {
		t.Errorf("got %v after %+v", err, last)
	}
}
