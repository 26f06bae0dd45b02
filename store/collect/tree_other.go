//go:build !linux && !darwin

package collect

import (
	"io/fs"
	"os"
	"slices"
)

// folderHandle is a folder that names cannot lead out of.
type folderHandle struct{ root *os.Root }

func openFolder(path string) (*folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return newFolder(folderHandle{root}), nil
}

func (h folderHandle) close() { _ = h.root.Close() }

func (h folderHandle) child(name string) (*folder, error) {
	before, err := h.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	root, err := h.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	after, err := root.Stat(".")
	if err == nil && !os.SameFile(before, after) {
		err = &os.PathError{Op: "open", Path: name, Err: os.ErrInvalid} // a link took its place
	}
	if err != nil {
		_ = root.Close()
		return nil, err
	}
	return newFolder(folderHandle{root}), nil
}

func (h folderHandle) names() ([]string, error) {
	d, err := h.root.Open(".")
	if err != nil {
		return nil, err
	}
	names, err := d.Readdirnames(-1)
	_ = d.Close() // only read from
	slices.Sort(names)
	return names, err
}

func (h folderHandle) readlink(name string) (string, error) { return h.root.Readlink(name) }

func (h folderHandle) xattrs() (map[string][]byte, bool) { return nil, true }

func (h folderHandle) stat(name string) (meta, error) { return metaFrom(h.root.Lstat(name)) }

func (h folderHandle) self() (meta, error) { return metaFrom(h.root.Stat(".")) }

func (h folderHandle) open(name string) (opened, error) {
	before, err := h.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	f, err := h.root.Open(name)
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err == nil && !os.SameFile(before, after) {
		err = &os.PathError{Op: "open", Path: name, Err: os.ErrInvalid}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return openedFile{f}, nil
}

type openedFile struct{ *os.File }

func (f openedFile) stat() (meta, error) { return metaFrom(f.Stat()) }

func (f openedFile) xattrs() (map[string][]byte, bool) { return nil, true }

func (f openedFile) holes(meta) bool { return false }

func metaFrom(info fs.FileInfo, err error) (meta, error) {
	if err != nil {
		return meta{}, err
	}
	m := meta{size: info.Size(), modified: info.ModTime().UTC(), blocks: -1}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		m.kind = File
	case mode.IsDir():
		m.kind = Folder
	case mode&fs.ModeSymlink != 0:
		m.kind = Symlink
	case mode&fs.ModeNamedPipe != 0:
		m.kind = FIFO
	case mode&fs.ModeSocket != 0:
		m.kind = Socket
	case mode&fs.ModeDevice != 0:
		m.kind = Device
	default: // junctions and other reparse points
		m.kind = Other
	}
	return m, nil
}
