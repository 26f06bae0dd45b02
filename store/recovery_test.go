package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
	"github.com/posko-ir/posko/store/sheet"
)

// newSheet makes a recovery sheet and returns its halves.
func newSheet(t testing.TB, w *store.Workspace) (halves [2]*sheet.Half) {
	t.Helper()
	_, err := w.SetRecovery(t.Context(), event.Said{}, func(_ roster.Sheet, made [2]*sheet.Half) error {
		halves = made
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return halves
}

// elsewhere is another machine: another passphrase, and a keychain that knows nothing.
func elsewhere(t testing.TB) store.RecoverOptions {
	t.Helper()
	p, err := keys.NewPassphrase([]byte("another passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{keychain: new(keystest.Keychain)}
	return store.RecoverOptions{Options: b.optionsWith(p)}
}

func recovered(t testing.TB, from string, halves [2]*sheet.Half, o store.RecoverOptions) (*store.Workspace, store.Recovered) {
	t.Helper()
	w, done, err := store.Recover(t.Context(), from, filepath.Join(t.TempDir(), "back"), halves, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close(context.Background()) })
	return w, done
}

// protected is saved with a sheet, of which the backup knows.
func protected(t testing.TB) (w *store.Workspace, b *bench, tag, item, folder string, halves [2]*sheet.Half) {
	t.Helper()
	w, b = create(t)
	tag = openCase(t, w, "before the sheet")
	item = collect(t, w, tag, "SECRETWORD in evidence")
	halves = newSheet(t, w)
	openCase(t, w, "after the sheet")
	folder = filepath.Join(t.TempDir(), "backup")
	backup(t, w, folder)
	return w, b, tag, item, folder, halves
}

func TestAttack48_BothHalvesOpenEverythingAndSignNothingAsBefore(t *testing.T) {
	w, _, tag, item, folder, halves := protected(t)
	d, err := evidence.Open(w)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Seal(t.Context(), tag, event.Said{}); err != nil {
		t.Fatal(err)
	}
	backup(t, w, folder)
	old, head := w.Keys().Officer(), w.Heads()[0]
	closeNow(t, w)

	back, done := recovered(t, folder, halves, elsewhere(t))
	if done.Sheet != 1 || len(done.Lost) > 0 {
		t.Errorf("recovered %+v", done)
	}
	if text := readItem(t, back, tag, item); text != "SECRETWORD in evidence" {
		t.Errorf("evidence %q", text)
	}
	now := back.Keys().Officer()
	if now.ID != old.ID || now.Name != old.Name || bytes.Equal(now.Authority.Marshal(), old.Authority.Marshal()) || now.Recipient.String() == old.Recipient.String() {
		t.Errorf("officer %+v after %+v", now, old)
	}
	signature, err := back.Keys().SignAuthority("posko-seal-v1", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	if keys.VerifySignature(old.Authority, "posko-seal-v1", strings.NewReader("x"), signature) == nil {
		t.Error("it signs with the old key")
	}
	r, err := back.Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lost, fresh := string(keys.KeyFile(old.Authority)), string(keys.KeyFile(now.Authority))
	cited := r.Logs[1].Cites
	for name, c := range map[string]struct {
		key  string
		at   event.ID
		want error
	}{
		"the old key before":   {lost, event.ID{Log: head.Log, Seq: cited.Size - 1}, nil},
		"the old key after":    {lost, event.ID{Log: head.Log, Seq: cited.Size}, roster.ErrRetired},
		"the old key, new log": {lost, event.ID{Log: r.Logs[1].ID, Seq: 5}, roster.ErrRetired},
		"the new key":          {fresh, event.ID{Log: r.Logs[1].ID, Seq: 5}, nil},
	} {
		if err := r.MaySign(c.key, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	verified(t, back)
	if check, err := mustDesk(t, back).Check(t.Context(), tag, nil); err != nil || len(check.Findings) > 0 {
		t.Errorf("evidence: %+v, %v", check, err)
	}
	for _, dir := range []string{back.Dir(), folder} {
		nowhere(t, dir, "PRIVATE KEY", "AGE-SECRET-KEY", "SECRETWORD")
	}
}

func mustDesk(t testing.TB, w *store.Workspace) *evidence.Desk {
	t.Helper()
	d, err := evidence.Open(w)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func nowhere(t testing.TB, dir string, words ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, word := range words {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%s shows %q", path, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What both halves open holds no signing key, sealed or not.
func TestAttack48_BackupHoldsNoSigningKey(t *testing.T) {
	w, b, _, _, folder, halves := protected(t)
	whole, err := sheet.Join(halves[0], halves[1])
	if err != nil {
		t.Fatal(err)
	}
	found, _ := filepath.Glob(filepath.Join(folder, "posko-*-s1.age"))
	if len(found) != 1 {
		t.Fatalf("backups %v", found)
	}
	f, err := os.Open(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := age.Decrypt(f, whole.Identity)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	closeNow(t, w)
	file, err := os.ReadFile(filepath.Join(b.dir, "keys", "officer.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sealed := range strings.Split(string(file), `"sealed": "`)[1:] {
		if sealed, _, _ = strings.Cut(sealed, `"`); bytes.Contains(plain, []byte(sealed)) {
			t.Error("a sealed key is in the backup")
		}
	}
	if !bytes.Contains(plain, []byte("AGE-SECRET-KEY-PQ-1")) || bytes.Contains(plain, []byte("PRIVATE KEY")) {
		t.Error("the backup holds no age identity, or a signing key")
	}
}

// Whoever has the lost laptop may write and sign on there. Brought into the
// recovered folder, none of it counts.
func TestAttack48_LostLaptopGoesOn(t *testing.T) {
	w, b, tag, _, folder, halves := protected(t)
	o := elsewhere(t)
	back, _ := recovered(t, folder, halves, o)
	dir := back.Dir()
	closeNow(t, back)
	if _, err := mustDesk(t, w).Seal(t.Context(), tag, event.Said{}); err != nil {
		t.Fatal(err)
	}
	closeNow(t, w)
	change(t, dir, fmt.Sprintf(`ATTACH DATABASE '%s' AS lost;
		INSERT INTO main.entry SELECT * FROM lost.entry WHERE id NOT IN (SELECT id FROM main.entry);
		UPDATE main.log SET checkpoint = (SELECT checkpoint FROM lost.log WHERE id = 1) WHERE id = 1`, filepath.Join(b.dir, "posko.db")))
	again, err := store.Open(t.Context(), dir, o.Options)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close(context.Background())
	v, err := again.Verify(t.Context())
	if err != nil || !slices.ContainsFunc(v.Problems, func(a store.Alarm) bool { return strings.Contains(a.Reason, "retired") }) {
		t.Errorf("problems %+v, %v", v.Problems, err)
	}
	check, err := mustDesk(t, again).Check(t.Context(), tag, nil)
	if err != nil || len(check.Findings) != 1 || !strings.Contains(check.Findings[0].Problem, roster.ErrRetired.Error()) {
		t.Errorf("findings %+v, %v", check.Findings, err)
	}
}

func TestRecoveredWorkspaceGoesOn(t *testing.T) {
	_, _, tag, item, folder, halves := protected(t)
	o := elsewhere(t)
	back, _ := recovered(t, folder, halves, o)
	openCase(t, back, "after the recovery")
	list, err := back.Cases(t.Context())
	if err != nil || len(list) != 3 || list[2].Number != "B-1" {
		t.Fatalf("cases %+v, %v", list, err)
	}
	dir := back.Dir()
	closeNow(t, back)
	again, err := store.Open(t.Context(), dir, o.Options)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close(context.Background())
	if alarms := again.Alarms(); len(alarms) > 0 {
		t.Errorf("alarms %+v", alarms)
	}
	verified(t, again)
	// The sheet opens it a second time, and nothing of the first recovery is lost.
	backup(t, again, folder)
	third, _ := recovered(t, folder, halves, elsewhere(t))
	if readItem(t, third, tag, item) == "" {
		t.Error("evidence is gone")
	}
	r, err := third.Roster(t.Context())
	if err != nil || len(r.Officers[0].Retired) != 2 || len(r.Conflicts) > 0 || len(r.Logs) != 3 {
		t.Errorf("roster %+v, %v", r, err)
	}
	verified(t, third)
}

func TestASheetThatIsNotWrittenIsNotRecorded(t *testing.T) {
	w, _ := create(t)
	before := w.Entries()
	boom := errors.New("the disk is full")
	_, err := w.SetRecovery(t.Context(), event.Said{}, func(roster.Sheet, [2]*sheet.Half) error { return boom })
	if r, _ := w.Roster(t.Context()); !errors.Is(err, boom) || w.Entries() != before || len(r.Sheets) > 0 {
		t.Errorf("%v, %d entries", err, w.Entries())
	}
	// Another process made one while the halves were written: one of the two is refused.
	_, err = w.SetRecovery(t.Context(), event.Said{}, func(roster.Sheet, [2]*sheet.Half) error {
		newSheet(t, w)
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "meanwhile") {
		t.Errorf("got %v", err)
	}
	verified(t, w)
}

func TestEveryKeyIsBoundAndAnExchangedOneIsAnAlarm(t *testing.T) {
	for name, statement := range map[string]string{
		"gone":            "DELETE FROM wrap WHERE officer = 'recovery-1' AND subject = 1",
		"exchanged":       "UPDATE wrap SET data = (SELECT data FROM wrap WHERE subject = 1 AND officer = 'recovery-1') WHERE subject = 2 AND officer = 'recovery-1'",
		"the workspace's": "UPDATE wrap SET data = x'00' WHERE officer = 'recovery-1' AND subject = 0",
	} {
		w, b, _, _, _, _ := protected(t)
		verified(t, w)
		closeNow(t, w)
		change(t, b.dir, statement)
		if found := problems(t, b); len(found) != 1 || !strings.Contains(found[0].Reason, "recovery sheet") {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// A damaged key for the sheet costs nothing: the backup carries the old identity too.
func TestRecoverDespiteADamagedKey(t *testing.T) {
	w, b, tag, item, folder, halves := protected(t)
	closeNow(t, w)
	change(t, b.dir, "DELETE FROM wrap WHERE officer = 'recovery-1' AND subject = 1")
	w = b.open(t)
	backup(t, w, folder)
	back, _ := recovered(t, folder, halves, elsewhere(t))
	if readItem(t, back, tag, item) == "" {
		t.Error("evidence is gone")
	}
}

func TestNextSheetReplacesTheOneBefore(t *testing.T) {
	w, _, tag, item, folder, first := protected(t)
	second := newSheet(t, w)
	later := filepath.Join(t.TempDir(), "later")
	backup(t, w, later)
	if back, _ := recovered(t, later, second, elsewhere(t)); readItem(t, back, tag, item) == "" {
		t.Error("the second sheet opens nothing")
	}
	if back, _ := recovered(t, folder, first, elsewhere(t)); readItem(t, back, tag, item) == "" {
		t.Error("the first sheet does not open what was made before")
	}
	for name, c := range map[string]struct {
		from   string
		halves [2]*sheet.Half
		want   error
	}{
		"old sheet, new backup": {later, first, store.ErrOldSheet},
		"new sheet, old backup": {folder, second, store.ErrBeforeSheet},
	} {
		if _, _, err := store.Recover(t.Context(), c.from, filepath.Join(t.TempDir(), "x"), c.halves, elsewhere(t)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	verified(t, w)
}
