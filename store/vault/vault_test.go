package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"filippo.io/age"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

// hybrid makes a case's identity.
func hybrid(t testing.TB) *age.HybridIdentity {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	must(t, err)
	return id
}

// randomBytes is an endless reader that gives the same bytes for one seed.
func randomBytes(seed int64) io.Reader {
	var s [32]byte
	binary.LittleEndian.PutUint64(s[:], uint64(seed))
	return rand.NewChaCha8(s)
}

func sample(seed int64, size int) []byte {
	b := make([]byte, size)
	_, _ = io.ReadFull(randomBytes(seed), b)
	return b
}

// testLimit makes segments small, and not a multiple of anything.
const testLimit = 3<<20 + 17

func newVault(t testing.TB) *Vault {
	t.Helper()
	v, err := Open(filepath.Join(t.TempDir(), "vault"))
	must(t, err)
	v.limit = testLimit
	return v
}

func begin(t testing.TB, v *Vault, id *age.HybridIdentity) *Batch {
	t.Helper()
	b, err := v.Begin(id.Recipient())
	must(t, err)
	t.Cleanup(func() { _ = b.Abort() })
	return b
}

// store seals the contents as one batch.
func store(t testing.TB, v *Vault, id *age.HybridIdentity, contents ...[]byte) ([]Object, []Segment) {
	t.Helper()
	b := begin(t, v, id)
	var objects []Object
	for _, c := range contents {
		o, err := b.Add(context.Background(), bytes.NewReader(c))
		must(t, err)
		objects = append(objects, o)
	}
	segments, err := b.Seal(context.Background())
	must(t, err)
	must(t, b.Done())
	return objects, segments
}

func load(v *Vault, o Object, id age.Identity) ([]byte, error) {
	f, err := v.Read(context.Background(), o, id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(f)
}

func named(objects []Object) iter.Seq2[string, Object] {
	return func(yield func(string, Object) bool) {
		for i, o := range objects {
			if !yield(string(rune('a'+i)), o) {
				return
			}
		}
	}
}

// findings verifies and returns "problem segment object" of each finding.
func findings(t testing.TB, v *Vault, segments []Segment, objects []Object, ids ...age.Identity) []Finding {
	t.Helper()
	var all []Finding
	c := Checking{Segments: slices.Values(segments), Objects: named(objects), Identities: ids}
	for f, err := range v.Verify(context.Background(), c) {
		must(t, err)
		all = append(all, f)
	}
	return all
}

func filesBelow(t testing.TB, dir string) []string {
	t.Helper()
	var all []string
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	}))
	return all
}

func TestStoreAndRead(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	contents := [][]byte{
		nil, []byte("x"), sample(1, 4096), sample(2, bufferSize), sample(3, bufferSize+1),
		sample(4, testLimit), sample(5, 2*testLimit+1), sample(6, 100),
	}
	objects, segments := store(t, v, id, contents...)
	for i, o := range objects {
		must(t, o.Check())
		got, err := load(v, o, id)
		must(t, err)
		if !bytes.Equal(got, contents[i]) {
			t.Errorf("object %d: other bytes", i)
		}
	}
	var plain, want int64
	for _, s := range segments {
		plain += s.PlainSize
	}
	for _, c := range contents {
		want += int64(len(c))
	}
	if plain != want || len(segments) != int(want/testLimit)+1 {
		t.Errorf("%d segments hold %d bytes, want %d", len(segments), plain, want)
	}
	if f := findings(t, v, segments, objects, id); f != nil {
		t.Errorf("findings on a good vault: %v", f)
	}
	if left := filesBelow(t, filepath.Join(v.dir, tmpFolder)); left != nil {
		t.Errorf("left in tmp: %v", left)
	}
}

func TestSmallObjectsShareSegment(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	b := begin(t, v, id)
	var adding sync.WaitGroup
	objects := make([]Object, 64)
	for i := range objects {
		adding.Go(func() {
			o, err := b.Add(context.Background(), bytes.NewReader(sample(int64(i), 1000)))
			if err != nil {
				t.Error(err)
			}
			objects[i] = o
		})
	}
	adding.Wait()
	segments, err := b.Seal(context.Background())
	must(t, err)
	if len(segments) != 1 || segments[0].PlainSize != 64_000 {
		t.Fatalf("segments: %+v", segments)
	}
	for i, o := range objects {
		got, err := load(v, o, id)
		must(t, err)
		if !bytes.Equal(got, sample(int64(i), 1000)) {
			t.Errorf("object %d: other bytes", i)
		}
	}
}

func TestAddLiveDoesNotBlock(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	b := begin(t, v, id)
	r, w := io.Pipe()
	live := make(chan Object)
	go func() {
		o, err := b.AddLive(context.Background(), r)
		if err != nil {
			t.Error(err)
		}
		live <- o
	}()
	first := sample(1, 3*bufferSize) // the reader waits in the middle now
	_, err := w.Write(first)
	must(t, err)
	_, err = b.Add(context.Background(), bytes.NewReader(sample(2, 2*bufferSize)))
	must(t, err)
	_, err = w.Write([]byte("end"))
	must(t, err)
	must(t, w.Close())
	o := <-live
	_, err = b.Seal(context.Background())
	must(t, err)
	got, err := load(v, o, id)
	must(t, err)
	if !bytes.Equal(got, append(first, "end"...)) {
		t.Error("other bytes")
	}
}

func TestSourceErrorKeepsWhatWasRead(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	b := begin(t, v, id)
	boom := errors.New("boom")
	for _, size := range []int{0, 10, 2*bufferSize + 5} {
		content := sample(int64(size), size)
		o, err := b.Add(context.Background(), io.MultiReader(bytes.NewReader(content), errorReader{boom}))
		wantError(t, err, ErrSource)
		wantError(t, err, boom)
		if o.Size != int64(size) {
			t.Errorf("kept %d of %d bytes", o.Size, size)
		}
	}
	o, err := b.Add(context.Background(), bytes.NewReader([]byte("after")))
	must(t, err)
	_, err = b.Seal(context.Background())
	must(t, err)
	got, err := load(v, o, id)
	if err != nil || string(got) != "after" {
		t.Errorf("the batch did not go on: %q, %v", got, err)
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestCancelAndAbort(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	b := begin(t, v, id)
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	endless := readerFunc(func(p []byte) (int, error) {
		if n += len(p); n > 10<<20 {
			cancel()
		}
		return len(p), nil
	})
	_, err := b.Add(ctx, endless)
	wantError(t, err, context.Canceled)
	must(t, b.Abort())
	if left := filesBelow(t, v.dir); left != nil {
		t.Errorf("left: %v", left)
	}
	_, err = b.Add(context.Background(), bytes.NewReader(nil))
	wantError(t, err, ErrBatchOver)
	_, err = b.Seal(context.Background())
	wantError(t, err, ErrBatchOver)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAbortAfterSealKeepsSegments(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	b := begin(t, v, id)
	o, err := b.Add(context.Background(), bytes.NewReader([]byte("kept")))
	must(t, err)
	_, err = b.Seal(context.Background())
	must(t, err)
	must(t, b.Abort())
	if got, err := load(v, o, id); err != nil || string(got) != "kept" {
		t.Errorf("after Abort: %q, %v", got, err)
	}
}

func TestBeginRefusesRecipients(t *testing.T) {
	v := newVault(t)
	classic, err := age.GenerateX25519Identity()
	must(t, err)
	for name, recipients := range map[string][]age.Recipient{
		"none":  nil,
		"mixed": {hybrid(t).Recipient(), classic.Recipient()},
	} {
		if _, err := v.Begin(recipients...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if left := filesBelow(t, v.dir); left != nil {
		t.Errorf("left: %v", left)
	}
}

func TestReadAtAndSeek(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	content := sample(1, 2*testLimit+100)
	objects, _ := store(t, v, id, []byte("before"), content)
	f, err := v.Read(context.Background(), objects[1], id)
	must(t, err)
	defer func() { _ = f.Close() }()
	for _, off := range []int64{0, 1, testLimit - 10, 2 * testLimit, int64(len(content)) - 7} {
		buf := make([]byte, 20)
		n, err := f.ReadAt(buf, off)
		if want := content[off:min(off+20, int64(len(content)))]; !bytes.Equal(buf[:n], want) || (n < 20) != errors.Is(err, io.EOF) {
			t.Errorf("at %d: %d bytes, %v", off, n, err)
		}
	}
	_, err = f.Seek(-5, io.SeekEnd)
	must(t, err)
	tail, err := io.ReadAll(f)
	must(t, err)
	if !bytes.Equal(tail, content[len(content)-5:]) {
		t.Error("seek to the end: other bytes")
	}
	if _, err := f.Seek(-1, io.SeekStart); !errors.Is(err, os.ErrInvalid) {
		t.Errorf("seek before the beginning: %v", err)
	}
}

func TestDescriptionsFromOutside(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	objects, segments := store(t, v, id, []byte("hello"))
	name := segments[0].Name
	big := int64(1) << 62
	for what, o := range map[string]Object{
		"path":     {Size: 5, Extents: []Extent{{"../../../../etc/passwd", 0, 5}}},
		"case":     {Size: 5, Extents: []Extent{{"ABCDEF00112233445566778899aabbcc", 0, 5}}},
		"negative": {Size: 5, Extents: []Extent{{name, -1, 5}}},
		"overflow": {Size: 0, Extents: []Extent{{name, 0, big}, {name, 0, big}}},
		"sum":      {Size: 6, Extents: []Extent{{name, 0, 5}}},
		"empty":    {Size: 0, Extents: []Extent{{name, 0, 0}}},
	} {
		_, err := load(v, o, id)
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	wantError(t, v.Remove("../x"), ErrInvalid)
	wantError(t, v.Discard("../x"), ErrInvalid)
	beyond := objects[0]
	beyond.Size, beyond.Extents = 6, []Extent{{name, 0, 6}}
	_, err := load(v, beyond, id)
	wantError(t, err, ErrCorrupt)
	_, err = load(v, objects[0], hybrid(t))
	var other *age.NoIdentityMatchError
	if !errors.As(err, &other) || errors.Is(err, ErrCorrupt) {
		t.Errorf("foreign identity: %v", err)
	}
}

func TestOrphansAndRemove(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	_, segments := store(t, v, id, sample(1, 2*testLimit))
	known := map[string]bool{segments[0].Name: true}
	orphans, err := v.Orphans(func(n string) bool { return known[n] })
	must(t, err)
	if !slices.Equal(orphans, []string{segments[1].Name}) {
		t.Fatalf("orphans: %v", orphans)
	}
	must(t, v.Remove(orphans...))
	must(t, v.Remove(orphans...)) // twice is once
	if f := findings(t, v, segments, nil); len(f) != 1 || f[0].Problem != Missing {
		t.Errorf("findings: %+v", f)
	}
}

func TestRenamedGenerations(t *testing.T) {
	names := map[string]string{"a": "b", "b": "c", "x": "x"}
	o := Object{Extents: []Extent{{Segment: "a", Offset: 7}, {Segment: "x"}, {Segment: "z"}}}
	var got []string
	for _, e := range o.Renamed(names).Extents {
		got = append(got, e.Segment)
	}
	if !slices.Equal(got, []string{"c", "x", "z"}) || o.Extents[0].Segment != "a" {
		t.Errorf("got %v; original %v; of %v", got, o, slices.Sorted(maps.Keys(names)))
	}
}
