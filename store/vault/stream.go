package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// stream cuts the plaintext of a batch into segments and buffers.
type stream struct {
	stages *stages
	limit  int64
	name   string // of the segment that is being filled
	buf    []byte
	used   int64 // plaintext in that segment
}

// space returns the room left in the current buffer, never none.
func (s *stream) space() ([]byte, error) {
	if s.buf == nil {
		buf, err := s.stages.buffer(s.stages.plainBuf)
		if err != nil {
			return nil, err
		}
		s.buf = buf
	}
	if s.name == "" {
		s.name = newName()
	}
	room := min(int64(cap(s.buf)-len(s.buf)), s.limit-s.used)
	return s.buf[len(s.buf) : int64(len(s.buf))+room], nil
}

// took counts n bytes, which were put into the space, to the object.
func (s *stream) took(n int, o *Object) error {
	if n == 0 {
		return nil
	}
	length := int64(n)
	if last := len(o.Extents) - 1; last >= 0 && o.Extents[last].Segment == s.name &&
		o.Extents[last].Offset+o.Extents[last].Length == s.used {
		o.Extents[last].Length += length
	} else {
		o.Extents = append(o.Extents, Extent{Segment: s.name, Offset: s.used, Length: length})
	}
	o.Size += length
	s.buf = s.buf[:len(s.buf)+n]
	s.used += length
	if s.used == s.limit || len(s.buf) == cap(s.buf) {
		return s.flush(s.used == s.limit)
	}
	return nil
}

func (s *stream) flush(last bool) error {
	b := block{name: s.name, data: s.buf, last: last, plain: s.used}
	s.buf = nil
	if last {
		s.name, s.used = "", 0
	}
	return s.stages.send(s.stages.plain, b)
}

// put copies p into the stream.
func (s *stream) put(p []byte, o *Object) error {
	for len(p) > 0 {
		space, err := s.space()
		if err != nil {
			return err
		}
		n := copy(space, p)
		if err := s.took(n, o); err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// fill reads the next piece of a large object straight into the stream.
func (s *stream) fill(ctx context.Context, a *adding) error {
	space, err := s.space()
	if err != nil {
		return err
	}
	n, err := a.read(ctx, space)
	if err != nil {
		return err
	}
	return s.took(n, &a.object)
}

// finish ends the segment that is being filled.
func (s *stream) finish() error {
	if s.used == 0 {
		return s.stages.failure()
	}
	return s.flush(true)
}

// adding is an object on its way into the stream.
type adding struct {
	from   io.Reader
	digest hash.Hash
	object Object
	ended  bool
	cause  error // why it ended, if not at its end
	idle   int
}

func newAdding(r io.Reader) *adding { return &adding{from: r, digest: sha256.New()} }

// read reads once and hashes what came.
func (a *adding) read(ctx context.Context, p []byte) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, err := a.from.Read(p)
	if n < 0 || n > len(p) {
		n, err = 0, errors.New("reader broke its contract")
	}
	if a.idle++; n > 0 {
		a.idle = 0
	}
	switch {
	case errors.Is(err, io.EOF):
		a.ended = true
	case err != nil && ctx.Err() != nil:
		return 0, ctx.Err()
	case err != nil:
		a.ended, a.cause = true, err
	case a.idle == 100:
		a.ended, a.cause = true, io.ErrNoProgress
	}
	_, _ = a.digest.Write(p[:n])
	return n, nil
}

// head reads until p is full or the object ends.
func (a *adding) head(ctx context.Context, p []byte) (int, error) {
	total := 0
	for total < len(p) && !a.ended {
		n, err := a.read(ctx, p[total:])
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func (a *adding) result() (Object, error) {
	a.digest.Sum(a.object.SHA256[:0])
	if a.cause != nil {
		return a.object, fmt.Errorf("%w after %d bytes: %w", ErrSource, a.object.Size, a.cause)
	}
	return a.object, nil
}
