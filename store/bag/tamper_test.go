package bag

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posko-ir/posko/store/ledger"
)

// tamper changes a good bag as somebody with an editor would.
type tamper struct {
	t   testing.TB
	dir string
}

func (x tamper) path(name string) string { return filepath.Join(x.dir, filepath.FromSlash(name)) }

func (x tamper) read(name string) []byte {
	x.t.Helper()
	data, err := os.ReadFile(x.path(name))
	if err != nil {
		x.t.Fatal(err)
	}
	return data
}

func (x tamper) write(name string, data string) {
	x.t.Helper()
	if err := os.WriteFile(x.path(name), []byte(data), 0o600); err != nil {
		x.t.Fatal(err)
	}
}

func (x tamper) remove(name string) {
	x.t.Helper()
	if err := os.Remove(x.path(name)); err != nil {
		x.t.Fatal(err)
	}
}

// replace changes text that must stand there.
func (x tamper) replace(name, old, with string) {
	x.t.Helper()
	data := x.read(name)
	if !bytes.Contains(data, []byte(old)) {
		x.t.Fatalf("%s does not hold %q", name, old)
	}
	x.write(name, string(bytes.Replace(data, []byte(old), []byte(with), 1)))
}

func (x tamper) line(name string) string {
	return listed{path: name, hash: ledger.Hash(sha256.Sum256(x.read(name)))}.encode()
}

// remanifest makes the manifests fit the folder, with extra lines at the end.
func (x tamper) remanifest(extra ...string) {
	x.t.Helper()
	var payload, tags strings.Builder
	var size, files int64
	err := filepath.WalkDir(x.path("data"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(x.dir, p)
		payload.WriteString(x.line(filepath.ToSlash(name)))
		size, files = size+int64(len(x.read(name))), files+1
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	payload.WriteString(strings.Join(extra, ""))
	x.write(fileManifest, payload.String())
	info, err := parseBagInfo(x.read(fileInfo))
	if err != nil {
		x.t.Fatal(err)
	}
	for i := range info {
		if info[i].label == labelOxum {
			info[i].value = fmt.Sprintf("%d.%d", size, files)
		}
	}
	x.write(fileInfo, string(info.encode()))
	for _, name := range []string{fileInstruction, fileSigners, fileInfo, fileBagit, fileManifest} {
		tags.WriteString(x.line(name))
	}
	x.write(fileTagManifest, tags.String())
}

// resign makes everything fit and signs it, still under the name of ana.
func (x tamper) resign(by person, extra ...string) {
	x.t.Helper()
	x.write(fileSigners, allowedSigner{"ana", []string{NamespaceExport, NamespaceSeal}, by.Key}.encode())
	x.resignWith(by, extra...)
}

// resignWith signs without touching allowed_signers.
func (x tamper) resignWith(by person, extra ...string) {
	x.t.Helper()
	x.remanifest(extra...)
	sig, err := by.sign(context.Background(), NamespaceExport, bytes.NewReader(x.read(fileTagManifest)))
	if err != nil {
		x.t.Fatal(err)
	}
	x.write(fileSignature, string(sig))
}
