//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
)

// syncFolder makes a rename in a folder survive a power cut.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
