package vault

import (
	"fmt"
	"os"
	"path/filepath"

	"filippo.io/age"
)

// aboutName is the file of a batch that says what it is about. It has no suffix
// of the vault's, so that cleaning up for [Vault.Resume] leaves it alone.
const aboutName = "about"

// maxAbout bounds what is read of it.
const maxAbout = 16 << 20

// Describe keeps data beside the batch, encrypted like everything else, until
// the batch is done, aborted or discarded. Say it before the first object: a
// batch that is cut off before anything of it is complete is then known too.
// It can be said once.
func (b *Batch) Describe(data []byte) error {
	if len(data) > maxAbout {
		return fmt.Errorf("describe batch: %d bytes: %w", len(data), ErrInvalid)
	}
	sealed, err := sealPart(data, b.journal.recipients)
	if err != nil {
		return fmt.Errorf("describe batch: %w", err)
	}
	if err := b.journal.disk.writeFile(filepath.Join(b.folder, aboutName), sealed); err != nil {
		return fmt.Errorf("describe batch: %w", err)
	}
	if err := b.journal.disk.syncDir(b.folder); err != nil {
		return fmt.Errorf("describe batch: %w", err)
	}
	return nil
}

// About returns what [Batch.Describe] kept of an unfinished batch. A batch that
// was not described is an error that wraps [os.ErrNotExist]; for one of another
// case it wraps an [age.NoIdentityMatchError].
func (v *Vault) About(id string, with ...age.Identity) ([]byte, error) {
	if !ValidName(id) {
		return nil, fmt.Errorf("read about batch %.40q: %w", id, ErrInvalid)
	}
	path := filepath.Join(v.batchFolder(id), aboutName)
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("read about batch: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > 2*maxAbout {
		return nil, fmt.Errorf("read about batch %s: %w", id, ErrInvalid)
	}
	return openPart(path, with)
}
