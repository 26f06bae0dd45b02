package ledger

import (
	"fmt"
	"slices"
	"time"
)

// Entry is one row as the store keeps it, the leaf already decrypted.
type Entry struct {
	Leaf   []byte // canonical bytes
	Cipher []byte // encrypted body; nil when destroyed
	Nodes  []Hash // hashes that became final with this entry
}

// Problem says which entry does not hold and why.
type Problem struct {
	Log    string `json:"log"`
	Seq    uint64 `json:"seq"`
	Reason string `json:"reason"`
	// Body says that only the entry's body was changed: chain and tree hold.
	Body bool `json:"body,omitempty"`
}

// Error makes a Problem an error.
func (p *Problem) Error() string {
	return fmt.Sprintf("entry %d of log %s: %s", p.Seq, p.Log, p.Reason)
}

// Verifier checks a log entry by entry, from zero or from a trusted frontier.
type Verifier struct {
	log      string
	frontier Frontier
	prev     Hash
}

// NewVerifier starts at the beginning of a log.
func NewVerifier(logID string) *Verifier { return &Verifier{log: logID} }

// Resume continues after a frontier that was verified before; prev is the leaf
// hash of its last entry.
func Resume(logID string, at Frontier, prev Hash) *Verifier {
	return &Verifier{log: logID, frontier: at.Clone(), prev: prev}
}

// Next checks the next entry and returns its leaf. After a Problem the verifier
// goes on at the following entry, so that one run finds every damaged row whose
// neighbours are whole.
func (v *Verifier) Next(e Entry) (Leaf, *Problem) {
	seq := v.frontier.Size
	leafHash := LeafHash(e.Leaf)
	nodes := v.frontier.Append(leafHash)
	prev := v.prev
	v.prev = leafHash
	fail := func(format string, args ...any) *Problem {
		return &Problem{Log: v.log, Seq: seq, Reason: fmt.Sprintf(format, args...)}
	}
	leaf, err := ParseLeaf(e.Leaf)
	switch {
	case err != nil:
		return Leaf{}, fail("the leaf is damaged: %v", err)
	case leaf.Log != v.log:
		return leaf, fail("it belongs to log %s", leaf.Log)
	case leaf.Seq != seq:
		return leaf, fail("it says it is entry %d", leaf.Seq)
	case leaf.Prev != prev:
		return leaf, fail("it does not follow entry %d as that now stands", int64(seq)-1)
	case !slices.Equal(nodes, e.Nodes):
		return leaf, fail("its tree hashes are damaged")
	case e.Cipher != nil && CipherHash(e.Cipher) != leaf.Cipher:
		p := fail("its body was changed")
		p.Body = true
		return leaf, p
	}
	return leaf, nil
}

// Size is how many entries have been passed.
func (v *Verifier) Size() uint64 { return v.frontier.Size }

// Skip passes an entry that cannot be read but whose hash the tree holds; pass
// the zero Hash for one that is gone. What follows is still checked.
func (v *Verifier) Skip(leaf Hash) {
	v.frontier.Append(leaf)
	v.prev = leaf
}

// Head is the head over everything passed to Next.
func (v *Verifier) Head() Head {
	return Head{Log: v.log, Size: v.frontier.Size, Root: v.frontier.Root()}
}

// clockStep is how far wall and monotonic time may drift apart in one boot.
const clockStep = 2 * time.Minute

// Doubt says why the wall clock of cur is doubted, or "". prev is the entry
// before it (nil for the first), built the date the program was built, trusted
// the last instant that somebody else vouched for.
func Doubt(prev *Leaf, cur Leaf, built, trusted time.Time) string {
	switch {
	case cur.Wall.Before(built):
		return "earlier than the program itself"
	case cur.Wall.Before(trusted):
		return "earlier than the last witness"
	case prev == nil:
		return ""
	case cur.Wall.Before(prev.Wall):
		return "earlier than the entry before"
	case cur.Boot == prev.Boot:
		wall := cur.Wall.Sub(prev.Wall)
		mono := time.Duration(cur.Mono-prev.Mono) * time.Millisecond
		if d := (wall - mono).Abs(); d > clockStep {
			return "the clock was moved by about " + d.Round(time.Second).String()
		}
	}
	return ""
}
