package bag

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/posko-ir/posko/store/ledger"
)

const maxManifestLine = 2*len(ledger.Hash{}) + 2 + maxDepth*(maxSegment+1)

// listed is one line of a manifest.
type listed struct {
	path string
	hash ledger.Hash
	seen bool // a file of that name exists
}

func (l listed) encode() string { return l.hash.String() + "  " + l.path + "\n" }

// parseManifestLine reads "HASH  PATH" in the one form that sha256sum writes
// for a text name: lower-case digits, two spaces, a plain path.
func parseManifestLine(line string) (listed, error) {
	digits := 2 * len(ledger.Hash{})
	if len(line) > maxManifestLine || len(line) < digits+3 || line[digits:digits+2] != "  " {
		return listed{}, errors.New("not a hash, two spaces and a path")
	}
	hash, err := ledger.ParseHash(line[:digits])
	if err != nil {
		return listed{}, err
	}
	path := line[digits+2:]
	if !plainPath(path) {
		return listed{}, fmt.Errorf("the path %s is not one that Posko writes", visible(path))
	}
	return listed{path: path, hash: hash}, nil
}

// listing is a manifest, keyed by the lower-case path: two names that differ
// in case alone are one file on some disks.
type listing map[string]*listed

func (l listing) get(path string) *listed {
	if f := l[strings.ToLower(path)]; f != nil && f.path == path {
		return f
	}
	return nil
}

// paths returns the listed paths in order.
func (l listing) paths() []string {
	out := make([]string, 0, len(l))
	for _, f := range l {
		out = append(out, f.path)
	}
	slices.Sort(out)
	return out
}

// readListing reads a manifest and tells trouble about each line that is not in
// order. payload says whether the paths lie below data/ or beside it.
func readListing(r io.Reader, payload bool, trouble func(line int, err error)) (listing, error) {
	out := listing{}
	n := 0
	err := eachLine(r, maxManifestLine, func(line []byte) error {
		n++
		if n > MaxFiles {
			return fmt.Errorf("more than %d lines", MaxFiles)
		}
		f, err := parseManifestLine(string(line))
		switch {
		case err != nil:
		case strings.HasPrefix(f.path, dirData) != payload || !payload && strings.Contains(f.path, "/"):
			err = fmt.Errorf("%s does not belong into this manifest", f.path)
		case out[strings.ToLower(f.path)] != nil:
			err = fmt.Errorf("%s is listed twice", f.path)
		}
		if err != nil {
			trouble(n, err)
			return nil
		}
		out[strings.ToLower(f.path)] = &f
		return nil
	})
	return out, err
}

// errLine is returned by eachLine for text that is not made of whole lines.
var errLine = errors.New("a line is too long or the last one has no end")

// eachLine calls do with every line, without its newline. The slice is valid
// until do returns. A reader's own error is returned as it is.
func eachLine(r io.Reader, limit int, do func([]byte) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	var long []byte
	for {
		part, err := br.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || len(long) > 0 {
			if long = append(long, part...); len(long) > limit+1 {
				return errLine
			}
			part = long
		}
		switch {
		case err == nil:
			if len(part) > limit+1 {
				return errLine
			}
			if err := do(part[:len(part)-1]); err != nil {
				return err
			}
			long = long[:0]
		case errors.Is(err, io.EOF) && len(part) == 0:
			return nil
		case errors.Is(err, io.EOF):
			return errLine
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}
