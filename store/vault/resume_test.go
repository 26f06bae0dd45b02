package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"filippo.io/age"
)

// interrupted adds ten objects with notes, of which a part is on the disk.
func interrupted(t *testing.T, v *Vault, id *age.HybridIdentity) string {
	t.Helper()
	b, err := v.Begin(id.Recipient())
	must(t, err)
	for i := range 10 {
		o, err := b.Add(context.Background(), bytes.NewReader(sample(int64(i), testLimit/3)))
		must(t, err)
		b.Note(o, fmt.Appendf(nil, `{"i":%d}`, i))
	}
	waitForParts(t, b, 3)
	b.Suspend()
	return b.ID()
}

// waitForParts waits until the stages have finished that many segments.
func waitForParts(t *testing.T, b *Batch, n int) {
	t.Helper()
	for len(b.journal.segments()) < n {
		must(t, b.stages.failure())
	}
}

func TestResumeGoesOn(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	batch := interrupted(t, v, id)
	list, err := v.Unfinished()
	must(t, err)
	if len(list) != 1 || list[0].ID != batch || list[0].Bytes == 0 {
		t.Fatalf("unfinished: %+v", list)
	}
	b, noted, err := v.Resume(batch, []age.Identity{id}, id.Recipient())
	must(t, err)
	defer func() { _ = b.Abort() }()
	if len(noted) < 5 || len(noted) == 10 {
		t.Fatalf("%d of 10 objects are complete", len(noted))
	}
	o, err := b.Add(context.Background(), bytes.NewReader([]byte("new")))
	must(t, err)
	segments, err := b.Seal(context.Background())
	must(t, err)
	must(t, b.Done())
	objects := []Object{o}
	for i, n := range noted {
		if string(n.Note) != fmt.Sprintf(`{"i":%d}`, i) {
			t.Errorf("note %d: %s", i, n.Note)
		}
		objects = append(objects, n.Object)
	}
	if f := findings(t, v, segments, objects, id); f != nil {
		t.Errorf("findings: %+v", f)
	}
	if len(filesBelow(t, v.dir)) != len(segments) {
		t.Errorf("%d segments, files %v", len(segments), filesBelow(t, v.dir))
	}
}

func TestResumeAfterSealBeforeDone(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	b, err := v.Begin(id.Recipient())
	must(t, err)
	o, err := b.Add(context.Background(), bytes.NewReader(sample(1, testLimit+5)))
	must(t, err)
	b.Note(o, []byte(`{}`))
	sealed, err := b.Seal(context.Background())
	must(t, err)
	b.Suspend()
	again, noted, err := v.Resume(b.ID(), []age.Identity{id}, id.Recipient())
	must(t, err)
	if len(noted) != 1 {
		t.Fatalf("%d objects", len(noted))
	}
	segments, err := again.Seal(context.Background())
	must(t, err)
	must(t, again.Done())
	if !slices.Equal(segments, sealed) {
		t.Errorf("segments %v, sealed before %v", segments, sealed)
	}
}

func TestResumeDropsWhatIsDamaged(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	batch := interrupted(t, v, id)
	first, err := filepath.Glob(filepath.Join(v.batchFolder(batch), "*"+ageSuffix))
	must(t, err)
	must(t, os.Truncate(first[0], 5))
	b, noted, err := v.Resume(batch, []age.Identity{id}, id.Recipient())
	must(t, err)
	defer func() { _ = b.Abort() }()
	lost := first[0][len(first[0])-len(ageSuffix)-2*nameBytes : len(first[0])-len(ageSuffix)]
	for _, n := range noted {
		for _, e := range n.Object.Extents {
			if e.Segment == lost {
				t.Errorf("object %s lies in the damaged segment", n.Note)
			}
		}
	}
	if exists(first[0]) {
		t.Error("the damaged segment is still there")
	}
}

func TestResumeRefuses(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	batch := interrupted(t, v, id)
	ids := []age.Identity{id}
	_, _, err := v.Resume("../../x", ids, id.Recipient())
	wantError(t, err, os.ErrNotExist)
	stranger := hybrid(t)
	_, _, err = v.Resume(batch, []age.Identity{stranger}, id.Recipient())
	if err == nil {
		t.Fatal("a stranger read the journal")
	}
	b, _, err := v.Resume(batch, ids, id.Recipient())
	must(t, err)
	_, _, err = v.Resume(batch, ids, id.Recipient())
	wantError(t, err, ErrBusy)
	wantError(t, v.Discard(batch), ErrBusy)
	must(t, b.Abort())
	must(t, v.Discard(batch))
}

func TestJournalTellsNoNames(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	b := begin(t, v, id)
	o, err := b.Add(context.Background(), bytes.NewReader(sample(1, testLimit)))
	must(t, err)
	b.Note(o, []byte(`"secret plan.docx"`))
	_, err = b.Seal(context.Background())
	must(t, err)
	for _, path := range filesBelow(t, v.dir) {
		data, err := os.ReadFile(path)
		must(t, err)
		if bytes.Contains(data, []byte("plan.docx")) {
			t.Errorf("%s tells a name", path)
		}
	}
}

func FuzzParsePart(f *testing.F) {
	good, err := json.Marshal(record{Segment: &Segment{Name: newName(), PlainSize: 1}})
	must(f, err)
	f.Add(append(good, '\n'))
	o := Object{Size: 3, Extents: []Extent{{newName(), 1, 3}}}
	f.Add(append(o.appendJSON([]byte(`{"object":`)), `,"note":{"a":[1]}}`...))
	f.Add([]byte(`{"object":{"size":-1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := parsePart(data)
		if err != nil {
			return
		}
		for _, l := range lines {
			if l.Object != nil && l.Object.Check() != nil || l.Segment != nil && !ValidName(l.Segment.Name) {
				t.Fatalf("accepted %+v", l)
			}
		}
	})
}
