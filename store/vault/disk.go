package vault

import (
	"errors"
	"fmt"
	"os"
)

// disk is every file operation that writes. It is a struct of functions so
// that a test can fail any call of any of them.
type disk struct {
	create  func(path string) (*os.File, error)
	write   func(f *os.File, p []byte) error
	sync    func(f *os.File) error
	close   func(f *os.File) error
	rename  func(from, to string) error // refuses to replace
	mkdir   func(path string) error
	syncDir func(path string) error
}

func realDisk() disk {
	return disk{
		create: func(path string) (*os.File, error) {
			return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		},
		write: func(f *os.File, p []byte) error {
			_, err := f.Write(p)
			return err
		},
		sync:    func(f *os.File) error { return f.Sync() },
		close:   func(f *os.File) error { return f.Close() },
		rename:  renameNew,
		mkdir:   func(path string) error { return os.Mkdir(path, 0o700) },
		syncDir: syncDir,
	}
}

// writeFile stores a small file so that it is either absent or whole.
func (d disk) writeFile(path string, data []byte) error {
	f, err := d.create(path + partial)
	if err != nil {
		return err
	}
	err = d.write(f, data)
	if err == nil {
		err = d.sync(f)
	}
	if cerr := d.close(f); err == nil {
		err = cerr
	}
	if err == nil {
		err = d.rename(path+partial, path)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(path+partial))
	}
	return nil
}

// checkedRename is for systems without a rename that refuses to replace. The
// names are 128 random bits, so the window between both calls is theoretical.
func checkedRename(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("rename to %s: %w", to, os.ErrExist)
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(from, to)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
