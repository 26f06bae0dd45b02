package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"filippo.io/age"
	"github.com/posko-ir/posko/store/vault"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bench is a vault with the identity of one case.
type bench struct {
	vault *vault.Vault
	id    *age.HybridIdentity
}

func newBench(t testing.TB) bench {
	t.Helper()
	v, err := vault.Open(filepath.Join(t.TempDir(), "vault"))
	must(t, err)
	id, err := age.GenerateHybridIdentity()
	must(t, err)
	return bench{v, id}
}

func (b bench) begin(t testing.TB) *vault.Batch {
	t.Helper()
	batch, err := b.vault.Begin(b.id.Recipient())
	must(t, err)
	t.Cleanup(func() { _ = batch.Abort() })
	return batch
}

func seal(t testing.TB, batch *vault.Batch) {
	t.Helper()
	_, err := batch.Seal(context.Background())
	must(t, err)
}

// content reads a line's bytes back, with the hash checked.
func (b bench) content(t testing.TB, l Line) string {
	t.Helper()
	f, err := b.vault.Read(context.Background(), l.Object, b.id)
	must(t, err)
	data, err := io.ReadAll(f)
	must(t, err)
	must(t, f.Close())
	return string(data)
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

func line(t testing.TB, r Result, name string) Line {
	t.Helper()
	i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Name == name })
	if i < 0 {
		t.Fatalf("no line %q among %d", name, len(r.Lines))
	}
	return r.Lines[i]
}

func names(lines []Line) []string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Name)
	}
	return all
}

func manifest(t testing.TB, lines []Line) []byte {
	t.Helper()
	data, err := io.ReadAll(NewManifestReader(lines))
	must(t, err)
	return data
}

// checkManifest writes the lines and reads them back.
func checkManifest(t testing.TB, r Result) {
	t.Helper()
	data := manifest(t, r.Lines)
	var again []Line
	for l, err := range Parse(bytes.NewReader(data)) {
		must(t, err)
		again = append(again, l)
	}
	if !bytes.Equal(manifest(t, again), data) || len(again) != len(r.Lines) {
		t.Fatal("the manifest reads back differently")
	}
}

func TestCollectTree(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	for name, content := range map[string]string{
		"b.txt": "bee", "a/z": "zed", "a/b/c": "", "B": "upper", "a.txt": "dot",
	} {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	single := filepath.Join(t.TempDir(), "one.log")
	writeFile(t, single, "single")
	batch := b.begin(t)
	r, err := Collect(context.Background(), Options{Batch: batch, Roots: []string{dir, single}})
	must(t, err)
	seal(t, batch)
	want := []string{"B", "a/b/c", "a/z", "a.txt", "b.txt", "one.log", ".", "a", "a/b"}
	if got := names(r.Lines); !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	if r.Files != 6 || r.Bytes != 20 || r.Skipped != nil || len(r.Roots) != 2 || r.Roots[1].Path != single {
		t.Errorf("result: %+v", r)
	}
	for name, content := range map[string]string{"a/z": "zed", "a/b/c": "", "one.log": "single"} {
		l := line(t, r, name)
		if got := b.content(t, l); got != content || l.Kind != File || l.Notes != nil || l.Modified.IsZero() {
			t.Errorf("%s holds %q: %+v", name, got, l)
		}
	}
	if l := line(t, r, "one.log"); l.Root != 2 {
		t.Errorf("root of one.log: %d", l.Root)
	}
	checkManifest(t, r)
}

func TestRootsThatFail(t *testing.T) {
	b := newBench(t)
	file := filepath.Join(t.TempDir(), "f")
	writeFile(t, file, "here")
	missing := filepath.Join(t.TempDir(), "missing")
	r, err := Collect(context.Background(), Options{Batch: b.begin(t), Roots: []string{missing, file}})
	must(t, err)
	if len(r.Skipped) != 1 || r.Skipped[0].Root != 1 || r.Skipped[0].Reason != "it is not there" || r.Files != 1 {
		t.Errorf("result: %+v", r)
	}
	r, err = Collect(context.Background(), Options{Batch: b.begin(t), Roots: []string{missing}})
	if !errors.Is(err, ErrNothingRead) || len(r.Skipped) != 1 {
		t.Errorf("nothing there: %+v, %v", r, err)
	}
	_, err = Collect(context.Background(), Options{Batch: b.begin(t)})
	if !errors.Is(err, ErrNothingRead) {
		t.Errorf("no roots: %v", err)
	}
	r, err = Collect(context.Background(), Options{Batch: b.begin(t), Roots: []string{t.TempDir()}})
	if err != nil || len(r.Lines) != 1 {
		t.Errorf("an empty folder is something: %+v, %v", r, err)
	}
}

func TestExcludeKeepsOwnFolderOut(t *testing.T) {
	b := newBench(t)
	batch := b.begin(t)
	dir := filepath.Dir(b.vault.Dir())
	writeFile(t, filepath.Join(dir, "notes"), "n")
	r, err := Collect(context.Background(), Options{Batch: batch, Roots: []string{dir}, Exclude: []string{b.vault.Dir()}})
	must(t, err)
	if r.Files != 1 || len(r.Skipped) != 1 || r.Skipped[0].Name != "vault" || r.Lines[r.Skipped[0].N-1].Name != "vault" {
		t.Errorf("result: %+v", r)
	}
}

func TestVaultFailureStops(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	for i := range 200 {
		writeFile(t, filepath.Join(dir, fmt.Sprint(i)), "x")
	}
	batch := b.begin(t)
	must(t, batch.Abort())
	_, err := Collect(context.Background(), Options{Batch: batch, Roots: []string{dir}})
	if !errors.Is(err, vault.ErrBatchOver) {
		t.Errorf("got %v", err)
	}
}

func TestAddReader(t *testing.T) {
	b := newBench(t)
	batch := b.begin(t)
	now := time.Date(2026, 11, 21, 1, 2, 3, 0, time.FixedZone("", 3600))
	l, err := AddReader(context.Background(), batch, "note", Text, strings.NewReader("what I saw"), now)
	must(t, err)
	broken, err := AddReader(context.Background(), batch, "pipe", Output,
		io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF)), now)
	must(t, err)
	seal(t, batch)
	if b.content(t, l) != "what I saw" || !l.Modified.Equal(now) || l.Notes != nil {
		t.Errorf("line: %+v", l)
	}
	if b.content(t, broken) != "half" || !broken.has(ShortRead) {
		t.Errorf("broken: %+v", broken)
	}
}
