package store_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
	"github.com/posko-ir/posko/store/sheet"
)

// fails recovers into a new folder, wants an error and nothing left behind.
func fails(t *testing.T, name, from string, halves [2]*sheet.Half, o store.RecoverOptions, want error) error {
	t.Helper()
	to := filepath.Join(t.TempDir(), "new")
	w, _, err := store.Recover(t.Context(), from, to, halves, o)
	if err == nil {
		_ = w.Close(context.Background())
	}
	if !errors.Is(err, want) {
		t.Errorf("%s: %v", name, err)
	}
	if left, _ := os.ReadDir(to); len(left) > 0 {
		t.Errorf("%s: left %v", name, left)
	}
	return err
}

func TestRecoverRefusals(t *testing.T) {
	_, _, _, _, folder, halves := protected(t)
	stranger, _, _, _, _, strangers := protected(t)
	_, _, _, _, unprotected, _ := saved(t)
	other := newSheet(t, stranger)
	weak, locked := elsewhere(t), elsewhere(t)
	weak.Passphrase, _ = keys.NewPassphrase([]byte("short"))
	locked.Keychain = broken{}
	pair := func(a, b *sheet.Half) [2]*sheet.Half { return [2]*sheet.Half{a, b} }
	for name, c := range map[string]struct {
		from   string
		halves [2]*sheet.Half
		o      store.RecoverOptions
		want   error
	}{
		"two copies of one half":             {folder, pair(halves[1], halves[1]), elsewhere(t), sheet.ErrSameHalf},
		"halves of two sheets":               {folder, pair(strangers[0], other[1]), elsewhere(t), sheet.ErrOtherSheet},
		"halves of two workspaces":           {folder, pair(halves[0], strangers[1]), elsewhere(t), sheet.ErrOtherWorkspace},
		"halves of another workspace":        {folder, strangers, elsewhere(t), store.ErrOtherSheet},
		"a folder without a backup":          {t.TempDir(), halves, elsewhere(t), store.ErrNoBackup},
		"a folder that is not there":         {filepath.Join(folder, "none"), halves, elsewhere(t), os.ErrNotExist},
		"a short passphrase":                 {folder, halves, weak, keys.ErrWeakPassphrase},
		"a keychain that does not open":      {folder, halves, locked, keys.ErrKeychain},
		"a backup of before any sheet":       {withoutIdentity(t, unprotected), halves, elsewhere(t), store.ErrNoSheet},
		"another's backup, its owner unsaid": {withoutIdentity(t, folder), strangers, elsewhere(t), store.ErrBackup},
	} {
		fails(t, name, c.from, c.halves, c.o, c.want)
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Recover(t.Context(), folder, full, halves, elsewhere(t)); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("a folder with something in it: %v", err)
	}
	if left, _ := os.ReadDir(full); len(left) != 1 {
		t.Errorf("the folder with something in it now has %v", left)
	}
}

// broken is a keychain that never opens.
type broken struct{}

func (broken) Get(context.Context, string) ([]byte, error) { return nil, keys.ErrKeychainLocked }
func (broken) Set(context.Context, string, []byte) error   { return keys.ErrKeychainLocked }
func (broken) Delete(context.Context, string) error        { return keys.ErrKeychainLocked }

// withoutIdentity copies a backup without the file that says whose it is; the
// halves need nothing of it.
func withoutIdentity(t *testing.T, folder string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(dir, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "identity.json")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRecoverNeedsNothingButBackupAndHalves(t *testing.T) {
	_, _, tag, item, folder, halves := protected(t)
	dir := withoutIdentity(t, folder)
	file, _ := filepath.Glob(filepath.Join(dir, "posko-*.age"))
	for name, from := range map[string]string{"the folder": dir, "one file of it": file[0]} {
		if back, _ := recovered(t, from, halves, elsewhere(t)); readItem(t, back, tag, item) == "" {
			t.Errorf("%s: no evidence", name)
		}
	}
}

func TestRecoverFromADamagedBackup(t *testing.T) {
	_, _, _, _, folder, halves := protected(t)
	file, _ := filepath.Glob(filepath.Join(folder, "posko-*.age"))
	whole, err := os.ReadFile(file[0])
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(at int) []byte {
		data := bytes.Clone(whole)
		data[at] ^= 1
		return data
	}
	for name, data := range map[string][]byte{
		"empty": {}, "cut": whole[:len(whole)-1], "header": flipped(3000), "middle": flipped(len(whole) / 2), "longer": append(bytes.Clone(whole), 'x'),
	} {
		if err := os.WriteFile(file[0], data, 0o600); err != nil {
			t.Fatal(err)
		}
		fails(t, name, folder, halves, elsewhere(t), store.ErrBackup)
	}
}

// age says for whom a file is, never from whom: a backup that somebody else made
// for the sheet's recipient does not pass for the workspace's.
func TestAttack32_ForgedBackupForTheSheet(t *testing.T) {
	w, _, _, _, folder, halves := protected(t)
	r, err := w.Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	forger, b := create(t)
	openCase(t, forger, "never happened")
	identity, err := forger.Keys().Identity()
	if err != nil {
		t.Fatal(err)
	}
	closeNow(t, forger)
	recipient := sheetRecipient(t, r)
	rewrap(t, b.dir, identity, recipient)
	forgeBackup(t, b.dir, folder, w.ID(), r, recipient)
	if err := fails(t, "forged", folder, halves, elsewhere(t), store.ErrBackup); err == nil || !strings.Contains(err.Error(), "the sheet was made for") {
		t.Errorf("it was refused for another reason: %v", err)
	}
}

func sheetRecipient(t *testing.T, r roster.Roster) *age.HybridRecipient {
	t.Helper()
	s, _ := r.Sheet()
	to, err := age.ParseHybridRecipient(s.Recipient)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// forgeBackup puts a database into a backup folder as the newest backup.
func forgeBackup(t *testing.T, from, folder, id string, r roster.Roster, to age.Recipient) {
	t.Helper()
	change(t, from, "UPDATE meta SET value = ? WHERE key = 'workspace'", id)
	data, err := os.ReadFile(filepath.Join(from, "posko.db"))
	if err != nil {
		t.Fatal(err)
	}
	info := fmt.Sprintf(`{"v":1,"workspace":%q,"org":"x","officer":%q,"name":"x"}`, id, r.Officers[0].ID)
	f, err := os.Create(filepath.Join(folder, "posko-29990101T000000Z-000001-s1.age"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sealed, err := age.Encrypt(f, to)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewWriter(sealed)
	for _, file := range []struct {
		name string
		data []byte
	}{{"backup.json", []byte(info)}, {"posko.db", data}} {
		if err := archive.WriteHeader(&tar.Header{Name: file.name, Mode: 0o600, Size: int64(len(file.data)), Format: tar.FormatPAX}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(file.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), sealed.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestABackupOlderThanWhatOthersKnow(t *testing.T) {
	w, b, tag, _, folder, halves := protected(t)
	for range 3 {
		note(t, w, tag, "after the backup")
	}
	signed, err := w.Checkpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	size := w.Heads()[0].Size
	closeNow(t, w) // the keychain has the head now
	knowing, told := elsewhere(t), elsewhere(t)
	knowing.Keychain, told.Exported = b.keychain, signed
	for name, c := range map[string]struct {
		o       store.RecoverOptions
		witness string
	}{"keychain": {knowing, store.WitnessKeychain}, "bag": {told, store.WitnessBag}} {
		back, done := recovered(t, folder, halves, c.o)
		if len(done.Lost) != 1 || done.Lost[0].To != size || done.Lost[0].From >= size || done.Lost[0].Letter != "A" || done.Lost[0].Witness != c.witness {
			t.Errorf("%s: lost %+v", name, done.Lost)
		}
		verified(t, back)
		o := c.o.Options
		dir := back.Dir()
		closeNow(t, back)
		again, err := store.Open(t.Context(), dir, o)
		if err != nil {
			t.Fatal(err)
		}
		if alarms := again.Alarms(); len(alarms) == 0 || !strings.Contains(alarms[len(alarms)-1].Reason, "settle B") {
			t.Errorf("%s: alarms %+v", name, alarms)
		}
		verified(t, again)
		closeNow(t, again)
	}
	// A keychain that knows no more than the backup says nothing.
	if _, done := recovered(t, folder, halves, elsewhere(t)); len(done.Lost) > 0 {
		t.Errorf("lost %+v", done.Lost)
	}
}

func TestABagThatContradictsTheBackup(t *testing.T) {
	w, _, _, _, folder, halves := protected(t)
	signed, err := w.Checkpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stranger, _ := create(t)
	foreign, err := stranger.Checkpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changed, device := signed[0], signed[0]
	changed.Head = ledger.Head{Log: changed.Head.Log, Size: 1}
	device.Device = foreign[0].Device
	for name, c := range map[string]struct {
		said store.Checkpoint
		want error
	}{
		"another history":   {changed, store.ErrContradicts},
		"another device":    {device, store.ErrContradicts},
		"another workspace": {foreign[0], store.ErrNotExported},
	} {
		o := elsewhere(t)
		o.Exported = []store.Checkpoint{c.said}
		fails(t, name, folder, halves, o, c.want)
	}
}
