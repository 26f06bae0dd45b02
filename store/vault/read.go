package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sort"
	"sync"

	"filippo.io/age"
)

// openSegments is how many segments a reader keeps open.
const openSegments = 4

// Reader opens objects with an identity. It keeps the last segments open,
// because small objects that lie side by side share one.
type Reader struct {
	vault *Vault
	ids   []age.Identity

	mu   sync.Mutex
	open []*openSegment // least recently used first
}

type openSegment struct {
	name  string
	file  *os.File
	plain io.ReaderAt
	size  int64
}

// Reader returns a reader for objects encrypted to one of the identities.
func (v *Vault) Reader(ids ...age.Identity) *Reader { return &Reader{vault: v, ids: ids} }

// Close closes the segments that are open.
func (r *Reader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, s := range r.open {
		errs = append(errs, s.file.Close())
	}
	r.open = nil
	return errors.Join(errs...)
}

// Open opens an object. Read it from beginning to end to have its hash checked.
func (r *Reader) Open(ctx context.Context, o Object) (*File, error) {
	if err := errors.Join(ctx.Err(), o.Check()); err != nil {
		return nil, fmt.Errorf("open object: %w", err)
	}
	f := &File{reader: r, object: o, digest: sha256.New(), starts: make([]int64, len(o.Extents))}
	var at int64
	for i, e := range o.Extents {
		f.starts[i] = at
		at += e.Length
	}
	return f, nil
}

// Read opens one object; closing it closes what it opened.
func (v *Vault) Read(ctx context.Context, o Object, ids ...age.Identity) (*File, error) {
	r := v.Reader(ids...)
	f, err := r.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	f.own = true
	return f, nil
}

// readAt reads inside one segment.
func (r *Reader) readAt(e Extent, p []byte, off int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.segment(e.Segment)
	if err != nil {
		return err
	}
	if e.Offset+e.Length > s.size {
		return &DamageError{Segment: e.Segment, Err: fmt.Errorf("holds %d bytes, the object needs %d", s.size, e.Offset+e.Length)}
	}
	if n, err := s.plain.ReadAt(p, e.Offset+off); n < len(p) {
		return &DamageError{Segment: e.Segment, Err: err}
	}
	return nil
}

func (r *Reader) segment(name string) (*openSegment, error) {
	for i, s := range r.open {
		if s.name == name {
			r.open = append(append(r.open[:i:i], r.open[i+1:]...), s)
			return s, nil
		}
	}
	s, err := r.vault.openSegment(name, r.ids)
	if err != nil {
		return nil, err
	}
	if len(r.open) == openSegments {
		_ = r.open[0].file.Close() // only read from
		r.open = r.open[1:]
	}
	r.open = append(r.open, s)
	return s, nil
}

func (v *Vault) openSegment(name string, ids []age.Identity) (*openSegment, error) {
	f, info, err := v.openCipher(name)
	if err != nil {
		return nil, err
	}
	plain, size, err := age.DecryptReaderAt(f, info.Size(), ids...)
	if err != nil {
		_ = f.Close()
		var other *age.NoIdentityMatchError
		if errors.As(err, &other) {
			return nil, fmt.Errorf("decrypt segment %s: %w", name, err)
		}
		return nil, &DamageError{Segment: name, Err: err}
	}
	return &openSegment{name: name, file: f, plain: plain, size: size}, nil
}

// openCipher opens the age file of a segment.
func (v *Vault) openCipher(name string) (*os.File, os.FileInfo, error) {
	path, err := v.Path(name)
	if err != nil {
		return nil, nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("open segment %s: %w", name, ErrMissing)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open segment: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &DamageError{Segment: name, Err: errors.New("is not a regular file")}
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, fmt.Errorf("open segment: %w", err)
	}
	return f, info, nil
}

// File is an open object. It is for one goroutine, apart from ReadAt.
type File struct {
	reader *Reader
	object Object
	starts []int64 // where in the object each extent begins
	own    bool

	at     int64
	digest hash.Hash
	hashed int64 // bytes from the beginning that digest has seen
}

// Size returns the object's size.
func (f *File) Size() int64 { return f.object.Size }

// Read implements io.Reader. If everything was read in order, the end is
// reported only if the hash is right, else an error that wraps [ErrCorrupt].
func (f *File) Read(p []byte) (int, error) {
	if f.at >= f.object.Size {
		return 0, f.checkedEnd()
	}
	n, err := f.ReadAt(p, f.at)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if f.hashed == f.at {
		_, _ = f.digest.Write(p[:n])
		f.hashed += int64(n)
	}
	f.at += int64(n)
	return n, err
}

func (f *File) checkedEnd() error {
	if f.hashed != f.object.Size || f.at > f.object.Size {
		return io.EOF // not read in order: nothing to compare
	}
	if Hash(f.digest.Sum(nil)) == f.object.SHA256 {
		return io.EOF
	}
	name := ""
	if len(f.object.Extents) > 0 {
		name = f.object.Extents[0].Segment
	}
	return &DamageError{Segment: name, Err: fmt.Errorf("object %s has other bytes", f.object.SHA256)}
}

// WriteTo implements io.WriterTo with pieces large enough for age's chunks.
func (f *File) WriteTo(w io.Writer) (int64, error) {
	buf := make([]byte, min(bufferSize, max(f.object.Size, 1)))
	var total int64
	for {
		n, err := f.Read(buf)
		if n > 0 {
			m, werr := w.Write(buf[:n])
			total += int64(m)
			if werr != nil {
				return total, werr
			}
		}
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// ReadAt implements io.ReaderAt. It authenticates what it returns, but cannot
// check the object's hash.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read object at %d: %w", off, os.ErrInvalid)
	}
	total := 0
	for total < len(p) {
		if off >= f.object.Size {
			return total, io.EOF
		}
		i := sort.Search(len(f.starts), func(i int) bool { return f.starts[i] > off }) - 1
		e := f.object.Extents[i]
		in := off - f.starts[i]
		n := int(min(int64(len(p)-total), e.Length-in))
		if err := f.reader.readAt(e, p[total:total+n], in); err != nil {
			return total, err
		}
		total, off = total+n, off+int64(n)
	}
	return total, nil
}

// Seek implements io.Seeker.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.object.Size
	default:
		return 0, fmt.Errorf("seek in object: whence %d: %w", whence, os.ErrInvalid)
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek in object to %d: %w", offset, os.ErrInvalid)
	}
	f.at = offset
	if offset == 0 {
		f.digest.Reset()
		f.hashed = 0
	}
	return offset, nil
}

// Close closes the object.
func (f *File) Close() error {
	if f.own {
		return f.reader.Close()
	}
	return nil
}
