package store_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys"
)

// collect adds a text as evidence and returns its item.
func collect(t testing.TB, w *store.Workspace, tag, text string) string {
	t.Helper()
	d, err := evidence.Open(w)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.AddText(t.Context(), tag, event.Said{}, "a text", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return got.Collection + "/1"
}

func readItem(t testing.TB, w *store.Workspace, tag, ref string) string {
	t.Helper()
	d, err := evidence.Open(w)
	if err != nil {
		t.Fatal(err)
	}
	item, err := d.Find(t.Context(), tag, ref)
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.OpenItem(t.Context(), tag, item)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func backup(t testing.TB, w *store.Workspace, folder string) string {
	t.Helper()
	made, err := w.Backup(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, made.File)
}

func restore(t testing.TB, b *bench, from string) *store.Workspace {
	t.Helper()
	w, err := store.Restore(t.Context(), from, filepath.Join(t.TempDir(), "back"), b.options(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close(context.Background()) })
	return w
}

// saved is an open workspace with a note and an item on one case, and a backup of it.
func saved(t testing.TB) (w *store.Workspace, b *bench, tag, item, folder, file string) {
	t.Helper()
	w, b = create(t)
	tag = openCase(t, w, "target")
	note(t, w, tag, "SECRETWORD in a note")
	item = collect(t, w, tag, "SECRETWORD in evidence")
	folder = filepath.Join(t.TempDir(), "backup")
	file = backup(t, w, folder)
	return w, b, tag, item, folder, file
}

func TestBackupRoundTrip(t *testing.T) {
	w, b, tag, item, folder, _ := saved(t)
	old, head := w.Keys().Officer(), w.Heads()[0]
	closeNow(t, w)
	back := restore(t, b, folder)
	if text := readItem(t, back, tag, item); text != "SECRETWORD in evidence" {
		t.Errorf("evidence %q", text)
	}
	viewCase(t, back, tag, func(c *cases.Case) {
		if len(c.Notes) != 1 || c.Notes[0].Text != "SECRETWORD in a note" {
			t.Errorf("notes %+v", c.Notes)
		}
	})
	now := back.Keys().Officer()
	if now.ID != old.ID || bytes.Equal(now.Authority.Marshal(), old.Authority.Marshal()) {
		t.Errorf("officer %s signs with the old key, or is another", now.ID)
	}
	r, err := back.Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	me, _ := r.Officer(old.ID)
	if len(me.Former) != 1 || me.Authority == me.Former[0] || len(r.Conflicts) > 0 {
		t.Errorf("officer %+v, conflicts %v", me, r.Conflicts)
	}
	// The backup does not hold the entry that tells of it: the cited head is one short.
	if l := r.Logs[len(r.Logs)-1]; l.Letter != "B" || l.Cites == nil || l.Cites.Log != head.Log || l.Cites.Size != head.Size-1 {
		t.Errorf("new log %+v", l)
	}
	openCase(t, back, "after")
	list, _ := back.Cases(t.Context())
	if list[1].Number != "B-1" {
		t.Errorf("number %q", list[1].Number)
	}
	verified(t, back)
	b.dir = back.Dir()
	closeNow(t, back)
	if back = b.open(t); len(back.Alarms()) > 0 {
		t.Errorf("reopened with alarms %+v", back.Alarms())
	}
	verified(t, back)
}

func TestBackupShowsNothingAndNoSigningKey(t *testing.T) {
	w, b, _, _, folder, _ := saved(t)
	want := []string{"identity.json", "posko-*.age", "vault/??/*.age"}
	found := 0
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found++
		name, _ := filepath.Rel(folder, path)
		if !slices.ContainsFunc(want, func(p string) bool { ok, _ := filepath.Match(p, filepath.ToSlash(name)); return ok }) {
			t.Errorf("unexpected file %s", name)
		}
		data, err := os.ReadFile(path)
		for _, word := range []string{"SECRETWORD", "target", "Example Ltd", "note.added", "SSH PRIVATE KEY", "AGE-SECRET-KEY"} {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%s shows %q", name, word)
			}
		}
		return err
	})
	if err != nil || found != 3 {
		t.Errorf("%d files, %v", found, err)
	}
	sealed, err := os.ReadFile(filepath.Join(folder, "identity.json"))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := keys.PeekIdentity(sealed); err != nil || info.Officer.Authority != nil || bytes.Contains(sealed, []byte(`"device"`)) {
		t.Errorf("identity file %+v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(b.dir, "backup-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	verified(t, w)
}

func TestSecondBackupCopiesOnlyNewSegments(t *testing.T) {
	w, b, tag, first, folder, _ := saved(t)
	segments := func() []string {
		found, _ := filepath.Glob(filepath.Join(folder, "vault", "??", "*.age"))
		return found
	}
	before := segments()
	if len(before) == 0 {
		t.Fatal("no segments")
	}
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, path := range before {
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	second := collect(t, w, tag, "more")
	backup(t, w, folder)
	if after := segments(); len(after) != len(before)+1 {
		t.Errorf("%d segments, before %d", len(after), len(before))
	}
	for _, path := range before {
		if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(long) {
			t.Errorf("%s was written again: %v", path, err)
		}
	}
	back := restore(t, b, folder) // the newest of two
	if readItem(t, back, tag, first)+readItem(t, back, tag, second) != "SECRETWORD in evidencemore" {
		t.Error("evidence is not what it was")
	}
}

func TestRestoreRefusals(t *testing.T) {
	_, b, _, _, folder, _ := saved(t)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	right, wrong := b.options(t), b.options(t)
	wrong.Passphrase, _ = keys.NewPassphrase([]byte("not the passphrase"))
	other := b.options(t)
	other.Keychain = keys.None()
	for name, c := range map[string]struct {
		from, to string
		o        store.Options
		want     error
	}{
		"a folder with something in it": {folder, full, right, store.ErrNotEmpty},
		"wrong passphrase":              {folder, "", wrong, keys.ErrWrongPassphrase},
		"another machine":               {folder, "", other, keys.ErrNoKeychain},
		"no backup":                     {t.TempDir(), "", right, store.ErrNoBackup},
	} {
		to := c.to
		if to == "" {
			to = filepath.Join(t.TempDir(), "new")
		}
		if _, err := store.Restore(t.Context(), c.from, to, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(to); len(left) > 0 && to != full {
			t.Errorf("%s: left %v", name, left)
		}
	}
	if left, _ := os.ReadDir(full); len(left) != 1 {
		t.Errorf("the folder with something in it now has %v", left)
	}
}

func TestAttack38_DamagedBackupIsRefusedAndLeavesNothing(t *testing.T) {
	_, b, _, _, folder, file := saved(t)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damaged := map[string][]byte{"empty": {}, "text": []byte("not age")}
	for _, cut := range []int{1, 100, len(whole) / 2, len(whole) - 16, len(whole) - 1} {
		damaged["cut to "+strconv.Itoa(cut)] = whole[:cut]
	}
	for _, at := range []int{30, 2300, len(whole) / 2, len(whole) - 1} {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1
		damaged["flipped at "+strconv.Itoa(at)] = flipped
	}
	damaged["longer"] = append(bytes.Clone(whole), 'x')
	for name, data := range damaged {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(t.TempDir(), "new")
			if _, err := store.Restore(t.Context(), folder, to, b.options(t)); !errors.Is(err, store.ErrBackup) {
				t.Errorf("got %v", err)
			}
			if left, _ := os.ReadDir(to); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

// Damage in one segment must not cost the rest of the workspace.
func TestAttack38_DamagedSegmentDoesNotStopBackupOrRestore(t *testing.T) {
	w, b, tag, item, folder, _ := saved(t)
	segments, _ := filepath.Glob(filepath.Join(w.VaultDir(), "??", "*.age"))
	if err := os.Truncate(segments[0], 200); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(folder, "vault")); err != nil {
		t.Fatal(err)
	}
	second := collect(t, w, tag, "whole")
	made, err := w.Backup(t.Context(), folder)
	var lost *store.IncompleteError
	if !errors.As(err, &lost) || !errors.Is(err, store.ErrIncomplete) || made.File == "" ||
		len(lost.Segments) != 1 || !strings.Contains(segments[0], lost.Segments[0]) {
		t.Fatalf("made %+v, %v", made, err)
	}
	back := restore(t, b, folder)
	if alarms := back.Alarms(); len(alarms) == 0 || !strings.Contains(alarms[len(alarms)-1].Reason, lost.Segments[0]) {
		t.Errorf("alarms %+v", alarms)
	}
	if readItem(t, back, tag, second) != "whole" {
		t.Error("the other item is lost too")
	}
	d, err := evidence.Open(back)
	if err != nil {
		t.Fatal(err)
	}
	check, err := d.Check(t.Context(), tag, nil)
	if err != nil || !slices.ContainsFunc(check.Findings, func(f cases.Finding) bool {
		return f.Item == item || f.Item == strings.TrimSuffix(item, "/1")
	}) {
		t.Errorf("findings %+v, %v", check.Findings, err)
	}
}

func TestBackupRefusesTheFolderOfAnotherWorkspace(t *testing.T) {
	_, b, tag, item, folder, _ := saved(t)
	w, _ := create(t)
	if _, err := w.Backup(t.Context(), folder); !errors.Is(err, store.ErrOtherBackup) {
		t.Fatalf("got %v", err)
	}
	if readItem(t, restore(t, b, folder), tag, item) == "" {
		t.Error("the first one's backup is gone")
	}
}

func TestBackupWhileAnotherProcessWrites(t *testing.T) {
	w, b := withoutKeychain(t)
	tag := openCase(t, w, "busy")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "write-notes", b.dir, tag, "1000000")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("nothing written")
	}
	go func() {
		for lines.Scan() { // keep the pipe empty
		}
	}()
	folder := t.TempDir()
	for range 3 {
		made, err := w.Backup(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		back := restore(t, b, folder)
		if n := back.Entries(); n < made.Entries {
			t.Errorf("%d entries restored, the backup says %d", n, made.Entries)
		}
		verified(t, back)
		verified(t, w) // also while somebody writes
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
}

func TestBackupSweepsWhatDeadOnesLeft(t *testing.T) {
	w, b := create(t)
	folder := t.TempDir()
	old, young := filepath.Join(b.dir, "backup-123"), filepath.Join(b.dir, "backup-456")
	partial := filepath.Join(folder, "posko-20260101T000000Z-000001.age.partial")
	for _, dir := range []string{old, young} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(partial, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-48 * time.Hour)
	for _, path := range []string{old, partial} {
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Restore(t.Context(), folder, filepath.Join(t.TempDir(), "x"), b.options(t)); !errors.Is(err, store.ErrNoBackup) {
		t.Errorf("a half backup looks like one: %v", err)
	}
	backup(t, w, folder)
	for path, want := range map[string]bool{old: false, partial: false, young: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}
