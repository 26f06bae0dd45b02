//go:build linux || darwin

package collect

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// folderHandle is a folder's descriptor.
type folderHandle int

func openFolder(path string) (*folder, error) {
	fd, err := retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return newFolder(folderHandle(fd)), nil
}

func (h folderHandle) close() { _ = unix.Close(int(h)) }

func (h folderHandle) child(name string) (*folder, error) {
	fd, err := retry(func() (int, error) {
		return unix.Openat(int(h), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, err
	}
	return newFolder(folderHandle(fd)), nil
}

// names lists the folder in the order of the names' bytes.
func (h folderHandle) names() ([]string, error) {
	var names []string
	buf := make([]byte, 32<<10)
	for {
		n, err := retry(func() (int, error) { return unix.ReadDirent(int(h), buf) })
		if err != nil {
			return names, err
		}
		if n == 0 {
			slices.Sort(names)
			return names, nil
		}
		_, _, names = unix.ParseDirent(buf[:n], -1, names)
	}
}

func (h folderHandle) readlink(name string) (string, error) {
	for size := 256; ; size *= 2 {
		buf := make([]byte, size)
		n, err := retry(func() (int, error) { return unix.Readlinkat(int(h), name, buf) })
		if err != nil {
			return "", err
		}
		if n < size {
			return string(buf[:n]), nil
		}
	}
}

func (h folderHandle) xattrs() (map[string][]byte, bool) { return readXattrs(int(h)) }

// openedFile is a descriptor without the runtime's poller, which regular files
// do not need.
type openedFile int

// open opens a regular file. O_NONBLOCK keeps the call from hanging if the name
// became a FIFO in the meantime; the caller looks at what it got.
func (h folderHandle) open(name string) (opened, error) {
	const flags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC
	fd, err := retry(func() (int, error) { return unix.Openat(int(h), name, flags|quietRead, 0) })
	if quietRead != 0 && errors.Is(err, unix.EPERM) { // only the owner may read quietly
		fd, err = retry(func() (int, error) { return unix.Openat(int(h), name, flags, 0) })
	}
	if err != nil {
		return nil, err
	}
	return openedFile(fd), nil
}

// Read implements io.Reader.
func (f openedFile) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := retry(func() (int, error) { return unix.Read(int(f), p) })
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close implements io.Closer.
func (f openedFile) Close() error { return unix.Close(int(f)) }

func (f openedFile) stat() (meta, error) { return statFile(int(f)) }

func (f openedFile) xattrs() (map[string][]byte, bool) { return readXattrs(int(f)) }

// readXattrs returns what fits into the limits, and whether that is all.
func readXattrs(fd int) (map[string][]byte, bool) {
	n, err := unix.Flistxattr(fd, nil)
	if n == 0 || errors.Is(err, unix.ENOTSUP) {
		return nil, true
	}
	if err != nil {
		return nil, false
	}
	list := make([]byte, n)
	if n, err = unix.Flistxattr(fd, list); err != nil {
		return nil, false
	}
	attrs, left, whole := map[string][]byte{}, maxXattrBytes, true
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list[:n]), "\x00"), "\x00") {
		if len(attrs) == maxXattrs {
			return attrs, false
		}
		value := make([]byte, left)
		n, err := unix.Fgetxattr(fd, name, value)
		if err != nil {
			whole = false
			continue
		}
		left -= n
		attrs[name] = slices.Clone(value[:n])
	}
	return attrs, whole
}

func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

func kindOf(mode uint32) Kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return File
	case unix.S_IFDIR:
		return Folder
	case unix.S_IFLNK:
		return Symlink
	case unix.S_IFIFO:
		return FIFO
	case unix.S_IFSOCK:
		return Socket
	case unix.S_IFCHR, unix.S_IFBLK:
		return Device
	default:
		return Other
	}
}
