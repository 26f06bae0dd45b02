package bag

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// goodBag writes the fixture and returns its folder.
func goodBag(t testing.TB, by person) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bag")
	if _, err := Write(t.Context(), dir, fixture(t, by), by.sign, withWords); err != nil {
		t.Fatal(err)
	}
	return dir
}

func codes(r Report, s Severity) []string {
	var out []string
	for _, f := range r.Findings {
		if f.Severity == s {
			out = append(out, string(f.Code))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestWriteThenVerify(t *testing.T) {
	ana := newPerson(t, "ana")
	dir := filepath.Join(t.TempDir(), "bag")
	sum, err := Write(t.Context(), dir, fixture(t, ana), ana.sign, withWords)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Verify(t.Context(), dir, Pin{Words: " " + strings.ToUpper(strings.Join(sum.Words, "\n "))}, withWords)
	if err != nil {
		t.Fatalf("%v: %+v", err, got.Findings)
	}
	if !got.Intact || got.Signer != SignerPinned || got.Case != "A-7" || got.Principal != "ana" || len(got.Limits) != 1 {
		t.Errorf("report: %+v", got)
	}
	if got.Items != 2 || got.Withheld != 1 || got.Entries != 2 || got.Hidden != 1 || got.Custody != 3 || got.Collections != 1 {
		t.Errorf("counts: %+v", got)
	}
	if got.Files != sum.Files || got.Bytes != sum.Bytes || sum.Items != 2 || sum.Entries != 2 {
		t.Errorf("summary %+v, report %+v", sum, got)
	}
	if len(got.Seals) != 1 || got.Seals[0].Signer != SignerPinned || got.Seals[0].Officer != "ana" {
		t.Errorf("seals: %+v", got.Seals)
	}
}

func TestPins(t *testing.T) {
	ana, eve := newPerson(t, "ana"), newPerson(t, "eve")
	dir := goodBag(t, ana)
	line := func(p person, namespaces ...string) []byte {
		return []byte("# officers\n\n" + allowedSigner{p.ID, namespaces, p.Key}.encode())
	}
	plain := []byte("whoever ssh-ed25519 " + strings.Fields(string(line(ana, "x")))[5] + " a comment\n")
	for name, c := range map[string]struct {
		pin  Pin
		want SignerState
		err  error
	}{
		"none":            {Pin{}, SignerUnpinned, nil},
		"key file":        {Pin{Signers: line(ana, NamespaceExport, "git")}, SignerPinned, nil},
		"any namespace":   {Pin{Signers: plain}, SignerPinned, nil},
		"other namespace": {Pin{Signers: line(ana, "git")}, SignerWrong, ErrIntegrity},
		"other key":       {Pin{Signers: line(eve, NamespaceExport)}, SignerWrong, ErrIntegrity},
		"other words":     {Pin{Words: strings.Join(words(eve.Key), " ")}, SignerWrong, ErrIntegrity},
		"words and file":  {Pin{Words: strings.Join(words(ana.Key), " "), Signers: line(eve, NamespaceExport)}, SignerWrong, ErrIntegrity},
		"eleven words":    {Pin{Words: strings.Join(words(ana.Key)[1:], " ")}, "", ErrPin},
		"no key":          {Pin{Signers: []byte("# nobody\n")}, "", ErrPin},
		"authority":       {Pin{Signers: []byte("ana cert-authority " + string(plain[8:]))}, "", ErrPin},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Verify(t.Context(), dir, c.pin, withWords)
			if !errors.Is(err, c.err) || got.Signer != c.want {
				t.Errorf("signer %q, error %v; want %q, %v", got.Signer, err, c.want, c.err)
			}
		})
	}
	if _, err := Verify(t.Context(), dir, Pin{Words: "a"}, Options{}); !errors.Is(err, ErrPin) {
		t.Errorf("words without a way to make them: %v", err)
	}
}

func TestSealByAnotherOfficer(t *testing.T) {
	ana, budi := newPerson(t, "ana"), newPerson(t, "budi")
	c := fixture(t, ana)
	_, _, _, sum := collection(t, "E1")
	c.Seals = []Seal{sealOf(t, "S1", budi, sum)}
	dir := filepath.Join(t.TempDir(), "bag")
	if _, err := Write(t.Context(), dir, c, ana.sign, withWords); err != nil {
		t.Fatal(err)
	}
	anas := allowedSigner{"ana", nil, ana.Key}
	anas.namespaces = []string{NamespaceExport, NamespaceSeal}
	budis := allowedSigner{"budi", []string{NamespaceSeal}, budi.Key}
	got, err := Verify(t.Context(), dir, Pin{Signers: encodeSigners([]allowedSigner{anas})}, withWords)
	if err != nil || got.Seals[0].Signer != SignerUnpinned || !slices.Contains(codes(got, Warning), string(CodeSealSigner)) {
		t.Errorf("one officer pinned: %v, %+v", err, got.Seals)
	}
	got, err = Verify(t.Context(), dir, Pin{Signers: encodeSigners([]allowedSigner{anas, budis})}, withWords)
	if err != nil || got.Seals[0].Signer != SignerPinned || len(codes(got, Warning)) > 0 {
		t.Errorf("both pinned: %v, %+v", err, got.Seals)
	}
	runsClean(t, dir)
}

func TestWriteRefuses(t *testing.T) {
	ana, eve := newPerson(t, "ana"), newPerson(t, "eve")
	wrong := seq(Item{Collection: "E1", Line: 1, Size: 6, Open: opener([]byte("other!"))})
	for name, c := range map[string]struct {
		change func(*Contents)
		want   error
	}{
		"item with other bytes": {func(c *Contents) { c.Items = wrong }, ErrItemChanged},
		"item too short":        {func(c *Contents) { c.Items = seq(Item{Collection: "E1", Line: 1, Size: 9, Open: opener(nil)}) }, ErrItemChanged},
		"item too long":         {func(c *Contents) { c.Items = seq(Item{Collection: "E1", Line: 1, Size: 1, Open: opener([]byte("ab"))}) }, ErrItemChanged},
		"item outside":          {func(c *Contents) { c.Items = seq(Item{Collection: "../E1", Line: 1, Open: opener(nil)}) }, ErrContents},
		"item twice":            {func(c *Contents) { c.Items = twice(c.Items) }, ErrContents},
		"case clash":            {func(c *Contents) { c.Files = append(c.Files, File{Path: "Report.MD", Open: opener(nil)}) }, ErrContents},
		"tag with a newline":    {func(c *Contents) { c.CaseTag = "tag7\nx: y" }, ErrContents},
		"items cannot be read":  {func(c *Contents) { c.Items = failing[Item] }, errInjected},
		"file outside":          {func(c *Contents) { c.Files[0].Path = "../report.md" }, ErrContents},
		"file over custody":     {func(c *Contents) { c.Files[0].Path = "Custody.json" }, ErrContents},
		"another seal":          {func(c *Contents) { c.Seals[0].ID = "S9" }, ErrContents},
		"seal of another key":   {func(c *Contents) { c.Seals[0].Signer.Key = eve.Key }, errSignature},
		"entry without proof":   {func(c *Contents) { c.Entries = changed(c.Entries, func(e *Entry) { e.Proof = nil }) }, nil},
		"entry of another body": {func(c *Contents) { c.Entries = changed(c.Entries, func(e *Entry) { e.Body = []byte("{}") }) }, nil},
		"entry of another case": {func(c *Contents) { c.CaseTag = "tag8" }, nil},
		"entries cannot read":   {func(c *Contents) { c.Entries = failing[Entry] }, errInjected},
		"custody without who":   {func(c *Contents) { c.Custody = seq(CustodyEvent{At: "now", Action: "seen"}) }, nil},
		"withheld, no reason":   {func(c *Contents) { c.Withheld = seq(Withheld{Collection: "E1", Line: 4, State: StateDestroyed}) }, nil},
		"officer without key":   {func(c *Contents) { c.Officer.Key = nil }, ErrContents},
		"signed by another":     {func(c *Contents) { c.Officer.Key = eve.Key }, errSignature},
	} {
		t.Run(name, func(t *testing.T) {
			contents := fixture(t, ana)
			c.change(&contents)
			dir := t.TempDir()
			_, err := Write(t.Context(), dir, contents, ana.sign, withWords)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			mustBeEmpty(t, dir)
		})
	}
}

// The smallest case has nothing to show but itself.
func TestEmptyCase(t *testing.T) {
	ana := newPerson(t, "ana")
	dir := t.TempDir()
	c := Contents{Case: "B-1", CaseTag: "t", Officer: ana.Officer, Created: created}
	if _, err := Write(t.Context(), dir, c, ana.sign, withWords); err != nil {
		t.Fatal(err)
	}
	rep, err := Verify(t.Context(), dir, Pin{}, withWords)
	if err != nil || rep.Files != 3 {
		t.Errorf("%v: %+v", err, rep)
	}
	runsClean(t, dir)
}

func TestWriteOnlyIntoAnEmptyFolder(t *testing.T) {
	ana := newPerson(t, "ana")
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), dir, fixture(t, ana), ana.sign, withWords); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("got %v", err)
	}
	if _, err := Write(t.Context(), mine, fixture(t, ana), ana.sign, withWords); err == nil {
		t.Error("wrote into a file")
	}
	if got, err := os.ReadFile(mine); err != nil || string(got) != "x" {
		t.Errorf("the file that was there: %q, %v", got, err)
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	ana := newPerson(t, "ana")
	ctx, cancel := context.WithCancel(t.Context())
	opts := Options{Words: words, Progress: func(p Progress) {
		if p.Files == 3 {
			cancel()
		}
	}}
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := Write(ctx, dir, fixture(t, ana), ana.sign, opts); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the new folder stayed: %v", err)
	}
	if _, err := Verify(ctx, goodBag(t, ana), Pin{}, withWords); !errors.Is(err, context.Canceled) {
		t.Errorf("verify: %v", err)
	}
}

var errInjected = errors.New("injected")

func failing[T any](yield func(T, error) bool) {
	var zero T
	yield(zero, errInjected)
}

func twice(items func(func(Item, error) bool)) func(func(Item, error) bool) {
	return func(yield func(Item, error) bool) {
		items(yield)
		items(yield)
	}
}

func changed(entries func(func(Entry, error) bool), change func(*Entry)) func(func(Entry, error) bool) {
	return func(yield func(Entry, error) bool) {
		entries(func(e Entry, err error) bool {
			change(&e)
			return yield(e, err)
		})
	}
}

func mustBeEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// faulty fails the n-th operation on a folder.
type faulty struct {
	*folder
	left int
}

func (f *faulty) hit() error {
	if f.left--; f.left == 0 {
		return errInjected
	}
	return nil
}

func (f *faulty) create(path string, size int64) (io.WriteCloser, error) {
	if err := f.hit(); err != nil {
		return nil, err
	}
	w, err := f.folder.create(path, size)
	return faultyFile{w, f}, err
}

func (f *faulty) sync() error { return errors.Join(f.hit(), f.folder.sync()) }

type faultyFile struct {
	io.WriteCloser
	f *faulty
}

func (w faultyFile) Write(p []byte) (int, error) {
	if err := w.f.hit(); err != nil {
		n, _ := w.WriteCloser.Write(p[:len(p)/2])
		return n, err
	}
	return w.WriteCloser.Write(p)
}

func (w faultyFile) Close() error { return errors.Join(w.WriteCloser.Close(), w.f.hit()) }

func TestAttack37_EveryFaultLeavesNoBag(t *testing.T) {
	ana := newPerson(t, "ana")
	for n := 1; ; n++ {
		dir := t.TempDir()
		out, err := newFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		f := &faulty{folder: out, left: n}
		_, err = writeTo(t.Context(), f, fixture(t, ana), ana.sign, withWords)
		if err == nil {
			if n < 50 {
				t.Fatalf("only %d operations", n)
			}
			return
		}
		if !errors.Is(err, errInjected) {
			t.Fatalf("fault %d: %v", n, err)
		}
		mustBeEmpty(t, dir)
	}
}

func TestSignatureComesLast(t *testing.T) {
	ana := newPerson(t, "ana")
	out, err := newFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	order := &recording{folder: out}
	if _, err := writeTo(t.Context(), order, fixture(t, ana), ana.sign, withWords); err != nil {
		t.Fatal(err)
	}
	if n := len(order.did); n < 3 || !slices.Equal(order.did[n-3:], []string{"sync", fileSignature, "sync"}) {
		t.Errorf("the end was %v", order.did)
	}
}

type recording struct {
	*folder
	did []string
}

func (r *recording) create(path string, size int64) (io.WriteCloser, error) {
	r.did = append(r.did, path)
	return r.folder.create(path, size)
}

func (r *recording) sync() error {
	r.did = append(r.did, "sync")
	return r.folder.sync()
}
