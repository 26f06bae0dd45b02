package ledger

import (
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Frontier is the right edge of a tree: the roots of its complete subtrees,
// largest first. It is all that appending needs.
type Frontier struct {
	Size  uint64
	Peaks []Hash
}

// Append adds a leaf hash and returns the hashes that become final with it:
// the leaf's own and one for every subtree it completes, from the bottom up.
func (f *Frontier) Append(leaf Hash) []Hash {
	done := []Hash{leaf}
	h := leaf
	for range bits.TrailingZeros64(f.Size + 1) {
		last := len(f.Peaks) - 1
		h = Hash(tlog.NodeHash(tlog.Hash(f.Peaks[last]), tlog.Hash(h)))
		f.Peaks = f.Peaks[:last]
		done = append(done, h)
	}
	f.Peaks = append(f.Peaks, h)
	f.Size++
	return done
}

// Root is the RFC 6962 tree hash.
func (f *Frontier) Root() Hash {
	if len(f.Peaks) == 0 {
		root, _ := tlog.TreeHash(0, nil)
		return Hash(root)
	}
	h := f.Peaks[len(f.Peaks)-1]
	for i := len(f.Peaks) - 2; i >= 0; i-- {
		h = Hash(tlog.NodeHash(tlog.Hash(f.Peaks[i]), tlog.Hash(h)))
	}
	return h
}

// Clone returns an independent copy.
func (f *Frontier) Clone() Frontier {
	return Frontier{Size: f.Size, Peaks: append([]Hash(nil), f.Peaks...)}
}

// Nodes reads the hashes that Append returned for the entry seq.
type Nodes func(seq uint64) ([]Hash, error)

// ErrNodes is returned when stored tree hashes are missing.
var ErrNodes = errors.New("tree hashes are missing or damaged")

// node finds the hash of the n-th complete subtree at a level: it became final
// with the last leaf below it.
func (read Nodes) node(level int, n int64) (Hash, error) {
	seq := uint64(n+1)<<level - 1
	done, err := read(seq)
	if err != nil {
		return Hash{}, err
	}
	if level >= len(done) {
		return Hash{}, fmt.Errorf("%w: entry %d, level %d", ErrNodes, seq, level)
	}
	return done[level], nil
}

func (read Nodes) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			h, err := read.node(tlog.SplitStoredHashIndex(index))
			if err != nil {
				return nil, err
			}
			out[i] = tlog.Hash(h)
		}
		return out, nil
	})
}

// FrontierAt rebuilds the frontier of the first size entries.
func FrontierAt(size uint64, read Nodes) (Frontier, error) {
	f := Frontier{Size: size}
	start := uint64(0)
	for level := bits.Len64(size) - 1; level >= 0; level-- {
		if size&(1<<level) == 0 {
			continue
		}
		h, err := read.node(level, int64(start>>level))
		if err != nil {
			return Frontier{}, err
		}
		f.Peaks = append(f.Peaks, h)
		start += 1 << level
	}
	return f, nil
}

// RootAt is the tree hash of the first size entries.
func RootAt(size uint64, read Nodes) (Hash, error) {
	f, err := FrontierAt(size, read)
	if err != nil {
		return Hash{}, err
	}
	return f.Root(), nil
}

// ProveInclusion proves that entry seq is in the tree of the given size.
func ProveInclusion(size, seq uint64, read Nodes) ([]Hash, error) {
	proof, err := tlog.ProveRecord(int64(size), int64(seq), read.reader())
	if err != nil {
		return nil, fmt.Errorf("prove entry %d in %d: %w", seq, size, err)
	}
	return fromTlog(proof), nil
}

// CheckInclusion checks a proof of ProveInclusion against a head.
func CheckInclusion(head Head, seq uint64, leaf Hash, proof []Hash) error {
	err := tlog.CheckRecord(toTlog(proof), int64(head.Size), tlog.Hash(head.Root), int64(seq), tlog.Hash(leaf))
	if err != nil {
		return fmt.Errorf("check entry %d in %d: %w", seq, head.Size, err)
	}
	return nil
}

// ProveConsistency proves that the tree of size older is a prefix of size newer.
func ProveConsistency(older, newer uint64, read Nodes) ([]Hash, error) {
	proof, err := tlog.ProveTree(int64(newer), int64(older), read.reader())
	if err != nil {
		return nil, fmt.Errorf("prove %d within %d: %w", older, newer, err)
	}
	return fromTlog(proof), nil
}

// CheckConsistency checks a proof of ProveConsistency.
func CheckConsistency(older, newer Head, proof []Hash) error {
	err := tlog.CheckTree(toTlog(proof), int64(newer.Size), tlog.Hash(newer.Root), int64(older.Size), tlog.Hash(older.Root))
	if err != nil {
		return fmt.Errorf("check %d within %d: %w", older.Size, newer.Size, err)
	}
	return nil
}

func fromTlog(in []tlog.Hash) []Hash {
	out := make([]Hash, len(in))
	for i, h := range in {
		out[i] = Hash(h)
	}
	return out
}

func toTlog(in []Hash) []tlog.Hash {
	out := make([]tlog.Hash, len(in))
	for i, h := range in {
		out[i] = tlog.Hash(h)
	}
	return out
}
