package store

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/vault"
)

// Names inside a backup folder and inside the encrypted file.
const (
	backupPattern  = "posko-*.age"
	scratchPattern = "backup-*"
	partialSuffix  = ".partial"
	identityFile   = "identity.json"
	backupManifest = "backup.json"
	vaultFolder    = "vault"
)

// maxDatabase bounds what restoring unpacks.
const maxDatabase = 64 << 30

// Errors of backing up. Match with errors.Is.
var (
	// ErrOtherBackup is returned for a folder that backs up another workspace:
	// the identity file there opens the backups beside it.
	ErrOtherBackup = errors.New("the folder holds backups of another workspace; name another folder")
	// ErrIncomplete is matched by *IncompleteError.
	ErrIncomplete = errors.New("evidence is missing or damaged")
)

// IncompleteError says that everything was backed up but the evidence in these
// segments, which are missing or damaged.
type IncompleteError struct {
	Segments []string
	Err      error // of the first one
}

// Error names the first segment and counts the others.
func (e *IncompleteError) Error() string {
	return fmt.Sprintf("the backup was written without %d evidence segments that are missing or damaged, first: %v; 'evidence verify' names the items",
		len(e.Segments), e.Err)
}

// Unwrap makes it match ErrIncomplete and its cause.
func (e *IncompleteError) Unwrap() []error { return []error{ErrIncomplete, e.Err} }

// Backup writes an encrypted copy of the database and the officer's age
// identity into folder, and the vault segments that the folder lacks. It is
// encrypted to that identity, whose sealed key file stands beside it, and to the
// recovery sheet, whose number ends the file's name. What was written is
// recorded as an entry. Damaged evidence does not keep the rest from being
// backed up: the error is then an *IncompleteError and the backup is there.
func (w *Workspace) Backup(ctx context.Context, folder string) (roster.Backup, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return roster.Backup{}, fmt.Errorf("make backup folder: %w", err)
	}
	if err := w.mayBackUpInto(folder); err != nil {
		return roster.Backup{}, err
	}
	if err := w.sweepBackups(folder); err != nil {
		return roster.Backup{}, err
	}
	if err := w.refresh(ctx); err != nil {
		return roster.Backup{}, err
	}
	p, err := w.planBackup(ctx, folder)
	if err != nil {
		return roster.Backup{}, err
	}
	b := p.Backup
	var lost *IncompleteError
	if b.SHA256, lost, err = w.writeBackup(ctx, p); err != nil {
		return roster.Backup{}, err
	}
	err = Update(ctx, w, "", event.Said{}, func(r *roster.Roster) error { return r.BackedUp(b) })
	if err == nil && lost != nil {
		err = lost
	}
	return b, err
}

// mayBackUpInto refuses a folder whose identity file opens other backups: it
// would be replaced.
func (w *Workspace) mayBackUpInto(folder string) error {
	data, err := os.ReadFile(filepath.Join(folder, identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into backup folder: %w", err)
	}
	if whose, err := keys.PeekIdentity(data); err == nil && whose.Workspace != w.id {
		return ErrOtherBackup
	}
	return nil
}

// abandoned is the age at which what a backup left half done is rubbish.
const abandoned = 24 * time.Hour

// sweepBackups removes what backups that were killed left behind.
func (w *Workspace) sweepBackups(folder string) error {
	copies, err := filepath.Glob(filepath.Join(w.dir, scratchPattern))
	if err != nil {
		return fmt.Errorf("look for old copies: %w", err)
	}
	partials, err := filepath.Glob(filepath.Join(folder, backupPattern+partialSuffix))
	if err != nil {
		return fmt.Errorf("look for old copies: %w", err)
	}
	for _, path := range append(copies, partials...) {
		if info, err := os.Stat(path); err != nil || time.Since(info.ModTime()) < abandoned {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove old copy: %w", err)
		}
	}
	return nil
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
			for _, seg := range c.Segments() {
				got := vault.Segment{Name: seg.Name, PlainSize: seg.Plain, CipherSize: seg.Cipher}
				if err := got.CipherSHA256.UnmarshalText([]byte(seg.SHA256)); err != nil {
					return fmt.Errorf("segment %s of %s: %w", seg.Name, s.Number, err)
				}
				out = append(out, got)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// copySegments brings the evidence into the backup. It runs after the database
// was copied, so that no collection in the copy lacks its segments.
func (w *Workspace) copySegments(ctx context.Context, folder string) (*IncompleteError, error) {
	segments, err := w.segments(ctx)
	if err != nil {
		return nil, err
	}
	from, err := vault.Open(w.VaultDir())
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	lost, err := copyWhole(ctx, from, filepath.Join(folder, vaultFolder), segments)
	if err != nil {
		return nil, fmt.Errorf("back up evidence: %w", err)
	}
	return lost, nil
}

// copyWhole copies the segments that are whole and names the others.
func copyWhole(ctx context.Context, from *vault.Vault, dir string, segments []vault.Segment) (*IncompleteError, error) {
	if _, err := from.CopyTo(ctx, dir, slices.Values(segments), nil); err == nil {
		return nil, nil
	}
	lost := new(IncompleteError)
	for i := range segments {
		_, err := from.CopyTo(ctx, dir, slices.Values(segments[i:i+1]), nil)
		switch {
		case err == nil:
		case errors.Is(err, vault.ErrMissing), errors.Is(err, vault.ErrCorrupt):
			lost.Segments = append(lost.Segments, segments[i].Name)
			if lost.Err == nil {
				lost.Err = err
			}
		default:
			return nil, err
		}
	}
	if lost.Err == nil {
		return nil, nil
	}
	return lost, nil
}

// writeBackup writes under a temporary name and renames what is complete and on
// disk; a crash leaves no file that looks like a backup.
func (w *Workspace) writeBackup(ctx context.Context, p plannedBackup) (sum string, lost *IncompleteError, err error) {
	sealedIdentity, err := keys.IdentityFile(w.KeysDir())
	if err != nil {
		return "", nil, fmt.Errorf("back up identity: %w", err)
	}
	if err := w.keepFormerIdentity(p); err != nil {
		return "", nil, err
	}
	if err := writeSynced(filepath.Join(p.Folder, identityFile), func(out io.Writer) error {
		_, err := out.Write(sealedIdentity)
		return err
	}); err != nil {
		return "", nil, err
	}
	hash := sha256.New()
	err = writeSynced(filepath.Join(p.Folder, p.File), func(out io.Writer) (err error) {
		if err := w.encryptCopy(ctx, io.MultiWriter(out, hash), p); err != nil {
			return err
		}
		lost, err = w.copySegments(ctx, p.Folder)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil)), lost, err
}

// encryptCopy copies the database aside, encrypts the copy and removes it.
func (w *Workspace) encryptCopy(ctx context.Context, out io.Writer, p plannedBackup) (err error) {
	scratch, err := os.MkdirTemp(w.dir, scratchPattern)
	if err != nil {
		return fmt.Errorf("make backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	copied := filepath.Join(scratch, databaseName)
	if err := w.copyDatabase(ctx, copied); err != nil {
		return err
	}
	return p.encrypt(out, copied)
}

// copyDatabase holds the writer's token for the time of the copy.
func (w *Workspace) copyDatabase(ctx context.Context, path string) error {
	select {
	case w.commits <- struct{}{}:
		defer func() { <-w.commits }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return fileError(w.db.copyTo(ctx, path))
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
	partial := path + partialSuffix
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
