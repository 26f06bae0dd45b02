package keys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	officerFile  = "officer.json"
	attemptsFile = "attempts.json"
	lockFile     = "lock"

	folderMode = 0o700
	fileMode   = 0o600
	lockPause  = 10 * time.Millisecond
)

// readFile reads a small regular file. Anything else (a pipe, a device, a link) could block or lie.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("read key folder: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a plain file", ErrDamaged, filepath.Base(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read key folder: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: %s is too long", ErrDamaged, filepath.Base(path))
	}
	return data, nil
}

// writeFile replaces dir/name so that a crash leaves the old bytes or the new ones. The caller
// holds the lock, which is why the temporary file can have a fixed name: what a crash left of it
// is overwritten by the next write and never read.
func writeFile(dir, name string, data []byte) error {
	tmp := filepath.Join(dir, name+".tmp")
	if err := writeSynced(tmp, data); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("replace %s: %w", name, err)
	}
	if err := syncFolder(dir); err != nil {
		return fmt.Errorf("sync key folder: %w", err)
	}
	return nil
}

func writeSynced(path string, data []byte) (err error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

// removeFile removes dir/name for good; it may be absent.
func removeFile(dir, name string) error {
	if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	if err := syncFolder(dir); err != nil {
		return fmt.Errorf("sync key folder: %w", err)
	}
	return nil
}

// withLock runs fn while no other process holds the folder's lock. The operating system drops
// the lock when its holder dies, so it cannot go stale.
func withLock(ctx context.Context, dir string, fn func() error) error {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return fmt.Errorf("lock key folder: %w", err)
	}
	defer func() { _ = f.Close() }() // closing drops the lock
	for ctx.Err() == nil {
		held, err := tryLock(f)
		if err != nil {
			return fmt.Errorf("lock key folder: %w", err)
		}
		if held {
			return fn()
		}
		select {
		case <-ctx.Done():
		case <-time.After(lockPause):
		}
	}
	return fmt.Errorf("lock key folder: %w", ctx.Err())
}
