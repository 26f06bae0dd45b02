package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"

	"filippo.io/age"
)

// Problem is the kind of a [Finding].
type Problem string

// What verifying can find.
const (
	Missing     Problem = "missing"        // the segment is not there
	Truncated   Problem = "truncated"      // its age file is shorter than sealed
	Altered     Problem = "altered"        // its age file is not the sealed one
	Undecipher  Problem = "undecipherable" // age refuses it, or the identity is not for it
	WrongBytes  Problem = "wrong-bytes"    // an object's plain bytes differ
	Unreadable  Problem = "unreadable"     // the disk refused
	Unparseable Problem = "malformed"      // the description cannot be true
)

// Finding is one thing that is wrong.
type Finding struct {
	Problem Problem
	Segment string
	Object  string // the caller's name of the object, if one is concerned
	Err     error
}

// Checking says what [Vault.Verify] looks at.
type Checking struct {
	Segments iter.Seq[Segment]
	// Objects, by any name of the caller, are read and hashed if there are
	// identities. Without, only the age files are.
	Objects    iter.Seq2[string, Object]
	Identities []age.Identity
	// Progress, if set, is told bytes as they are read.
	Progress func(bytes int64)
}

// Verify yields what is wrong. The error is set only when verifying itself
// ends early, by ctx.
func (v *Vault) Verify(ctx context.Context, c Checking) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		if c.Progress == nil {
			c.Progress = func(int64) {}
		}
		buf := make([]byte, bufferSize)
		if c.Segments != nil {
			for s := range c.Segments {
				f := v.verifySegment(ctx, s, buf, c.Progress)
				if err := ctx.Err(); err != nil {
					yield(Finding{}, fmt.Errorf("verify vault: %w", err))
					return
				}
				if f != nil && !yield(*f, nil) {
					return
				}
			}
		}
		if c.Objects == nil || len(c.Identities) == 0 {
			return
		}
		r := v.Reader(c.Identities...)
		defer func() { _ = r.Close() }() // only read from
		for name, o := range c.Objects {
			err := verifyObject(ctx, r, o, buf, c.Progress)
			if ctx.Err() != nil {
				yield(Finding{}, fmt.Errorf("verify vault: %w", ctx.Err()))
				return
			}
			if err != nil && !yield(objectFinding(name, o, err), nil) {
				return
			}
		}
	}
}

// verifySegment compares one age file with its description.
func (v *Vault) verifySegment(ctx context.Context, s Segment, buf []byte, progress func(int64)) *Finding {
	f, info, err := v.openCipher(s.Name)
	if err != nil {
		return &Finding{Problem: problemOf(err), Segment: s.Name, Err: err}
	}
	defer func() { _ = f.Close() }() // only read from
	if info.Size() < s.CipherSize {
		return &Finding{Problem: Truncated, Segment: s.Name, Err: &DamageError{
			Segment: s.Name, Err: fmt.Errorf("has %d of %d bytes", info.Size(), s.CipherSize),
		}}
	}
	digest := sha256.New()
	if err := copyAll(ctx, digest, f, buf, progress); err != nil {
		return &Finding{Problem: Unreadable, Segment: s.Name, Err: err}
	}
	if Hash(digest.Sum(nil)) != s.CipherSHA256 {
		return &Finding{Problem: Altered, Segment: s.Name, Err: &DamageError{
			Segment: s.Name, Err: errors.New("is not the file that was sealed"),
		}}
	}
	return nil
}

func verifyObject(ctx context.Context, r *Reader, o Object, buf []byte, progress func(int64)) error {
	f, err := r.Open(ctx, o)
	if err != nil {
		return err
	}
	return copyAll(ctx, io.Discard, f, buf, progress)
}

// copyAll copies in pieces of buf, between which ctx is asked and progress told.
func copyAll(ctx context.Context, w io.Writer, r io.Reader, buf []byte, progress func(int64)) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buf)
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				return werr
			}
			progress(int64(n))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func objectFinding(name string, o Object, err error) Finding {
	f := Finding{Problem: problemOf(err), Object: name, Err: err}
	var damage *DamageError
	switch {
	case errors.As(err, &damage):
		f.Segment = damage.Segment
	case len(o.Extents) > 0:
		f.Segment = o.Extents[0].Segment
	}
	return f
}

func problemOf(err error) Problem {
	var other *age.NoIdentityMatchError
	var damage *DamageError
	switch {
	case errors.Is(err, ErrMissing):
		return Missing
	case errors.Is(err, ErrInvalid):
		return Unparseable
	case errors.As(err, &other):
		return Undecipher
	case errors.As(err, &damage):
		return WrongBytes
	default:
		return Unreadable
	}
}
