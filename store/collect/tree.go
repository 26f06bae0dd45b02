package collect

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// Limits on extended attributes of one file.
const (
	maxXattrs     = 256
	maxXattrBytes = 64 << 10
)

// meta is what the system says about a name or an open file.
type meta struct {
	kind                              Kind
	size                              int64
	modified, changed, accessed, born time.Time
	hasOwner                          bool
	mode, uid, gid                    uint32
	device, inode, links              uint64
	blocks                            int64 // of 512 bytes; -1: not known
}

// sameFile reports whether both describe the same file in the same state.
func (m meta) sameFile(o meta) bool { return m.device == o.device && m.inode == o.inode }

// sameState reports whether nothing was written between both.
func (m meta) sameState(o meta) bool {
	return m.size == o.size && m.modified.Equal(o.modified) && m.changed.Equal(o.changed)
}

// folder is an open folder. Everything below it is reached relative to it. A
// folder has one owner until [folder.hold] adds another.
type folder struct {
	handle folderHandle
	users  atomic.Int32
}

func newFolder(h folderHandle) *folder {
	f := &folder{handle: h}
	f.users.Store(1)
	return f
}

func (f *folder) hold() { f.users.Add(1) }

func (f *folder) release() {
	if f.users.Add(-1) == 0 {
		f.handle.close()
	}
}

// opened is an open file, as the system or a test gives it.
type opened interface {
	io.ReadCloser
	stat() (meta, error)
	xattrs() (map[string][]byte, bool)
	holes(m meta) bool
}

// knownTime drops instants that RFC 3339 cannot write.
func knownTime(l *Line, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	if y := t.UTC().Year(); y < 0 || y > 9999 {
		if len(l.Notes) == 0 || l.Notes[len(l.Notes)-1] != OddTime {
			l.note(OddTime)
		}
		return time.Time{}
	}
	return t
}

// reason says in plain words why the system refused.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	switch {
	case errors.Is(err, os.ErrPermission):
		return "permission denied"
	case errors.Is(err, os.ErrNotExist):
		return "it is not there"
	default:
		return err.Error()
	}
}
