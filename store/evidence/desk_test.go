package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

var nothing event.Said

// bench is a workspace with one case and its desk.
type bench struct {
	*evidence.Desk
	ws  *store.Workspace
	tag string
}

func options() store.Options {
	p, _ := keys.NewPassphrase([]byte("correct horse battery"))
	return store.Options{Passphrase: p, Keychain: keys.None(), Cost: keystest.Cheap(), Floor: keystest.Cheap()}
}

func newBench(t testing.TB) *bench {
	t.Helper()
	ws, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "ws"), "Example Ltd", "Sari", options())
	if err != nil {
		t.Fatal(err)
	}
	b := atDesk(t, ws)
	b.tag = b.openCase(t, "target")
	return b
}

func atDesk(t testing.TB, ws *store.Workspace) *bench {
	t.Helper()
	t.Cleanup(func() { _ = ws.Close(context.Background()) })
	d, err := evidence.Open(ws)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{Desk: d, ws: ws}
}

// reopened closes the workspace and opens it as another program would.
func (b *bench) reopened(t testing.TB) *bench {
	t.Helper()
	if err := b.ws.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	ws, err := store.Open(t.Context(), b.ws.Dir(), options())
	if err != nil {
		t.Fatal(err)
	}
	again := atDesk(t, ws)
	again.tag = b.tag
	return again
}

func (b *bench) openCase(t testing.TB, title string) string {
	t.Helper()
	tag, err := b.ws.OpenCase(t.Context(), nothing, cases.Opening{Title: title}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tag
}

func (b *bench) text(t testing.TB, text string) string {
	t.Helper()
	got, err := b.AddText(t.Context(), b.tag, nothing, "a text", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return got.Collection
}

func (b *bench) add(t testing.TB, paths ...string) evidence.Gathered {
	t.Helper()
	got, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Paths: paths})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func (b *bench) view(t testing.TB, fn func(*cases.Case)) {
	t.Helper()
	if err := store.View(t.Context(), b.ws, b.tag, func(c *cases.Case) error { fn(c); return nil }); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) verified(t testing.TB) {
	t.Helper()
	v, err := b.ws.Verify(t.Context())
	if err != nil || !v.OK() {
		t.Fatalf("ledger: %+v, %v", v.Problems, err)
	}
	check, err := b.Check(t.Context(), b.tag, nil)
	if err != nil || len(check.Findings) > 0 {
		t.Fatalf("evidence: %+v, %v", check.Findings, err)
	}
}

func (b *bench) read(t testing.TB, ref string) []byte {
	t.Helper()
	item, err := b.Find(t.Context(), b.tag, ref)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.OpenItem(t.Context(), b.tag, item)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (b *bench) segments(t testing.TB) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(b.ws.VaultDir(), "??", "*.age"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// sources is a folder with a big file, small ones and an empty one.
func sources(t testing.TB) (dir string, files map[string][]byte) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "mail")
	files = map[string][]byte{"empty": {}, "big.mbox": bytes.Repeat([]byte("0123456789abcdef"), 5<<16), "sub/odd name.eml": []byte("From: x\n"), "sub/b.txt": []byte("b")}
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, files
}

func TestCollectSealExportVerify(t *testing.T) {
	b := newBench(t)
	dir, files := sources(t)
	got := b.add(t, dir)
	b.text(t, "a statement")
	_, ran, err := b.Run(t.Context(), b.tag, nothing, []string{"echo", "hello there"})
	if err != nil || ran.Exit != 0 {
		t.Fatalf("%+v, %v", ran, err)
	}
	b = b.reopened(t)
	stored := map[string][]byte{} // payload path to bytes
	names := map[string]bool{}
	if err := b.Items(t.Context(), b.tag, "", func(_ cases.Collection, i evidence.Item) error {
		if i.Line.Stored {
			stored[bag.ItemPath(i.Collection, i.Line.N)] = b.read(t, i.Ref)
		}
		if data, ok := files[i.Line.Name]; ok && i.Collection == got.Collection {
			names[i.Line.Name] = bytes.Equal(data, b.read(t, i.Ref))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for name := range files {
		if !names[name] {
			t.Errorf("%s is missing or has other bytes", name)
		}
	}
	if string(b.read(t, "e2")) != "a statement" {
		t.Error("E2 alone does not mean its one item")
	}
	check, err := b.Verify(t.Context(), b.tag, nothing, nil)
	if err != nil || len(check.Findings) > 0 || check.Items != len(stored) {
		t.Fatalf("check %+v, %v", check, err)
	}
	seal, err := b.Seal(t.Context(), b.tag, nothing)
	if err != nil || len(seal.Collections) != 3 {
		t.Fatalf("seal %+v, %v", seal, err)
	}
	out := filepath.Join(t.TempDir(), "bag")
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out, Audience: "police"}); err != nil {
		t.Fatal(err)
	}
	report := b.bagHolds(t, out, seal.Words)
	if len(report.Seals) != 1 || report.Items != int64(len(stored)) || report.Withheld != 0 {
		t.Errorf("report %+v", report)
	}
	for path, want := range stored {
		if data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(path))); err != nil || !bytes.Equal(data, want) {
			t.Errorf("%s: %v, or other bytes", path, err)
		}
	}
	b.view(t, func(c *cases.Case) {
		if len(c.Exports) != 1 || len(c.Checks) != 1 || len(c.Unsealed()) != 0 {
			t.Errorf("case %+v %+v", c.Exports, c.Checks)
		}
	})
	b.verified(t)
}

func (b *bench) bagHolds(t testing.TB, dir, words string) bag.Report {
	t.Helper()
	report, err := bag.Verify(t.Context(), dir, bag.Pin{Words: words}, bag.Options{
		Words: func(key ssh.PublicKey) []string { w := keys.Words(key); return w[:] },
	})
	if err != nil || !report.Intact || report.Signer != bag.SignerPinned {
		t.Fatalf("bag: %v, signer %s, %+v", err, report.Signer, report.Findings)
	}
	return report
}

func TestFindAndOpenRefuse(t *testing.T) {
	b := newBench(t)
	dir, _ := sources(t)
	b.add(t, dir)
	for _, ref := range []string{"", "E1", "E1/0", "E1/99", "E2/1", "E1/x", "N1", "E1/1/1", "E1/-1", "E1/99999999999999999999"} {
		if _, err := b.Find(t.Context(), b.tag, ref); !errors.Is(err, evidence.ErrNoItem) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	var folder evidence.Item
	if err := b.Items(t.Context(), b.tag, "E1", func(_ cases.Collection, i evidence.Item) error {
		if !i.Line.Stored {
			folder = i
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if folder.Ref != "" {
		if _, err := b.OpenItem(t.Context(), b.tag, folder); !errors.Is(err, evidence.ErrNoBytes) {
			t.Errorf("a folder: %v", err)
		}
	}
	if _, err := b.AddPaths(t.Context(), b.tag, nothing, evidence.Paths{Paths: []string{filepath.Join(dir, "absent")}}); err == nil {
		t.Error("nothing was collected, and nobody says so")
	}
	if _, _, err := b.Run(t.Context(), b.tag, nothing, []string{"/absent/program"}); err == nil {
		t.Error("no program, and nobody says so")
	}
	b.view(t, func(c *cases.Case) {
		if len(c.Collections) != 1 {
			t.Errorf("recorded %+v", c.Collections)
		}
	})
	if left, err := os.ReadDir(filepath.Join(b.ws.VaultDir(), "tmp")); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestWorkspaceItselfIsNotCollected(t *testing.T) {
	b := newBench(t)
	got := b.add(t, filepath.Dir(b.ws.Dir()), b.note(t))
	if !slices.ContainsFunc(got.Skipped, func(s collect.Skipped) bool { return strings.Contains(s.Name, "ws") }) {
		t.Errorf("skipped %+v", got.Skipped)
	}
	b.verified(t)
}

// note is a file beside everything else.
func (b *bench) note(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSupplementSeal(t *testing.T) {
	b := newBench(t)
	var refused *cases.Refusal
	if _, err := b.Seal(t.Context(), b.tag, nothing); !errors.As(err, &refused) {
		t.Errorf("sealed nothing: %v", err)
	}
	first := b.text(t, "one")
	one, err := b.Seal(t.Context(), b.tag, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Seal(t.Context(), b.tag, nothing); !errors.As(err, &refused) {
		t.Errorf("sealed the same again: %v", err)
	}
	second := b.text(t, "two")
	two, err := b.Seal(t.Context(), b.tag, nothing)
	if err != nil {
		t.Fatal(err)
	}
	m, err := bag.ParseSeal([]byte(two.Manifest))
	if err != nil || m.Supplements != one.ID || len(m.Collections) != 1 || m.Collections[0].Collection != second {
		t.Errorf("supplement %+v, %v", m, err)
	}
	if !slices.Equal(one.Collections, []string{first}) || !slices.Equal(two.Collections, []string{second}) {
		t.Errorf("seals %v, %v", one.Collections, two.Collections)
	}
	out := filepath.Join(t.TempDir(), "bag")
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out}); err != nil {
		t.Fatal(err)
	}
	if report := b.bagHolds(t, out, one.Words); len(report.Seals) != 2 {
		t.Errorf("seals in the bag %+v", report.Seals)
	}
}
