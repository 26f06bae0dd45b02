package store

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
)

// backupInfo is the first file inside a backup.
type backupInfo struct {
	Version   int           `json:"v"`
	Workspace string        `json:"workspace"`
	Org       string        `json:"org"`
	Officer   string        `json:"officer"`
	Name      string        `json:"name,omitempty"` // the officer's
	Made      time.Time     `json:"made"`
	Heads     []ledger.Head `json:"heads"`    // at least these are in it
	Identity  string        `json:"identity"` // the officer's age identity; the signing keys are never backed up
}

// plannedBackup is a backup before it is written.
type plannedBackup struct {
	roster.Backup
	info backupInfo
	to   []age.Recipient
}

func (w *Workspace) planBackup(ctx context.Context, folder string) (plannedBackup, error) {
	r, err := w.Roster(ctx)
	if err != nil {
		return plannedBackup{}, err
	}
	identity, err := w.keys.Identity()
	if err != nil {
		return plannedBackup{}, fmt.Errorf("encrypt backup: %w", err)
	}
	me := w.keys.Officer()
	p := plannedBackup{
		Backup: roster.Backup{Folder: folder, Made: w.clock.reading().Wall},
		info: backupInfo{
			Version: 1, Workspace: w.id, Org: r.Org, Officer: me.ID, Name: me.Name, Identity: identity.String(),
			Heads: w.Heads(), // from before the copy: it holds at least these
		},
		to: []age.Recipient{identity.Recipient()},
	}
	p.info.Made = p.Made
	for _, h := range p.info.Heads {
		p.Entries += h.Size
	}
	p.File = fmt.Sprintf("posko-%s-%06d", p.Made.Format("20060102T150405Z"), p.Entries)
	s, recovery, err := sheetRecipient(&r)
	if err != nil {
		return plannedBackup{}, err
	}
	if recovery != nil {
		p.to, p.File = append(p.to, recovery), fmt.Sprintf("%s-s%d", p.File, s.Number)
	}
	p.File += ".age"
	return p, nil
}

// keepFormerIdentity sets an identity file aside that opens the older backups
// here and that this officer no longer has: after a recovery.
func (w *Workspace) keepFormerIdentity(p plannedBackup) error {
	path := filepath.Join(p.Folder, identityFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into backup folder: %w", err)
	}
	whose, err := keys.PeekIdentity(data)
	if err == nil && whose.Officer.Recipient.String() == w.keys.Officer().Recipient.String() {
		return nil
	}
	aside := fmt.Sprintf("identity-before-%s.json", p.Made.Format("20060102T150405Z"))
	return writeSynced(filepath.Join(p.Folder, aside), func(out io.Writer) error {
		_, err := out.Write(data)
		return err
	})
}

func (p plannedBackup) encrypt(out io.Writer, database string) error {
	info, err := json.Marshal(p.info)
	if err != nil {
		return fmt.Errorf("encode backup: %w", err)
	}
	sealed, err := age.Encrypt(out, p.to...)
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
