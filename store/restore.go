package store

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/vault"
)

// Errors of restoring. Match with errors.Is.
var (
	// ErrNoBackup is returned for a folder without a backup.
	ErrNoBackup = errors.New("no backup in this folder; it holds files named posko-….age and identity.json")
	// ErrBackup is returned for a backup that is damaged or not one.
	ErrBackup = errors.New("the backup is damaged or belongs to another officer; try an older one")
)

// Restore brings the newest backup in from back into to, which must be new or
// empty, and returns the workspace open. It needs this machine's keychain and
// the passphrase. Authority and device key are new, because signing keys are
// never backed up: the workspace starts a new log that cites the old head, and
// the roster says that the officer signs with a new key.
func Restore(ctx context.Context, from, to string, o Options) (*Workspace, error) {
	file, err := newestBackup(from)
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(filepath.Join(from, identityFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	peek, err := keys.PeekIdentity(sealed)
	if err != nil {
		return nil, fmt.Errorf("read identity: %w", err)
	}
	identity, officer, anchor, err := keys.UnlockIdentity(ctx, sealed, keys.UnlockOptions{
		WorkspaceID: peek.Workspace, Passphrase: o.Passphrase, Keychain: o.Keychain, Floor: o.Floor,
	})
	if err != nil {
		return nil, fmt.Errorf("unlock identity: %w", err)
	}
	if err := emptyFolder(to); err != nil {
		return nil, err
	}
	info, err := unpack(file, to, identity)
	if err != nil {
		return nil, errors.Join(err, emptyAgain(to))
	}
	w, err := revive(ctx, from, to, info, identity, officer, anchor, o)
	if err != nil {
		return nil, errors.Join(err, emptyAgain(to))
	}
	return w, nil
}

// newestBackup is the one with the latest instant in its name.
func newestBackup(from string) (string, error) {
	found, err := filepath.Glob(filepath.Join(from, backupPattern))
	if err != nil || len(found) == 0 {
		return "", ErrNoBackup
	}
	return slices.Max(found), nil
}

// emptyAgain takes away what a failed restore left in a folder that was empty.
func emptyAgain(to string) error {
	found, err := os.ReadDir(to)
	for _, f := range found {
		err = errors.Join(err, os.RemoveAll(filepath.Join(to, f.Name())))
	}
	return err
}

func unpack(file, to string, identity age.Identity) (*backupInfo, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open backup: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	plain, err := age.Decrypt(f, identity)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	archive := tar.NewReader(plain)
	var info backupInfo
	if err := expect(archive, backupManifest, 1<<20); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(archive).Decode(&info); err != nil || info.Version != 1 {
		return nil, fmt.Errorf("%w: its description cannot be read", ErrBackup)
	}
	if err := expect(archive, databaseName, maxDatabase); err != nil {
		return nil, err
	}
	err = writeSynced(filepath.Join(to, databaseName), func(out io.Writer) error {
		_, err := io.Copy(out, damaging{archive})
		return err
	})
	if err != nil {
		return nil, err
	}
	// The end of the archive is the end of the encrypted stream, or it was cut.
	if _, err := archive.Next(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it does not end where it should", ErrBackup)
	}
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return &info, nil
}

// damaging makes what goes wrong while reading a backup ErrBackup: what goes
// wrong while writing, like a full disk, is not the backup's fault.
type damaging struct{ io.Reader }

// Read implements io.Reader.
func (d damaging) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // io.Reader's own contract
		err = fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return n, err
}

func expect(archive *tar.Reader, name string, limit int64) error {
	h, err := archive.Next()
	if err != nil || h.Name != name || h.Typeflag != tar.TypeReg || h.Size > limit {
		return fmt.Errorf("%w: expected %s in it", ErrBackup, name)
	}
	return nil
}

// revive gives the copy new signing keys and its evidence, and opens it.
func revive(ctx context.Context, from, to string, info *backupInfo, identity *age.HybridIdentity, officer keys.Officer, anchor []byte, o Options) (*Workspace, error) {
	w := newWorkspace(to, info.Workspace, o)
	var err error
	w.keys, err = keys.EnrolNew(ctx, w.KeysDir(), identity, keys.CreateOptions{
		WorkspaceID: info.Workspace, OfficerID: officer.ID, Name: officer.Name, Anchor: anchor,
		Passphrase: o.Passphrase, Keychain: o.Keychain, Cost: o.Cost, Floor: o.Floor,
	})
	if err != nil {
		return nil, fmt.Errorf("enrol new key: %w", err)
	}
	if w.db, err = openDatabase(ctx, to); err != nil {
		return nil, err
	}
	if err := w.load(ctx); err != nil {
		return nil, errors.Join(err, w.db.close())
	}
	if err := w.bringEvidence(ctx, from); err != nil {
		return nil, errors.Join(err, w.Close(ctx))
	}
	err = Update(ctx, w, "", event.Said{}, func(r *roster.Roster) error {
		return r.Rekey(officer.ID, authorityLine(w.keys.Officer().Authority), "restored from a backup of "+info.Made.Format(timeFormat))
	})
	if err != nil {
		return nil, errors.Join(err, w.Close(ctx))
	}
	return w, nil
}

// bringEvidence copies the segments that the cases name. One that the backup
// does not have whole is an alarm: the rest of the workspace is worth having.
func (w *Workspace) bringEvidence(ctx context.Context, from string) error {
	segments, err := w.segments(ctx)
	if err != nil {
		return err
	}
	kept, err := vault.Open(filepath.Join(from, vaultFolder))
	if err != nil {
		return fmt.Errorf("restore evidence: %w", err)
	}
	lost, err := copyWhole(ctx, kept, w.VaultDir(), segments)
	if err != nil {
		return fmt.Errorf("restore evidence: %w", err)
	}
	if lost != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, name := range lost.Segments {
			w.alarm(Alarm{Reason: "the backup does not have evidence segment " + name + " whole; 'evidence verify' names the items"})
		}
	}
	return nil
}
