package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys/keystest"
)

// A disk that reports I/O errors cannot be had without a kernel module; the
// vault's tests inject them below the file system, and SQLite's own suite does
// so for the database.

// smallDisk mounts an empty disk of a few MiB for the length of the test.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("posko-test", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a full disk needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// fill leaves the disk with room for no more than spare bytes and returns what
// gives the room back.
func fill(t *testing.T, disk string, spare int64) (free func()) {
	t.Helper()
	path := filepath.Join(disk, "fill")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	size, _ := f.Seek(0, 1)
	if err := f.Truncate(max(0, size-spare)); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

// onSmallDisk is a workspace on a disk of its own, which must close before the
// disk goes.
func onSmallDisk(t *testing.T, size string) (w *store.Workspace, b *bench, disk string) {
	t.Helper()
	disk = smallDisk(t, size)
	b = &bench{dir: filepath.Join(disk, "ws"), keychain: new(keystest.Keychain)}
	w, err := store.Create(t.Context(), b.dir, "Example Ltd", "Sari", b.options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close(context.Background()) })
	return w, b, disk
}

func TestAttack37_FullDiskDuringAppend(t *testing.T) {
	w, b, disk := onSmallDisk(t, "4m")
	tag := openCase(t, w, "target")
	note(t, w, tag, "before")
	for _, spare := range []int64{0, 16 << 10, 64 << 10} {
		free := fill(t, disk, spare)
		before := w.Entries()
		var err error
		for range 64 {
			if err = addNote(t.Context(), w, tag, strings.Repeat("x", 32<<10)); err != nil {
				break
			}
			before++
		}
		if !errors.Is(err, store.ErrDiskFull) {
			t.Fatalf("spare %d: %v", spare, err)
		}
		if n := w.Entries(); n != before {
			t.Errorf("spare %d: %d entries, want %d", spare, n, before)
		}
		verified(t, w)
		free()
		note(t, w, tag, "room again")
		verified(t, w)
	}
	entries := w.Entries()
	closeNow(t, w)
	w = b.open(t)
	if w.Entries() != entries || len(w.Alarms()) > 0 {
		t.Errorf("%d entries, want %d; alarms %+v", w.Entries(), entries, w.Alarms())
	}
	verified(t, w)
	closeNow(t, w)
}

func TestAttack37_FullDiskWhileOpeningACase(t *testing.T) {
	w, _, disk := onSmallDisk(t, "4m")
	free := fill(t, disk, 0)
	var err error
	for range 200 { // what the write-ahead file has room for
		if _, err = w.OpenCase(t.Context(), event.Said{}, cases.Opening{Title: "full"}, nil); err != nil {
			break
		}
	}
	if !errors.Is(err, store.ErrDiskFull) {
		t.Fatalf("got %v", err)
	}
	list, _ := w.Cases(t.Context())
	free()
	openCase(t, w, "next")
	after, _ := w.Cases(t.Context())
	if len(after) != len(list)+1 {
		t.Errorf("%d cases, before %d", len(after), len(list))
	}
	numbers := map[string]bool{}
	for _, s := range after {
		numbers[s.Number] = true
	}
	if len(numbers) != len(after) || !numbers["A-1"] {
		t.Errorf("numbers %v", numbers)
	}
	verified(t, w)
	closeNow(t, w)
}

func TestAttack37_FullDiskDuringCollecting(t *testing.T) {
	w, _, disk := onSmallDisk(t, "8m")
	tag := openCase(t, w, "target")
	d, err := evidence.Open(w)
	if err != nil {
		t.Fatal(err)
	}
	big := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(big, make([]byte, 4<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	free := fill(t, disk, 1<<20)
	before := w.Entries()
	_, err = d.AddPaths(t.Context(), tag, event.Said{}, evidence.Paths{Paths: []string{big}})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no space left") {
		t.Fatalf("got %v", err)
	}
	if sealed, _ := filepath.Glob(filepath.Join(w.VaultDir(), "??", "*.age")); w.Entries() != before || len(sealed) > 0 {
		t.Errorf("%d entries, want %d; sealed %v", w.Entries(), before, sealed)
	}
	if left, _ := d.Unfinished(t.Context(), tag); len(left) > 0 {
		t.Errorf("left %+v", left)
	}
	free()
	if _, err := d.AddPaths(t.Context(), tag, event.Said{}, evidence.Paths{Paths: []string{big}}); err != nil {
		t.Fatal(err)
	}
	if check, err := d.Check(t.Context(), tag, nil); err != nil || check.Bytes != 4<<20 || len(check.Findings) > 0 {
		t.Errorf("check %+v, %v", check, err)
	}
	closeNow(t, w)
}

func TestAttack37_FullDiskDuringBackupAndRestore(t *testing.T) {
	w, b := create(t)
	tag := openCase(t, w, "target")
	note(t, w, tag, strings.Repeat("x", 60<<10))
	item := collect(t, w, tag, strings.Repeat("evidence ", 60_000))
	disk := smallDisk(t, "2m")
	folder := filepath.Join(disk, "backup")
	for _, spare := range []int64{0, 64 << 10, 300 << 10} {
		free := fill(t, disk, spare)
		before := w.Entries()
		if _, err := w.Backup(t.Context(), folder); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("spare %d: %v", spare, err)
		}
		if files, _ := filepath.Glob(filepath.Join(folder, "posko-*")); len(files) > 0 || w.Entries() != before {
			t.Errorf("spare %d: left %v, %d entries", spare, files, w.Entries())
		}
		free()
	}
	backup(t, w, folder)
	free := fill(t, disk, 32<<10)
	to := filepath.Join(disk, "back")
	_, err := store.Restore(t.Context(), folder, to, b.options(t))
	if !errors.Is(err, syscall.ENOSPC) || errors.Is(err, store.ErrBackup) {
		t.Errorf("restore: %v", err)
	}
	if left, _ := os.ReadDir(to); len(left) > 0 {
		t.Errorf("restore left %v", left)
	}
	free()
	if readItem(t, restore(t, b, folder), tag, item) == "" {
		t.Error("the backup does not hold the evidence")
	}
}

func TestAttack37_FullWorkspaceDiskDuringBackup(t *testing.T) {
	w, _, disk := onSmallDisk(t, "4m")
	tag := openCase(t, w, "target")
	for range 20 {
		note(t, w, tag, strings.Repeat("x", 32<<10))
	}
	free := fill(t, disk, 64<<10)
	folder := t.TempDir()
	_, err := w.Backup(t.Context(), folder)
	if !errors.Is(err, store.ErrDiskFull) {
		t.Errorf("got %v", err)
	}
	files, _ := filepath.Glob(filepath.Join(folder, "posko-*"))
	scratch, _ := filepath.Glob(filepath.Join(w.Dir(), "backup-*"))
	if len(files)+len(scratch) > 0 {
		t.Errorf("left %v %v", files, scratch)
	}
	free()
	backup(t, w, folder)
	verified(t, w)
	closeNow(t, w)
}
