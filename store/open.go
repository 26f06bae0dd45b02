package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
)

// Options say how to open a workspace. Everything but the passphrase and the
// keychain has a default.
type Options struct {
	Passphrase keys.Passphrase
	Keychain   keys.Keychain
	Clock      Clock     // nil: SystemClock
	Built      time.Time // when this program was built, for the clock rules
	Cost       keys.Cost // zero: measured; only tests set it
	Floor      keys.Cost // zero: the release's floor; only tests lower it
}

// KeysIn is where a workspace's folder keeps the key files.
func KeysIn(dir string) string { return filepath.Join(dir, "keys") }

// ErrForeign is returned when posko.db was encrypted under another key than the
// officer's key file names: it is not the database these keys were made for.
var ErrForeign = errors.New("posko.db does not belong to these keys: it was exchanged; put back the right file or a backup")

// ErrNotEmpty is returned when a new workspace would go into a folder with
// something in it.
var ErrNotEmpty = errors.New("the folder is not empty; name a new or empty one")

// Create makes a workspace of one officer in a new or empty folder and returns
// it open.
func Create(ctx context.Context, dir, org, officer string, o Options) (*Workspace, error) {
	if err := emptyFolder(dir); err != nil {
		return nil, err
	}
	id := make([]byte, 16)
	rand.Read(id)
	w := newWorkspace(dir, hex.EncodeToString(id), o)
	own, err := newSecrets(false)
	if err != nil {
		return nil, err
	}
	w.secrets[0] = own
	w.keys, err = keys.Create(ctx, w.KeysDir(), keys.CreateOptions{
		WorkspaceID: w.id, Name: officer, Anchor: own.anchor(), Passphrase: o.Passphrase, Keychain: o.Keychain, Cost: o.Cost, Floor: o.Floor,
	})
	if err != nil {
		return nil, fmt.Errorf("create officer: %w", err)
	}
	if w.db, err = createDatabase(ctx, dir); err != nil {
		return nil, err
	}
	if err := w.found(ctx, org); err != nil {
		return nil, errors.Join(err, w.db.close())
	}
	return w, nil
}

func newWorkspace(dir, id string, o Options) *Workspace {
	w := &Workspace{
		dir: dir, id: id, keychain: o.Keychain, clock: o.Clock, built: o.Built,
		commits: make(chan struct{}, 1), keeping: make(chan struct{}, 1), verifying: make(chan struct{}, 1), version: -1, watched: -1, epoch: 1,
		subjects: map[string]int64{"": 0}, secrets: make(map[int64]*secrets), cached: make(map[cacheKey]*cached),
		list: make(map[string]*cases.Summary), opened: make(map[string]int), heard: make(map[string]bool),
	}
	if w.clock == nil {
		w.clock = SystemClock()
	}
	return w
}

func emptyFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	found, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into folder: %w", err)
	}
	if len(found) > 0 {
		return ErrNotEmpty
	}
	return nil
}

// found writes the workspace's own key and its first entries.
func (w *Workspace) found(ctx context.Context, org string) error {
	s, me := w.secrets[0], w.keys.Officer()
	wrapped, err := s.wrapFor(me.Recipient)
	if err != nil {
		return err
	}
	if w.atRest, err = newAtRest(s.Key); err != nil {
		return err
	}
	tx, err := w.db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("create workspace: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // no-op after Commit
	if _, err := tx.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES ('workspace', ?)", w.id); err != nil {
		return fmt.Errorf("create workspace: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO wrap (subject, gen, officer, data) VALUES (0, 1, ?, ?)", me.ID, wrapped); err != nil {
		return fmt.Errorf("create workspace: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("create workspace: %w", err)
	}
	if w.watch, err = w.db.read.Conn(ctx); err != nil {
		return fmt.Errorf("create workspace: %w", err)
	}
	return w.submit(ctx, func(ctx context.Context, t *transaction) error {
		c, err := aggregateOf[roster.Roster, *roster.Roster](ctx, w, t, "")
		if err != nil {
			return err
		}
		return t.decide(ctx, "", event.Said{}, c, func() error {
			r := c.value.(*roster.Roster)
			first := roster.Officer{ID: me.ID, Name: me.Name, Authority: authorityLine(me.Authority), Recipient: me.Recipient.String()}
			if err := r.Found(w.id, org, first, true); err != nil {
				return err
			}
			return r.StartLog(roster.Log{
				ID: t.log.id, Letter: r.NextLetter(), Device: base64.StdEncoding.EncodeToString(t.log.device), Reason: "first log",
			})
		})
	})
}

func authorityLine(key ssh.PublicKey) string { return string(keys.KeyFile(key)) }

// Open unlocks the workspace in dir. Errors: ErrNoWorkspace, ErrNewerSchema,
// ErrNotPosko for the file; those of keys.Unlock for the keys. Damage in the
// ledger is no error: it becomes an Alarm.
func Open(ctx context.Context, dir string, o Options) (*Workspace, error) {
	db, err := openDatabase(ctx, dir)
	if err != nil {
		return nil, err
	}
	id, err := db.meta(ctx, "workspace")
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	w := newWorkspace(dir, id, o)
	w.db = db
	if w.keys, err = keys.Unlock(ctx, w.KeysDir(), keys.UnlockOptions{
		WorkspaceID: id, Passphrase: o.Passphrase, Keychain: o.Keychain, Floor: o.Floor,
	}); err != nil {
		return nil, errors.Join(err, db.close())
	}
	err = w.load(ctx)
	if err == nil { // a workspace that is being restored is behind, and says so itself
		err = errors.Join(w.checkHead(ctx), w.checkOfficer(ctx))
	}
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	// Reading must not depend on writing: on a full disk the count stays for the
	// next unlock.
	if err := w.recordFailedUnlocks(ctx); err != nil {
		w.mu.Lock()
		w.alarm(Alarm{Reason: "wrong passphrases were tried and that could not be recorded: " + err.Error()})
		w.mu.Unlock()
	}
	return w, nil
}

// load reads what the workspace is: keys, logs, list. It starts no log.
func (w *Workspace) load(ctx context.Context) error {
	var err error
	if w.watch, err = w.db.read.Conn(ctx); err != nil {
		return fmt.Errorf("open workspace: %w", err)
	}
	s, err := w.secretsOf(ctx, 0)
	if err != nil {
		return fmt.Errorf("open workspace: %w", err)
	}
	if !bytes.Equal(s.anchor(), w.keys.Anchor()) {
		return ErrForeign
	}
	if w.atRest, err = newAtRest(s.Key); err != nil {
		return err
	}
	tx, err := w.db.snapshot(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // only read
	if err := w.findLogs(ctx, tx); err != nil {
		return err
	}
	for _, l := range w.logs {
		if err := w.loadLog(ctx, tx, l); err != nil {
			return err
		}
	}
	if err := w.loadList(ctx); err != nil {
		return err
	}
	if err := w.foldList(ctx, tx); err != nil {
		return err
	}
	w.takeHeard() // nobody listens yet
	return w.checkLogs(ctx)
}

// recordFailedUnlocks makes one entry of the wrong passphrases that came before
// this unlock.
func (w *Workspace) recordFailedUnlocks(ctx context.Context) error {
	failed := w.keys.FailedAttempts()
	if failed.Count == 0 {
		return nil
	}
	err := Update(ctx, w, "", event.Said{}, func(r *roster.Roster) error {
		return r.UnlockFailed(roster.FailedUnlock{Count: failed.Count, First: failed.First, Last: failed.Last})
	})
	if err != nil {
		return fmt.Errorf("record failed unlocks: %w", err)
	}
	return keys.ClearAttempts(ctx, w.KeysDir(), failed)
}
