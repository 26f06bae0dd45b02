package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/posko-ir/posko/store/vault"
)

// overrun is how far past its first size a growing file is read.
const overrun = 64 << 20

// work reads files until there are none, or until the batch fails.
func (c *collector) work(ctx context.Context, fail context.CancelCauseFunc) {
	for j := range c.jobs {
		if ctx.Err() == nil {
			if err := c.take(ctx, j); err != nil {
				fail(err)
			}
		}
		j.dir.release()
	}
}

// take stores one file. Its error is one of the vault or of ctx.
func (c *collector) take(ctx context.Context, j job) error {
	if c.reuse(j) {
		return nil
	}
	f, err := c.options.open(j.dir, j.name)
	if err != nil {
		j.slot.refuse(reason(err), Unreadable)
		return nil
	}
	defer func() { _ = f.Close() }() // only read from
	before, err := f.stat()
	if err != nil {
		j.slot.refuse(reason(err), Unreadable)
		return nil
	}
	line := &j.slot.line
	c.describe(line, before)
	if before.kind != File {
		j.slot.refuse(fmt.Sprintf("became a %s while it was opened", before.kind), Replaced)
		return nil
	}
	c.readAttributes(line, f, before)
	in := &reading{from: f, meter: c.meter, name: line.Name, left: before.size + overrun, expect: before.size}
	object, err := c.options.Batch.Add(ctx, in)
	if err != nil && !errors.Is(err, vault.ErrSource) {
		return err
	}
	line.Object, line.Stored = object, true
	if err != nil {
		c.sourceFailed(j.slot, err)
	}
	c.compare(j, f, before)
	if line.Stored {
		c.countRead()
		c.options.Batch.Note(object, c.remark(line))
	}
	c.meter.add(0, 1, line.Name)
	return nil
}

func (c *collector) readAttributes(line *Line, f opened, m meta) {
	attrs, whole := f.xattrs()
	line.Xattr = attrs
	if !whole {
		line.note(XattrCut)
	}
	line.Holes = f.holes(m)
}

// sourceFailed keeps what was read before the source gave up.
func (c *collector) sourceFailed(s *slot, err error) {
	if s.line.Object.Size == 0 {
		s.line.Stored = false
		s.refuse(reason(err), Unreadable)
		return
	}
	s.refuse(fmt.Sprintf("only the first %d bytes could be read", s.line.Object.Size), ShortRead)
}

// compare marks a file that is not what it was when it was opened.
func (c *collector) compare(j job, f opened, before meta) {
	line := &j.slot.line
	after, err := j.dir.handle.stat(j.name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		line.note(Removed)
	case err == nil && !after.sameFile(before):
		line.note(Replaced)
	}
	if err != nil || !after.sameFile(before) {
		if after, err = f.stat(); err != nil {
			return
		}
	}
	cut := line.has(ShortRead)
	switch size := line.Object.Size; {
	case after.size > before.size, size > before.size:
		line.note(Grew)
	case after.size < before.size, size < before.size && line.Stored && !cut:
		line.note(Shrank)
	case !after.sameState(before) && !line.has(Removed) && !line.has(Replaced):
		line.note(Changed)
	}
}

// reading counts what passes and ends a file that never does.
type reading struct {
	from  io.Reader
	meter *meter
	name  string
	left  int64
	// expect is the size the file had. A short answer that reaches it exactly
	// is the end: one call less for each small file. The file's state is
	// compared afterwards in any case.
	expect int64
	seen   int64
}

// Read implements io.Reader.
func (r *reading) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	n, err := r.from.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	r.seen += int64(n)
	if n > 0 {
		r.meter.add(int64(n), 0, r.name)
		if err == nil && n < len(p) && r.seen == r.expect {
			err = io.EOF
		}
	}
	return n, err
}
