package collect

import (
	"time"

	"golang.org/x/sys/unix"
)

// quietRead has no form here.
const quietRead = 0

func (h folderHandle) stat(name string) (meta, error) {
	var st unix.Stat_t
	err := unix.Fstatat(int(h), name, &st, unix.AT_SYMLINK_NOFOLLOW)
	return metaOf(&st), err
}

func (h folderHandle) self() (meta, error) { return statFile(int(h)) }

func statFile(fd int) (meta, error) {
	var st unix.Stat_t
	err := unix.Fstat(fd, &st)
	return metaOf(&st), err
}

func metaOf(st *unix.Stat_t) meta {
	return meta{
		kind: kindOf(uint32(st.Mode)), size: st.Size,
		modified: instant(st.Mtim), changed: instant(st.Ctim), accessed: instant(st.Atim), born: instant(st.Btim),
		hasOwner: true, mode: uint32(st.Mode) & 0o7777, uid: st.Uid, gid: st.Gid,
		device: uint64(st.Dev), inode: st.Ino, links: uint64(st.Nlink), blocks: st.Blocks,
	}
}

func instant(t unix.Timespec) time.Time { return time.Unix(t.Unix()).UTC() }

// holes reports whether the file occupies less than its size.
func (f openedFile) holes(m meta) bool {
	return m.blocks*512 < m.size
}
