package bag

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// outFile is written without a sync of its own: one syncfs for the whole bag
// replaces a hundred thousand of them.
type outFile struct{ *os.File }

// sync writes back the whole file system that the bag is on.
func (f *folder) sync() error {
	d, err := f.root.Open(".")
	if err != nil {
		return fmt.Errorf("open the bag's folder: %w", err)
	}
	defer d.Close() //nolint:errcheck // opened for reading
	if err := unix.Syncfs(int(d.Fd())); err != nil {
		return fmt.Errorf("sync the bag: %w", err)
	}
	return nil
}
