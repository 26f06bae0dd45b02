package collect

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/posko-ir/posko/store/vault"
)

const (
	// maxLine allows for the extents of a file of some ten terabytes.
	maxLine = 16 << 20
	// maxLines bounds a manifest.
	maxLines = 50_000_000
)

// ErrManifest says that bytes are not a manifest in its one valid form.
var ErrManifest = errors.New("not a valid manifest")

// wire is a line as JSON has it.
type wire struct {
	Accessed   string            `json:"atime"`
	Born       string            `json:"btime"`
	Changed    string            `json:"ctime"`
	Device     number            `json:"device"`
	Extents    []vault.Extent    `json:"extents"`
	GID        *number           `json:"gid"`
	Group      string            `json:"group"`
	Holes      bool              `json:"holes"`
	Inode      number            `json:"inode"`
	Kind       Kind              `json:"kind"`
	Links      number            `json:"links"`
	Mode       string            `json:"mode"`
	Modified   string            `json:"mtime"`
	N          number            `json:"n"`
	Name       string            `json:"name"`
	Name64     []byte            `json:"name_b64"`
	Notes      []Note            `json:"notes"`
	Owner      string            `json:"owner"`
	Root       number            `json:"root"`
	SHA256     *vault.Hash       `json:"sha256"`
	Size       number            `json:"size"`
	SourceSize number            `json:"source_size"`
	Target     string            `json:"target"`
	Target64   []byte            `json:"target_b64"`
	Thing      *Thing            `json:"thing"`
	UID        number            `json:"uid"`
	Xattr      map[string][]byte `json:"xattr"`
}

// number is an integer, as a JSON string if it is large.
type number string

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(b []byte) error {
	*n = number(strings.Trim(string(b), `"`))
	return nil
}

func (n number) signed() int64 {
	v, _ := strconv.ParseInt(string(n), 10, 64) // wrong text is found by comparing
	return v
}

func (n number) unsigned() uint64 {
	v, _ := strconv.ParseUint(string(n), 10, 64)
	return v
}

// ParseLine reads one line without its newline. It takes exactly what
// [Line.AppendJSON] writes: the line is encoded again and must be the same.
func ParseLine(b []byte) (Line, error) {
	if len(b) > maxLine {
		return Line{}, fmt.Errorf("read manifest line: longer than %d bytes: %w", maxLine, ErrManifest)
	}
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return Line{}, fmt.Errorf("read manifest line: %w: %w", ErrManifest, err)
	}
	l, err := w.line()
	if err != nil {
		return Line{}, fmt.Errorf("read manifest line: %w: %w", ErrManifest, err)
	}
	if !bytes.Equal(l.AppendJSON(nil), b) {
		return Line{}, fmt.Errorf("read manifest line: it is not in canonical form: %w", ErrManifest)
	}
	return l, nil
}

func (w *wire) line() (Line, error) {
	l := Line{
		N: w.N.signed(), Root: int(w.Root.signed()), Name: w.Name, Kind: w.Kind,
		SourceSize: w.SourceSize.signed(), Owner: w.Owner, Group: w.Group,
		Device: w.Device.unsigned(), Inode: w.Inode.unsigned(), Links: w.Links.unsigned(),
		Holes: w.Holes, Target: w.Target, Notes: w.Notes,
		Thing: w.Thing,
	}
	if (l.Thing != nil) != (l.Kind == ThingKind) || l.Thing != nil && w.SHA256 != nil {
		return l, errors.New("a thing without its description, or with bytes")
	}
	if w.Name64 != nil {
		l.Name = string(w.Name64)
	}
	if w.Target64 != nil {
		l.Target = string(w.Target64)
	}
	if w.GID != nil {
		mode, err := strconv.ParseUint(w.Mode, 8, 32)
		if err != nil {
			return l, fmt.Errorf("read mode: %w", err)
		}
		l.HasOwner, l.Mode, l.UID, l.GID = true, uint32(mode), w.UID.signed(), w.GID.signed()
	}
	if w.SHA256 != nil {
		l.Stored = true
		l.Object = vault.Object{SHA256: *w.SHA256, Size: w.Size.signed(), Extents: w.Extents}
		if err := l.Object.Check(); err != nil {
			return l, err
		}
	}
	if err := w.times(&l); err != nil {
		return l, err
	}
	return l, w.attributes(&l)
}

func (w *wire) times(l *Line) error {
	for _, t := range []struct {
		text string
		to   *time.Time
	}{{w.Accessed, &l.Accessed}, {w.Born, &l.Born}, {w.Changed, &l.Changed}, {w.Modified, &l.Modified}} {
		if t.text == "" {
			continue
		}
		var err error
		if *t.to, err = time.Parse(time.RFC3339Nano, t.text); err != nil {
			return fmt.Errorf("read time: %w", err)
		}
	}
	return nil
}

func (w *wire) attributes(l *Line) error {
	if len(w.Xattr) == 0 {
		return nil
	}
	l.Xattr = make(map[string][]byte, len(w.Xattr))
	for k, v := range w.Xattr {
		if rest, ok := strings.CutPrefix(k, base64Prefix); ok {
			name, err := base64.StdEncoding.DecodeString(rest)
			if err != nil {
				return fmt.Errorf("read attribute name: %w", err)
			}
			k = string(name)
		}
		l.Xattr[k] = v
	}
	return nil
}

// Parse reads a manifest. It yields lines numbered from 1 without a gap, and
// ends at the first error.
func Parse(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		for n := int64(1); ; n++ {
			b, err := readLine(in)
			if errors.Is(err, io.EOF) {
				return
			}
			var l Line
			if err == nil {
				l, err = ParseLine(b)
			}
			if err == nil && (l.N != n || n > maxLines) {
				err = fmt.Errorf("read manifest: line %d has number %d: %w", n, l.N, ErrManifest)
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// readLine returns one line without its newline, or io.EOF after the last.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		piece, err := in.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maxLine:
			return nil, fmt.Errorf("read manifest: a line is longer than %d bytes: %w", maxLine, ErrManifest)
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, fmt.Errorf("read manifest: the last line is cut off: %w", ErrManifest)
		default:
			return nil, err
		}
	}
}

// NewManifestReader streams the manifest of the lines.
func NewManifestReader(lines []Line) io.Reader { return &manifestReader{lines: lines} }

type manifestReader struct {
	lines []Line
	buf   []byte // the part of the current line that was not read yet
	store []byte
}

// Read implements io.Reader.
func (m *manifestReader) Read(p []byte) (int, error) {
	total := 0
	for total < len(p) {
		if len(m.buf) == 0 {
			if len(m.lines) == 0 {
				break
			}
			m.store = append(m.lines[0].AppendJSON(m.store[:0]), '\n')
			m.buf, m.lines = m.store, m.lines[1:]
		}
		n := copy(p[total:], m.buf)
		m.buf = m.buf[n:]
		total += n
	}
	if total == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return total, nil
}
