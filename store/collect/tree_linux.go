package collect

import (
	"io"
	"time"

	"golang.org/x/sys/unix"
)

// quietRead keeps reading from moving the access time.
const quietRead = unix.O_NOATIME

func (h folderHandle) stat(name string) (meta, error) {
	return statx(int(h), name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT)
}

func (h folderHandle) self() (meta, error) { return statFile(int(h)) }

func statFile(fd int) (meta, error) { return statx(fd, "", unix.AT_EMPTY_PATH) }

func statx(fd int, name string, flags int) (meta, error) {
	var st unix.Statx_t
	_, err := retry(func() (int, error) {
		return 0, unix.Statx(fd, name, flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &st)
	})
	if err != nil {
		return meta{}, err
	}
	m := meta{
		kind: kindOf(uint32(st.Mode)), size: int64(st.Size),
		modified: instant(st.Mtime), changed: instant(st.Ctime), accessed: instant(st.Atime),
		hasOwner: true, mode: uint32(st.Mode) & 0o7777, uid: st.Uid, gid: st.Gid,
		device: unix.Mkdev(st.Dev_major, st.Dev_minor), inode: st.Ino, links: uint64(st.Nlink),
		blocks: int64(st.Blocks),
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		m.born = instant(st.Btime)
	}
	return m, nil
}

func instant(t unix.StatxTimestamp) time.Time { return time.Unix(t.Sec, int64(t.Nsec)).UTC() }

// holes reports whether the file really has one: compressing file systems
// store less than the size too.
func (f openedFile) holes(m meta) bool {
	if m.blocks*512 >= m.size {
		return false
	}
	hole, err := unix.Seek(int(f), 0, unix.SEEK_HOLE)
	if err != nil {
		return false
	}
	_, _ = unix.Seek(int(f), 0, io.SeekStart)
	return hole < m.size
}
