package collect

import (
	"time"

	"github.com/posko-ir/posko/store/vault"
)

// Kind is what a line describes.
type Kind string

// Kinds of lines.
const (
	File    Kind = "file"
	Folder  Kind = "dir"
	Symlink Kind = "symlink"
	FIFO    Kind = "fifo"
	Socket  Kind = "socket"
	Device  Kind = "device"
	Other   Kind = "other" // known to the system under no name of ours
	Text    Kind = "text"  // typed or piped in
	Output  Kind = "output"
	Web     Kind = "web" // what a server answered, and the record of it
	// ThingKind is a thing, which never has bytes.
	ThingKind Kind = "thing"
)

// Note marks something a reader of the manifest must know.
type Note string

// Notes on a line.
const (
	Changed    Note = "changed-while-read"
	Grew       Note = "grew"
	Shrank     Note = "shrank"
	Replaced   Note = "replaced" // the name led to another file at the end
	Removed    Note = "removed"  // the name led to nothing at the end
	ShortRead  Note = "short-read"
	Unreadable Note = "unreadable"
	Limited    Note = "limited" // cut at the limit that was asked for
	Older      Note = "older"   // a later line holds the file as it was later
	Gone       Note = "gone"    // collected before the interruption, not there after it
	OddTime    Note = "odd-time"
	XattrCut   Note = "xattr-incomplete"
)

// Line is one line of the manifest.
type Line struct {
	N    int64
	Root int // 1-based number of the root, 0 for streams
	// Name is the path below the root with '/' between parts, "." for the root
	// itself, or the base name if the root is not a folder. Bytes as found.
	Name string
	Kind Kind
	// Stored says that Object is in the vault; a file that could not be opened
	// has a line and nothing stored.
	Stored bool
	Object vault.Object
	// SourceSize is what the system said; it differs from the object's size if
	// the file changed.
	SourceSize int64

	Modified, Changed, Accessed, Born time.Time // zero: not known

	HasOwner     bool
	Mode         uint32 // permission bits as in Unix, setuid and the like included
	UID, GID     int64
	Owner, Group string
	Device       uint64
	Inode, Links uint64
	Holes        bool
	Target       string // of a symbolic link, bytes as found
	Xattr        map[string][]byte
	Notes        []Note
	Thing        *Thing // of kind ThingKind, and of no other
}

// Skipped is something that has no bytes in the vault, and why.
type Skipped struct {
	N      int64 // its line, 0 for a root that does not exist
	Root   int
	Name   string
	Reason string
}

// Root is one of the paths that were asked for.
type Root struct {
	Path     string // absolute, as given
	Resolved string // where it led, if it is or passes a symbolic link
}

func (l *Line) note(n Note) { l.Notes = append(l.Notes, n) }
