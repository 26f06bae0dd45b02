package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
	"github.com/posko-ir/posko/store/vault"
)

// Names inside a backup folder and inside the encrypted file.
const (
	backupPattern  = "posko-*.age"
	identityFile   = "identity.json"
	backupManifest = "backup.json"
	vaultFolder    = "vault"
)

// maxDatabase bounds what restoring unpacks.
const maxDatabase = 64 << 30

// backupInfo is the first file inside a backup.
type backupInfo struct {
	Version   int           `json:"v"`
	Workspace string        `json:"workspace"`
	Org       string        `json:"org"`
	Officer   string        `json:"officer"`
	Made      time.Time     `json:"made"`
	Heads     []ledger.Head `json:"heads"`
	Identity  string        `json:"identity"` // the officer's age identity; the signing keys are never backed up
}

// Backup writes an encrypted copy of the database and the officer's age
// identity into folder, and the vault segments that the folder lacks. It is
// encrypted to that identity, whose sealed key file stands beside it. What was
// written is recorded as an entry.
func (w *Workspace) Backup(ctx context.Context, folder string) (roster.Backup, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return roster.Backup{}, fmt.Errorf("make backup folder: %w", err)
	}
	segments, err := w.segments(ctx)
	if err != nil {
		return roster.Backup{}, err
	}
	v, err := vault.Open(w.VaultDir())
	if err != nil {
		return roster.Backup{}, fmt.Errorf("open vault: %w", err)
	}
	if _, err := v.CopyTo(ctx, filepath.Join(folder, vaultFolder), slices.Values(segments), nil); err != nil {
		return roster.Backup{}, fmt.Errorf("back up evidence: %w", err)
	}
	made := w.clock.reading().Wall
	b := roster.Backup{Folder: folder, Made: made, Entries: w.Entries()}
	b.File = fmt.Sprintf("posko-%s-%06d.age", made.Format("20060102T150405Z"), b.Entries)
	if b.SHA256, err = w.writeBackup(ctx, folder, b); err != nil {
		return roster.Backup{}, err
	}
	err = Update(ctx, w, "", event.Said{}, func(r *roster.Roster) error { return r.BackedUp(b) })
	return b, err
}

// segments are those that any case's evidence lies in.
func (w *Workspace) segments(ctx context.Context) ([]vault.Segment, error) {
	all, err := w.Cases(ctx)
	if err != nil {
		return nil, err
	}
	var out []vault.Segment
	for _, s := range all {
		err := View(ctx, w, s.Tag, func(c *cases.Case) error {
			for _, collection := range c.Collections {
				for _, seg := range collection.Segments {
					got := vault.Segment{Name: seg.Name, PlainSize: seg.Plain, CipherSize: seg.Cipher}
					if err := got.CipherSHA256.UnmarshalText([]byte(seg.SHA256)); err != nil {
						return fmt.Errorf("segment %s of %s: %w", seg.Name, s.Number, err)
					}
					out = append(out, got)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// writeBackup writes under a temporary name and renames what is complete and on
// disk; a crash leaves no file that looks like a backup.
func (w *Workspace) writeBackup(ctx context.Context, folder string, b roster.Backup) (sum string, err error) {
	scratch, err := os.MkdirTemp(w.dir, "backup-")
	if err != nil {
		return "", fmt.Errorf("make backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	copied := filepath.Join(scratch, databaseName)
	if err := w.copyDatabase(ctx, copied); err != nil {
		return "", err
	}
	sealedIdentity, err := keys.IdentityFile(w.KeysDir())
	if err != nil {
		return "", fmt.Errorf("back up identity: %w", err)
	}
	if err := writeSynced(filepath.Join(folder, identityFile), func(out io.Writer) error {
		_, err := out.Write(sealedIdentity)
		return err
	}); err != nil {
		return "", err
	}
	hash := sha256.New()
	err = writeSynced(filepath.Join(folder, b.File), func(out io.Writer) error {
		return w.encryptBackup(ctx, io.MultiWriter(out, hash), copied, b)
	})
	return hex.EncodeToString(hash.Sum(nil)), err
}

// copyDatabase holds the writer's token for the time of the copy.
func (w *Workspace) copyDatabase(ctx context.Context, path string) error {
	select {
	case w.commits <- struct{}{}:
		defer func() { <-w.commits }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return w.db.copyTo(ctx, path)
}

func (w *Workspace) encryptBackup(ctx context.Context, out io.Writer, database string, b roster.Backup) error {
	identity, err := w.keys.Identity()
	if err != nil {
		return fmt.Errorf("encrypt backup: %w", err)
	}
	r, err := w.Roster(ctx)
	if err != nil {
		return err
	}
	info, err := json.Marshal(backupInfo{
		Version: 1, Workspace: w.id, Org: r.Org, Officer: w.keys.Officer().ID, Made: b.Made, Heads: w.Heads(), Identity: identity.String(),
	})
	if err != nil {
		return fmt.Errorf("encode backup: %w", err)
	}
	sealed, err := age.Encrypt(out, identity.Recipient())
	if err != nil {
		return fmt.Errorf("encrypt backup: %w", err)
	}
	archive := tar.NewWriter(sealed)
	if err := archive.WriteHeader(&tar.Header{Name: backupManifest, Mode: 0o600, Size: int64(len(info)), Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	if _, err := archive.Write(info); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	if err := addFile(archive, databaseName, database); err != nil {
		return err
	}
	if err := errors.Join(archive.Close(), sealed.Close()); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return nil
}

func addFile(archive *tar.Writer, name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read copy: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read copy: %w", err)
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	if _, err := io.Copy(archive, f); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return nil
}

// writeSynced writes a file beside its final name, syncs and renames it.
func writeSynced(path string, write func(io.Writer) error) (err error) {
	partial := path + ".partial"
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), errors.Join(err, os.Remove(partial)))
	}
	if err := os.Rename(partial, path); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return syncFolder(filepath.Dir(path))
}
