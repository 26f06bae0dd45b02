package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// LeafVersion is the version that this program writes.
const LeafVersion = 1

// Limits of a leaf. MaxDeps bounds the other logs an entry can cite.
const (
	MaxLeafBytes = 16 << 10
	MaxDeps      = 64
	maxName      = 64
	maxSafeInt   = 1<<53 - 1
)

// ErrLeaf is returned for bytes that are not exactly one canonical leaf.
var ErrLeaf = errors.New("not a leaf")

const wallLayout = "2006-01-02T15:04:05.000000Z"

// Head is a log at some size.
type Head struct {
	Log  string `json:"log"`
	Root Hash   `json:"root"`
	Size uint64 `json:"size"`
}

// Leaf is what the tree holds of an entry.
type Leaf struct {
	Log    string    // id of the log
	Seq    uint64    // position, from 0
	Prev   Hash      // leaf hash of Seq-1; zero for the first
	Wall   time.Time // what the clock said, UTC, microseconds
	Boot   string    // identifies one run of the machine
	Mono   int64     // milliseconds since that boot
	Actor  string    // the officer who was unlocked
	Kind   string    // kind with version, like note.added/1
	Case   string    // tag of the case; empty for the workspace
	Commit Hash      // Commitment of the plain body
	Cipher Hash      // CipherHash of the encrypted body
	Deps   []Head    // other logs as this device knew them
}

// Encode returns the canonical bytes. It refuses values that a leaf cannot hold.
func (l Leaf) Encode() ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	b := make([]byte, 0, 512)
	b = append(b, `{"actor":"`...)
	b = append(b, l.Actor...)
	b = append(b, `","boot":"`...)
	b = append(b, l.Boot...)
	b = append(b, `","case":"`...)
	b = append(b, l.Case...)
	b = append(b, `","cipher":"`...)
	b = append(b, l.Cipher.String()...)
	b = append(b, `","commit":"`...)
	b = append(b, l.Commit.String()...)
	b = append(b, `","deps":[`...)
	for i, d := range l.Deps {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"log":"`...)
		b = append(b, d.Log...)
		b = append(b, `","root":"`...)
		b = append(b, d.Root.String()...)
		b = append(b, `","size":`...)
		b = strconv.AppendUint(b, d.Size, 10)
		b = append(b, '}')
	}
	b = append(b, `],"kind":"`...)
	b = append(b, l.Kind...)
	b = append(b, `","log":"`...)
	b = append(b, l.Log...)
	b = append(b, `","mono":`...)
	b = strconv.AppendInt(b, l.Mono, 10)
	b = append(b, `,"prev":"`...)
	b = append(b, l.Prev.String()...)
	b = append(b, `","seq":`...)
	b = strconv.AppendUint(b, l.Seq, 10)
	b = append(b, `,"v":1,"wall":"`...)
	b = l.Wall.UTC().AppendFormat(b, wallLayout)
	return append(b, `"}`...), nil
}

func (l Leaf) check() error {
	switch y := l.Wall.UTC().Year(); {
	case !given(l.Log):
		return fmt.Errorf("%w: log %q", ErrLeaf, l.Log)
	case !given(l.Actor):
		return fmt.Errorf("%w: actor %q", ErrLeaf, l.Actor)
	case !given(l.Kind):
		return fmt.Errorf("%w: kind %q", ErrLeaf, l.Kind)
	case !given(l.Boot):
		return fmt.Errorf("%w: boot %q", ErrLeaf, l.Boot)
	case !plainName(l.Case):
		return fmt.Errorf("%w: case %q", ErrLeaf, l.Case)
	case l.Seq > maxSafeInt || l.Mono < 0 || l.Mono > maxSafeInt:
		return fmt.Errorf("%w: a number is out of range", ErrLeaf)
	case y < 1970 || y > 9999:
		return fmt.Errorf("%w: the clock says the year %d", ErrLeaf, y)
	case len(l.Deps) > MaxDeps:
		return fmt.Errorf("%w: cites %d logs, at most %d", ErrLeaf, len(l.Deps), MaxDeps)
	}
	for _, d := range l.Deps {
		if !given(d.Log) || d.Size > maxSafeInt {
			return fmt.Errorf("%w: cites log %q", ErrLeaf, d.Log)
		}
	}
	return nil
}

// plainName holds names to characters that JSON writes as they are, so that
// one spelling exists for every leaf.
func plainName(s string) bool {
	if len(s) > maxName {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '-' <= c && c <= '9', c == '_': // - . / and the digits
		default:
			return false
		}
	}
	return true
}

func given(s string) bool { return s != "" && plainName(s) }

// ParseLeaf reads canonical leaf bytes and nothing else. It is a scanner for
// this one shape, not a JSON decoder: keys in another order, case or spelling
// are refused by construction, and it is what makes a full verification quick.
func ParseLeaf(data []byte) (Leaf, error) {
	if len(data) > MaxLeafBytes {
		return Leaf{}, fmt.Errorf("%w: %d bytes, at most %d", ErrLeaf, len(data), MaxLeafBytes)
	}
	s := scanner{rest: string(data)}
	var l Leaf
	l.Actor = s.name(`{"actor":"`, `"`)
	l.Boot = s.name(`,"boot":"`, `"`)
	l.Case = s.name(`,"case":"`, `"`)
	l.Cipher = s.hash(`,"cipher":"`)
	l.Commit = s.hash(`,"commit":"`)
	l.Deps = s.deps()
	l.Kind = s.name(`,"kind":"`, `"`)
	l.Log = s.name(`,"log":"`, `"`)
	l.Mono = int64(s.number(`,"mono":`))
	l.Prev = s.hash(`,"prev":"`)
	l.Seq = s.number(`,"seq":`)
	l.Wall = s.wall(`,"v":1,"wall":"`)
	s.literal(`}`)
	if s.bad == "" && s.rest != "" {
		s.bad = "the end"
	}
	if s.bad != "" {
		return Leaf{}, fmt.Errorf("%w: expected %s at byte %d", ErrLeaf, s.bad, len(data)-len(s.rest))
	}
	return l, l.check()
}
