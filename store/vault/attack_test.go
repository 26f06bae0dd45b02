package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
)

// damaged stores two small objects and one large one, and damages a segment.
func damaged(t *testing.T, damage func(path string)) (*Vault, []Object, []Segment, *age.HybridIdentity) {
	t.Helper()
	v, id := newVault(t), hybrid(t)
	objects, segments := store(t, v, id, sample(1, 70_000), sample(2, 70_000), sample(3, 2*testLimit))
	path, err := v.Path(segments[0].Name)
	must(t, err)
	damage(path)
	return v, objects, segments, id
}

func TestAttack38_BitFlipNamesSegment(t *testing.T) {
	v, objects, segments, id := damaged(t, func(path string) {
		data, err := os.ReadFile(path)
		must(t, err)
		data[len(data)-testLimit+100_000] ^= 1 // inside the second object
		must(t, os.WriteFile(path, data, 0o600))
	})
	found := findings(t, v, segments, objects, id)
	if len(found) < 2 || found[0].Problem != Altered || found[0].Segment != segments[0].Name {
		t.Fatalf("findings: %+v", found)
	}
	bad := map[string]bool{}
	for _, f := range found[1:] {
		if f.Problem != WrongBytes || f.Segment != segments[0].Name || !errors.Is(f.Err, ErrCorrupt) {
			t.Errorf("finding: %+v", f)
		}
		bad[f.Object] = true
	}
	if !bad["b"] || bad["c"] {
		t.Errorf("objects found damaged: %v, want b and not c", bad)
	}
	if f := findings(t, v, segments, nil); len(f) != 1 {
		t.Errorf("without identity: %+v", f)
	}
}

func TestAttack38_HeaderTruncationAndAbsence(t *testing.T) {
	for name, c := range map[string]struct {
		damage  func(path string)
		segment Problem
	}{
		"header":    {func(p string) { patch(t, p, 30) }, Altered},
		"truncated": {func(p string) { must(t, os.Truncate(p, 100_000)) }, Truncated},
		"empty":     {func(p string) { must(t, os.Truncate(p, 0)) }, Truncated},
		"missing":   {func(p string) { must(t, os.Remove(p)) }, Missing},
		"folder":    {func(p string) { must(t, os.Remove(p)); must(t, os.Mkdir(p, 0o700)) }, WrongBytes},
		"longer": {func(p string) {
			f, err := os.OpenFile(p, os.O_APPEND|os.O_WRONLY, 0)
			must(t, err)
			_, err = f.WriteString("more")
			must(t, err)
			must(t, f.Close())
		}, Altered},
	} {
		v, objects, segments, id := damaged(t, c.damage)
		found := findings(t, v, segments, objects, id)
		if len(found) != 4 || found[0].Problem != c.segment || found[0].Segment != segments[0].Name {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func patch(t *testing.T, path string, at int) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	data[at] ^= 1
	must(t, os.WriteFile(path, data, 0o600))
}

func TestAttack39_SegmentsExchanged(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	content := sample(1, 2*testLimit)
	objects, segments := store(t, v, id, content)
	o := objects[0]

	swapped := o
	swapped.Extents = []Extent{o.Extents[1], o.Extents[0]}
	_, err := load(v, swapped, id)
	wantError(t, err, ErrCorrupt)

	a, _ := v.Path(segments[0].Name)
	b, _ := v.Path(segments[1].Name)
	must(t, os.Rename(a, a+".x"))
	must(t, os.Rename(b, a))
	must(t, os.Rename(a+".x", b))
	_, err = load(v, o, id)
	wantError(t, err, ErrCorrupt)
	if f := findings(t, v, segments, nil); len(f) != 2 || f[0].Problem != Altered {
		t.Errorf("findings: %+v", f)
	}
}

func TestAttack40_RecipientMakesCipherAgain(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	objects, segments := store(t, v, id, []byte("the same bytes"))
	path, _ := v.Path(segments[0].Name)
	var again bytes.Buffer
	w, err := age.Encrypt(&again, id.Recipient())
	must(t, err)
	_, err = w.Write([]byte("the same bytes"))
	must(t, err)
	must(t, w.Close())
	must(t, os.WriteFile(path, again.Bytes(), 0o600))

	got, err := load(v, objects[0], id)
	if err != nil || string(got) != "the same bytes" {
		t.Fatalf("the age file is valid and should be read: %v", err)
	}
	found := findings(t, v, segments, objects, id)
	if len(found) != 1 || found[0].Problem != Altered {
		t.Errorf("findings: %+v", found)
	}
}

func TestEverySealedByteIsProtected(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	_, segments := store(t, v, id, []byte("short"))
	path, _ := v.Path(segments[0].Name)
	data, err := os.ReadFile(path)
	must(t, err)
	if Hash(sha256.Sum256(data)) != segments[0].CipherSHA256 || int64(len(data)) != segments[0].CipherSize {
		t.Fatal("the description is not that of the file")
	}
	for i := range data {
		patch(t, path, i)
		if len(findings(t, v, segments, nil)) != 1 {
			t.Fatalf("byte %d is not protected", i)
		}
		patch(t, path, i)
	}
}

func TestCopyTo(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	objects, segments := store(t, v, id, sample(1, 2*testLimit))
	dir := filepath.Join(t.TempDir(), "backup")
	ctx := context.Background()
	done, err := v.CopyTo(ctx, dir, valuesOf(segments), nil)
	must(t, err)
	if done.Segments != 2 {
		t.Fatalf("copied: %+v", done)
	}
	done, err = v.CopyTo(ctx, dir, valuesOf(segments), nil)
	if err != nil || done.Segments != 0 || done.Present != 2 {
		t.Fatalf("again: %+v, %v", done, err)
	}
	to, err := Open(dir)
	must(t, err)
	if got, err := load(to, objects[0], id); err != nil || !bytes.Equal(got, sample(1, 2*testLimit)) {
		t.Errorf("read from the copy: %v", err)
	}

	copyPath, _ := to.Path(segments[1].Name)
	must(t, os.Truncate(copyPath, 10))
	_, err = v.CopyTo(ctx, dir, valuesOf(segments), nil)
	wantError(t, err, ErrCorrupt)
	must(t, os.Remove(copyPath))
	own, _ := v.Path(segments[1].Name)
	patch(t, own, 5000)
	_, err = v.CopyTo(ctx, dir, valuesOf(segments), nil)
	wantError(t, err, ErrCorrupt)
	if exists(copyPath) || len(filesBelow(t, filepath.Join(dir, tmpFolder))) != 0 {
		t.Error("a damaged segment reached the copy")
	}
}

func valuesOf(segments []Segment) func(func(Segment) bool) {
	return func(yield func(Segment) bool) {
		for _, s := range segments {
			if !yield(s) {
				return
			}
		}
	}
}

func TestRewriteDestroysOneObject(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	contents := [][]byte{sample(1, 100_000), sample(2, 100_000), sample(3, 100_000)}
	objects, segments := store(t, v, id, contents...)
	keep := []Extent{objects[2].Extents[0], objects[0].Extents[0]}
	made, err := v.Rewrite(context.Background(), []age.Identity{id}, segments[0], keep, id.Recipient())
	must(t, err)
	must(t, v.Remove(segments[0].Name))
	names := map[string]string{segments[0].Name: made.Name}
	for _, i := range []int{0, 2} {
		got, err := load(v, objects[i].Renamed(names), id)
		must(t, err)
		if !bytes.Equal(got, contents[i]) {
			t.Errorf("object %d: other bytes", i)
		}
	}
	gone := objects[1].Renamed(names)
	_, err = load(v, gone, id)
	wantError(t, err, ErrCorrupt)
	f, err := v.Read(context.Background(), gone, id)
	must(t, err)
	zeros := make([]byte, gone.Size)
	_, err = f.ReadAt(zeros, 0)
	if (err != nil && !errors.Is(err, io.EOF)) || !bytes.Equal(zeros, make([]byte, gone.Size)) {
		t.Errorf("the destroyed bytes are still there (%v)", err)
	}
	must(t, f.Close())
}

func TestRewriteRefuses(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	objects, segments := store(t, v, id, sample(1, 1000))
	foreign := objects[0].Extents[0]
	foreign.Length++
	ids := []age.Identity{id}
	for name, keep := range map[string][]Extent{"nothing kept": nil, "outside": {foreign}} {
		_, err := v.Rewrite(context.Background(), ids, segments[0], keep, id.Recipient())
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong := segments[0]
	wrong.CipherSHA256[0] ^= 1
	_, err := v.Rewrite(context.Background(), ids, wrong, objects[0].Extents, id.Recipient())
	wantError(t, err, ErrCorrupt)
	if left := filesBelow(t, v.dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

func FuzzMasked(f *testing.F) {
	f.Add([]byte("0123456789"), uint8(2), uint8(3), uint8(4), uint8(2))
	f.Add([]byte(""), uint8(0), uint8(1), uint8(0), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, off1, len1, off2, len2 uint8) {
		old := Segment{Name: "s", PlainSize: int64(len(data))}
		keep, err := keptRanges(old, []Extent{{"s", int64(off1), int64(len1)}, {"s", int64(off2), int64(len2)}})
		if err != nil {
			return
		}
		got, err := io.ReadAll(&masked{from: bytes.NewReader(bytes.Clone(data)), keep: keep})
		must(t, err)
		for i := range data {
			in := i >= int(off1) && i < int(off1)+int(len1) || i >= int(off2) && i < int(off2)+int(len2)
			if want := data[i]; (in && got[i] != want) || (!in && got[i] != 0) {
				t.Fatalf("byte %d is %d, kept: %v", i, got[i], in)
			}
		}
	})
}
