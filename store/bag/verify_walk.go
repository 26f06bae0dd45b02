package bag

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/posko-ir/posko/store/ledger"
)

// walk looks at everything that is in the folder, hashes what is listed, and
// finds what is not.
func (v *verifier) walk(ctx context.Context) error {
	count := 0
	filled := map[string]bool{".": true, "data": true} // folders that hold something listed
	var dirs []string
	buffer := make([]byte, copyBuffer)
	err := fs.WalkDir(v.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if count++; count > 2*MaxFiles {
			v.bad(CodeLimit, "", "the folder holds more than %d files", 2*MaxFiles)
			return fs.SkipAll
		}
		switch {
		case name == ".":
		case !plainPath(name):
			v.bad(CodeName, name, "%s has a name that Posko does not write; somebody added it", visible(name))
			return skip(d)
		case d.IsDir():
			dirs = append(dirs, name)
		case !d.Type().IsRegular():
			v.bad(CodeType, name, "%s is not a plain file (%s)", name, kind(d.Type()))
		default:
			for dir := path.Dir(name); !filled[dir]; dir = path.Dir(dir) {
				filled[dir] = true
			}
			return v.file(ctx, name, buffer)
		}
		return nil
	})
	for _, dir := range dirs {
		if !filled[dir] {
			v.bad(CodeUnlisted, dir, "the folder %s holds nothing; somebody added it", dir)
		}
	}
	return err
}

func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func kind(t fs.FileMode) string {
	switch {
	case t&fs.ModeSymlink != 0:
		return "a link"
	case t&fs.ModeNamedPipe != 0:
		return "a pipe"
	case t&fs.ModeSocket != 0:
		return "a socket"
	case t&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// file checks one file of the folder against the manifests.
func (v *verifier) file(ctx context.Context, name string, buffer []byte) error {
	if name == fileTagManifest || name == fileSignature {
		return nil
	}
	below := strings.HasPrefix(name, dirData)
	line := v.tags.get(name)
	if below {
		line = v.payload.get(name)
	}
	if line == nil {
		v.bad(CodeUnlisted, name, "%s is not in the manifest; somebody added it", name)
		return nil
	}
	line.seen = true
	hash, size, err := v.hash(ctx, name, buffer)
	if err != nil {
		return err
	}
	if hash != line.hash {
		v.bad(CodeChanged, name, "%s was changed: its SHA-256 is not the one in the manifest", name)
	}
	if !below {
		return nil
	}
	v.rep.Files++
	v.rep.Bytes += size
	v.meter.file()
	return nil
}

func (v *verifier) hash(ctx context.Context, name string, buffer []byte) (ledger.Hash, int64, error) {
	f, ok, err := v.open(name)
	if err != nil {
		return ledger.Hash{}, 0, err
	}
	if !ok {
		return ledger.Hash{}, 0, fmt.Errorf("%s was removed meanwhile", name)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	h := sha256.New()
	n, err := io.CopyBuffer(h, v.meter.reading(ctx, f), buffer)
	if err != nil {
		return ledger.Hash{}, n, fmt.Errorf("read %s: %w", name, err)
	}
	return ledger.Hash(h.Sum(nil)), n, nil
}

// absent finds what is listed and not there, and compares the totals.
func (v *verifier) absent(context.Context) error {
	for _, list := range []listing{v.tags, v.payload} {
		for _, p := range list.paths() {
			if !list.get(p).seen {
				v.bad(CodeMissing, p, "%s is in the manifest and not in the folder", p)
			}
		}
	}
	if v.info == nil {
		return nil
	}
	if oxum := v.infoValue(labelOxum); oxum != fmt.Sprintf("%d.%d", v.rep.Bytes, v.rep.Files) {
		v.bad(CodeOxum, fileInfo, "bag-info.txt says bytes.files are %s, the folder holds %d.%d", oxum, v.rep.Bytes, v.rep.Files)
	}
	return nil
}

// remembering keeps a read error apart from what a parser makes of it.
type remembering struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (m *remembering) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}
