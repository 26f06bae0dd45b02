package bag

import (
	"context"
	"io"
)

const progressStep = 32 << 20

// Progress is how far Write or Verify has come.
type Progress struct {
	Files int64
	Bytes int64
}

// meter counts what is read and tells it now and then.
type meter struct {
	Progress
	tell func(Progress)
	told int64
}

// file counts a finished file.
func (m *meter) file() {
	m.Files++
	m.told = m.Bytes
	if m.tell != nil {
		m.tell(m.Progress)
	}
}

// reading is r until ctx ends, its bytes counted.
func (m *meter) reading(ctx context.Context, r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n, err := r.Read(p)
		m.Bytes += int64(n)
		if m.tell != nil && m.Bytes-m.told >= progressStep {
			m.told = m.Bytes
			m.tell(m.Progress)
		}
		return n, err
	})
}

// reading is r until ctx ends.
func reading(ctx context.Context, r io.Reader) io.Reader { return new(meter).reading(ctx, r) }

type readerFunc func([]byte) (int, error)

// Read implements io.Reader.
func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
