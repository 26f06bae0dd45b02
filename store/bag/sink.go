package bag

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// sink is where a bag is written to.
type sink interface {
	// create starts a new file, whose folders it makes. size is -1 when it is
	// not known beforehand; files of unknown size may be open side by side.
	create(path string, size int64) (io.WriteCloser, error)
	// sync returns when everything closed so far is on the disk.
	sync() error
	// abort removes what was created.
	abort() error
	// close ends the bag.
	close() error
}

// folder is a sink into a new or an empty folder.
type folder struct {
	dir   string
	root  *os.Root
	made  bool     // dir did not exist before
	dirs  []string // folders created, in order
	has   map[string]bool
	files []string // files created, in order
}

// Vacant says why no bag can be written to a path, or nil: an encrypted one is a
// new file, another one a new or an empty folder.
func Vacant(path string, encrypted bool) error {
	if encrypted {
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("create the encrypted bag: %w", &os.PathError{Op: "open", Path: path, Err: os.ErrExist})
		}
	} else if found, err := os.ReadDir(path); err == nil && len(found) > 0 {
		return fmt.Errorf("%s: %w", path, ErrNotEmpty)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("create the bag: %w", err)
	}
	return nil
}

// newFolder opens dir, which must be empty or not exist.
func newFolder(dir string) (*folder, error) {
	f := &folder{dir: dir, has: map[string]bool{".": true}}
	switch err := os.Mkdir(dir, 0o700); {
	case err == nil:
		f.made = true
	case !errors.Is(err, os.ErrExist):
		return nil, fmt.Errorf("create the bag's folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the bag's folder: %w", err)
	}
	f.root = root
	if err := f.mustBeEmpty(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

func (f *folder) mustBeEmpty() error {
	d, err := f.root.Open(".")
	if err != nil {
		return fmt.Errorf("open the bag's folder: %w", err)
	}
	defer d.Close() //nolint:errcheck // opened for reading
	switch _, err := d.Readdirnames(1); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return fmt.Errorf("read the bag's folder: %w", err)
	}
	return fmt.Errorf("%s: %w", f.dir, ErrNotEmpty)
}

func (f *folder) create(name string, _ int64) (io.WriteCloser, error) {
	if err := f.mkdir(path.Dir(name)); err != nil {
		return nil, err
	}
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	f.files = append(f.files, name)
	return outFile{file}, nil
}

func (f *folder) mkdir(dir string) error {
	if f.has[dir] {
		return nil
	}
	if err := f.mkdir(path.Dir(dir)); err != nil {
		return err
	}
	if err := f.root.Mkdir(dir, 0o700); err != nil {
		return err
	}
	f.dirs, f.has[dir] = append(f.dirs, dir), true
	return nil
}

// abort removes files and folders in the reverse order. A folder in which
// somebody else put something stays.
func (f *folder) abort() error {
	var errs []error
	for _, name := range slices.Backward(f.files) {
		errs = append(errs, f.root.Remove(name))
	}
	for _, name := range slices.Backward(f.dirs) {
		errs = append(errs, f.root.Remove(name))
	}
	errs = append(errs, f.root.Close())
	if f.made {
		errs = append(errs, os.Remove(f.dir))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("%w: %s", ErrLeft, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return nil
}

func (f *folder) close() error { return f.root.Close() }
