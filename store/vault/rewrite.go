package vault

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"filippo.io/age"
)

// Rewrite writes a segment again with zeros for every byte that is in no extent
// of keep. The new segment has the same plain size, so the extents of what is
// kept change their segment's name and nothing else ([Object.Renamed]). The old
// file stays until [Vault.Remove]. If nothing of it is kept, do not call
// Rewrite, only Remove.
func (v *Vault) Rewrite(ctx context.Context, ids []age.Identity, old Segment, keep []Extent, recipients ...age.Recipient) (Segment, error) {
	ranges, err := keptRanges(old, keep)
	if err != nil {
		return Segment{}, fmt.Errorf("rewrite segment: %w", err)
	}
	f, _, err := v.openCipher(old.Name)
	if err != nil {
		return Segment{}, fmt.Errorf("rewrite segment: %w", err)
	}
	defer func() { _ = f.Close() }() // only read from
	digest := sha256.New()
	plain, err := age.Decrypt(io.TeeReader(f, digest), ids...)
	if err != nil {
		return Segment{}, fmt.Errorf("rewrite segment %s: %w", old.Name, err)
	}
	b, err := v.Begin(recipients...)
	if err != nil {
		return Segment{}, fmt.Errorf("rewrite segment: %w", err)
	}
	defer func() { _ = b.Abort() }() // nothing to undo after Done
	if _, err := b.Add(ctx, &masked{from: plain, keep: ranges}); err != nil {
		return Segment{}, fmt.Errorf("rewrite segment %s: %w", old.Name, err)
	}
	if Hash(digest.Sum(nil)) != old.CipherSHA256 {
		return Segment{}, fmt.Errorf("rewrite segment: %w", &DamageError{
			Segment: old.Name, Err: errors.New("is not the file that was sealed"),
		})
	}
	made, err := b.Seal(ctx)
	if err != nil {
		return Segment{}, fmt.Errorf("rewrite segment: %w", err)
	}
	if len(made) != 1 || made[0].PlainSize != old.PlainSize {
		return Segment{}, fmt.Errorf("rewrite segment %s: plain size changed: %w", old.Name, ErrInvalid)
	}
	return made[0], b.Done()
}

// keptRanges sorts the extents and checks that they lie in the segment.
func keptRanges(old Segment, keep []Extent) ([]Extent, error) {
	if len(keep) == 0 {
		return nil, fmt.Errorf("nothing of segment %s is kept: %w", old.Name, ErrInvalid)
	}
	ranges := slices.Clone(keep)
	slices.SortFunc(ranges, func(a, b Extent) int { return cmp.Compare(a.Offset, b.Offset) })
	for _, e := range ranges {
		if e.Segment != old.Name || e.Offset < 0 || e.Length <= 0 || e.Offset > old.PlainSize-e.Length {
			return nil, fmt.Errorf("extent at %d does not lie in segment %s: %w", e.Offset, old.Name, ErrInvalid)
		}
	}
	return ranges, nil
}

// masked reads zeros wherever no range keeps the bytes.
type masked struct {
	from io.Reader
	keep []Extent // sorted by offset
	at   int64
}

// Read implements io.Reader.
func (m *masked) Read(p []byte) (int, error) {
	for len(m.keep) > 0 && m.keep[0].Offset+m.keep[0].Length <= m.at {
		m.keep = m.keep[1:]
	}
	n, err := m.from.Read(p)
	from, end := m.at, m.at+int64(n)
	for _, e := range m.keep {
		if e.Offset >= end {
			break
		}
		if e.Offset > from {
			clear(p[from-m.at : e.Offset-m.at])
		}
		from = max(from, min(end, e.Offset+e.Length))
	}
	clear(p[from-m.at : n])
	m.at = end
	return n, err
}
