//go:build !linux

package bag

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// outFile is synced when it is closed.
type outFile struct{ *os.File }

// Close syncs and closes the file.
func (f outFile) Close() error {
	return errors.Join(f.Sync(), f.File.Close())
}

// sync makes the names of the files durable. Windows has no such call and keeps
// names in its journal.
func (f *folder) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	for _, name := range append([]string{"."}, f.dirs...) {
		d, err := f.root.Open(name)
		if err != nil {
			return fmt.Errorf("open the bag's folder: %w", err)
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return fmt.Errorf("sync the bag: %w", err)
		}
	}
	return nil
}
