package vault

import (
	"fmt"
	"os"
	"path/filepath"
)

const (
	// segmentSize is the most plaintext one segment holds.
	segmentSize = 64 << 20
	// bufferSize is the unit in which bytes move between the stages.
	bufferSize = 1 << 20

	tmpFolder = "tmp"
	ageSuffix = ".age"
	partial   = ".part"
)

// Vault is a folder of segments.
type Vault struct {
	dir  string
	disk disk
	// limit is the plaintext at which a segment ends; tests make it small.
	limit int64
}

// Open opens the vault in dir and creates the folder if there is none.
func Open(dir string) (*Vault, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	v := &Vault{dir: abs, disk: realDisk(), limit: segmentSize}
	if exists(filepath.Join(abs, tmpFolder)) {
		return v, nil
	}
	if err := os.MkdirAll(filepath.Join(abs, tmpFolder), 0o700); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	// What is sealed must not hang on a folder that a power cut takes back.
	if err := v.syncFolders(map[string]bool{abs: true, filepath.Dir(abs): true}); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	return v, nil
}

// Dir returns the vault's folder.
func (v *Vault) Dir() string { return v.dir }

// Path returns where the sealed segment of that name is or would be.
func (v *Vault) Path(name string) (string, error) {
	if !ValidName(name) {
		return "", fmt.Errorf("find segment %.40q: %w", name, ErrInvalid)
	}
	return filepath.Join(v.dir, name[:2], name+ageSuffix), nil
}

func (v *Vault) batchFolder(id string) string { return filepath.Join(v.dir, tmpFolder, id) }

// publish moves a finished file to its sealed place. The folders whose entries
// changed are added to dirty; the caller syncs them.
func (v *Vault) publish(from, name string, dirty map[string]bool) error {
	to, err := v.Path(name)
	if err != nil {
		return err
	}
	fan := filepath.Dir(to)
	switch err := v.disk.mkdir(fan); {
	case err == nil:
		dirty[v.dir] = true
	case !os.IsExist(err):
		return fmt.Errorf("create folder of segment %s: %w", name, err)
	}
	if err := v.disk.rename(from, to); err != nil {
		return fmt.Errorf("move segment %s into place: %w", name, err)
	}
	dirty[fan] = true
	return nil
}

func (v *Vault) syncFolders(dirty map[string]bool) error {
	for dir := range dirty {
		if err := v.disk.syncDir(dir); err != nil {
			return fmt.Errorf("sync vault folder: %w", err)
		}
	}
	return nil
}
