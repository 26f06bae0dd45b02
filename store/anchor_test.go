package store_test

import (
	"bytes"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
)

// change edits the closed workspace file with arguments.
func change(t *testing.T, dir, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "posko.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// age says for whom something is, never from whom: whoever knows the recipient
// can wrap another workspace's key to it.
func TestAttack32_ForgedDatabaseWrappedToTheVictim(t *testing.T) {
	victim, _ := filled(t, 1)
	w, forged := create(t)
	openCase(t, w, "never happened")
	identity, err := w.Keys().Identity()
	if err != nil {
		t.Fatal(err)
	}
	closeNow(t, w)
	info, err := keys.Peek(store.KeysIn(victim.dir))
	if err != nil {
		t.Fatal(err)
	}
	rewrap(t, forged.dir, identity, info.Officer.Recipient)
	change(t, forged.dir, "UPDATE wrap SET officer = ?", info.Officer.ID)
	change(t, forged.dir, "UPDATE meta SET value = ? WHERE key = 'workspace'", info.Workspace)
	data, err := os.ReadFile(filepath.Join(forged.dir, "posko.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(victim.dir, "posko.db"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), victim.dir, victim.options(t)); !errors.Is(err, store.ErrForeign) {
		t.Fatalf("got %v", err)
	}
}

// rewrap encrypts every wrapped key to somebody else.
func rewrap(t *testing.T, dir string, from age.Identity, to age.Recipient) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "posko.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	wrapped := map[int64][]byte{}
	for subject := int64(0); ; subject++ {
		var data []byte
		err := db.QueryRowContext(t.Context(), "SELECT data FROM wrap WHERE subject = ?", subject).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		wrapped[subject] = data
	}
	for subject, data := range wrapped {
		plain, err := age.Decrypt(bytes.NewReader(data), from)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		sealed, err := age.Encrypt(&out, to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(sealed, plain); err != nil {
			t.Fatal(err)
		}
		if err := sealed.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), "UPDATE wrap SET data = ? WHERE subject = ?", out.Bytes(), subject); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAttack31_TailCutAndSignedByAStrangersDevice(t *testing.T) {
	w, b := withoutKeychain(t)
	tag := openCase(t, w, "target")
	for range 4 {
		note(t, w, tag, "n")
	}
	head := w.Heads()[0]
	short := ledger.Head{Log: head.Log, Size: head.Size - 2}
	var err error
	if short.Root, err = ledger.RootAt(short.Size, w.NodesOf(t.Context(), head.Log)); err != nil {
		t.Fatal(err)
	}
	closeNow(t, w)
	public, stranger, _ := ed25519.GenerateKey(nil)
	signed, err := ledger.SignCheckpoint(short, stranger)
	if err != nil {
		t.Fatal(err)
	}
	tamper(t, b.dir, fmt.Sprintf("DELETE FROM entry WHERE id >= (1<<40) + %d", short.Size))
	change(t, b.dir, "UPDATE log SET device = ?, checkpoint = ?", []byte(public), signed)
	found := problems(t, b)
	if len(found) == 0 || !strings.Contains(found[0].Reason, "device") {
		t.Fatalf("problems %+v", found)
	}
}

func TestAttack30_EntryFiledUnderAnotherCase(t *testing.T) {
	w, b := create(t)
	mine := openCase(t, w, "mine")
	openCase(t, w, "other")
	note(t, w, mine, "that nobody should miss")
	last := w.Heads()[0].Size - 1
	closeNow(t, w)
	tamper(t, b.dir, fmt.Sprintf("UPDATE entry SET subject = 2 WHERE id = (1<<40) + %d", last), "DELETE FROM snapshot")
	found := problems(t, b)
	if len(found) == 0 || found[0].Seq != last {
		t.Fatalf("problems %+v", found)
	}
}

func TestAttack30_KeyOfACaseDeletedOrDamaged(t *testing.T) {
	for name, statement := range map[string]string{
		"deleted": "DELETE FROM wrap WHERE subject = 1",
		"damaged": "UPDATE wrap SET data = " + flipped("data", 301) + " WHERE subject = 1",
	} {
		t.Run(name, func(t *testing.T) {
			w, b := create(t)
			openCase(t, w, "target")
			other := openCase(t, w, "other")
			closeNow(t, w)
			tamper(t, b.dir, statement)
			w = b.open(t) // damage is not a lock-out
			note(t, w, other, "work goes on")
			v, err := w.Verify(t.Context())
			if err != nil || v.OK() {
				t.Fatalf("%+v, %v", v, err)
			}
		})
	}
}

// A refused update drops its value while earlier ones of the same commit wait:
// whoever folds again must see those.
func TestRefusalsBesideOthersInOneCommit(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "busy")
	refused := errors.New("refused")
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			for j := range 10 {
				err := store.Update(t.Context(), w, tag, event.Said{}, func(c *cases.Case) error {
					if _, err := c.AddNote(fmt.Sprintf("%d %d", i, j)); err != nil {
						return err
					}
					if i%3 == 0 {
						return refused
					}
					return nil
				})
				if err != nil && !errors.Is(err, refused) {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	if err := store.View(t.Context(), w, tag, func(c *cases.Case) error {
		for _, n := range c.Notes {
			if seen[n.ID] || strings.Contains(n.ID, "'") {
				t.Errorf("two notes are %s", n.ID)
			}
			seen[n.ID] = true
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 16*10 {
		t.Errorf("%d notes", len(seen))
	}
	verified(t, w)
}

func TestViewNeverShowsWhatWasRefused(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "x")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 300 {
			_ = store.Update(t.Context(), w, tag, event.Said{}, func(c *cases.Case) error {
				_, err := c.AddNote("ghost")
				return errors.Join(err, errors.New("refused"))
			})
		}
	}()
	for {
		if err := store.View(t.Context(), w, tag, func(c *cases.Case) error {
			if len(c.Notes) > 0 {
				t.Error("a refused note is shown")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

func TestSubscriberMayWrite(t *testing.T) {
	w, _ := create(t)
	tag := openCase(t, w, "x")
	wrote := make(chan error, 1)
	var told atomic.Bool
	defer w.Subscribe(func(store.Change) {
		if told.CompareAndSwap(false, true) { // its own entry comes back to it
			wrote <- addNote(t.Context(), w, tag, "from the subscriber")
		}
	})()
	note(t, w, tag, "first")
	select {
	case err := <-wrote:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the subscriber waits for its own caller")
	}
}

// A restore that is killed before its last entry leaves keys that the roster
// does not name.
func TestKeyThatTheRosterDoesNotNameIsAlarmed(t *testing.T) {
	w, b := create(t)
	identity, err := w.Keys().Identity()
	if err != nil {
		t.Fatal(err)
	}
	me, anchor := w.Keys().Officer(), w.Keys().Anchor()
	closeNow(t, w)
	if err := os.RemoveAll(store.KeysIn(b.dir)); err != nil {
		t.Fatal(err)
	}
	o := b.options(t)
	if _, err := keys.EnrolNew(t.Context(), store.KeysIn(b.dir), identity, keys.CreateOptions{
		WorkspaceID: w.ID(), OfficerID: me.ID, Name: me.Name, Anchor: anchor,
		Passphrase: o.Passphrase, Keychain: b.keychain, Cost: o.Cost, Floor: o.Floor,
	}); err != nil {
		t.Fatal(err)
	}
	alarms := b.open(t).Alarms()
	if len(alarms) != 1 || !strings.Contains(alarms[0].Reason, "restore") {
		t.Fatalf("alarms %+v", alarms)
	}
}
