package evidence_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/evidence"
)

func badge(photo string) evidence.Taken {
	return evidence.Taken{
		Title: "Laptop of finance", Note: "taken at 14:02", Photo: photo,
		Thing: cases.Thing{Serial: "PF-3XK9", SealNumber: "004711", State: "on", Description: "\"sha256\":\"x\" | lid open", Place: "desk 12", Keeper: "Ada"},
	}
}

func photo(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, []byte("\xff\xd8 a picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// nothingLeft wants no collections but n, and nothing waiting in the vault.
func (b *bench) nothingLeft(t testing.TB, n int) {
	t.Helper()
	b.view(t, func(c *cases.Case) {
		if len(c.Collections) != n {
			t.Errorf("%d collections, want %d", len(c.Collections), n)
		}
	})
	if left, err := os.ReadDir(filepath.Join(b.ws.VaultDir(), "tmp")); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestAThingIsSealedAndInTheBag(t *testing.T) {
	b := newBench(t)
	got, err := b.AddThing(t.Context(), b.tag, nothing, badge(photo(t)))
	if err != nil || got.Items != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := b.AddThing(t.Context(), b.tag, nothing, evidence.Taken{Title: "Badge", Thing: cases.Thing{Serial: "none"}}); err != nil {
		t.Fatal(err)
	}
	b = b.reopened(t)
	item, err := b.Find(t.Context(), b.tag, "E1/1")
	if err != nil || item.Line.Kind != collect.ThingKind || item.Line.Stored || *item.Line.Thing != collect.Thing(badge("").Thing) {
		t.Fatalf("%+v, %v", item, err)
	}
	if _, err := b.OpenItem(t.Context(), b.tag, item); !errors.Is(err, evidence.ErrNoBytes) {
		t.Errorf("a thing was opened: %v", err)
	}
	if _, err := b.Destroy(t.Context(), b.tag, nothing, "E1/1", "retention"); !errors.Is(err, evidence.ErrNoBytes) {
		t.Errorf("a thing has no bytes to destroy: %v", err)
	}
	if string(b.read(t, "E1/2")) != "\xff\xd8 a picture" {
		t.Error("the photo is another one")
	}
	move := func(c *cases.Case) error {
		return c.Move(cases.Move{Item: "E1/1", Place: "safe", Keeper: "Budi", Reason: "over night"})
	}
	if err := store.Update(t.Context(), b.ws, b.tag, nothing, move); err != nil {
		t.Fatal(err)
	}
	seal, err := b.Seal(t.Context(), b.tag, nothing)
	if err != nil || len(seal.Collections) != 2 {
		t.Fatalf("seal %+v, %v", seal, err)
	}
	out := filepath.Join(t.TempDir(), "bag")
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out}); err != nil {
		t.Fatal(err)
	}
	if report := b.bagHolds(t, out, seal.Words); report.Items != 1 || len(report.Findings) != 0 {
		t.Errorf("report %+v", report)
	}
	for file, words := range map[string][]string{
		"custody.txt":             {"Laptop of finance", "serial PF-3XK9", "seal number 004711", "moved", "over night; at safe; kept by Budi"},
		"items/E1/manifest.jsonl": {`"serial":"PF-3XK9"`, `"kind":"thing"`},
		"items/E2/manifest.jsonl": {`"thing":{"serial":"none"}`},
	} {
		data, err := os.ReadFile(filepath.Join(out, "data", filepath.FromSlash(file)))
		for _, want := range words {
			if err != nil || !strings.Contains(string(data), want) {
				t.Errorf("%s does not say %s (%v):\n%s", file, want, err, data)
			}
		}
	}
	b.verified(t)
}

func TestThingRefusedLeavesNothing(t *testing.T) {
	b := newBench(t)
	for name, change := range map[string]func(*evidence.Taken){
		"no title":   func(x *evidence.Taken) { x.Title = " " },
		"no serial":  func(x *evidence.Taken) { x.Thing.Serial = "" },
		"no photo":   func(x *evidence.Taken) { x.Photo = filepath.Join(t.TempDir(), "absent") },
		"a folder":   func(x *evidence.Taken) { x.Photo = t.TempDir() },
		"odd state":  func(x *evidence.Taken) { x.Thing.State = "sleepy" },
		"odd letter": func(x *evidence.Taken) { x.Thing.Place = "\xff" },
	} {
		t.Run(name, func(t *testing.T) {
			taken := badge("")
			change(&taken)
			if _, err := b.AddThing(t.Context(), b.tag, nothing, taken); err == nil {
				t.Error("recorded")
			}
			b.nothingLeft(t, 0)
		})
	}
}

func TestTheSignedFormComesBackAsAnItem(t *testing.T) {
	b := newBench(t)
	if _, err := b.AddThing(t.Context(), b.tag, nothing, badge("")); err != nil {
		t.Fatal(err)
	}
	hand := cases.Handover{Item: "E1/1", From: "Ada", To: "Insp. Conti", SHA256: strings.Repeat("ab", 32)}
	err := store.Update(t.Context(), b.ws, b.tag, nothing, func(c *cases.Case) error {
		_, err := c.HandOver(hand)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][2]string{
		"no such form": {"F2", photo(t)}, "no such scan": {"F1", filepath.Join(t.TempDir(), "absent")}, "a folder": {"F1", t.TempDir()},
	} {
		if _, err := b.FormBack(t.Context(), b.tag, nothing, c[0], c[1]); err == nil {
			t.Errorf("%s: taken back", name)
		}
	}
	b.nothingLeft(t, 1)
	got, err := b.FormBack(t.Context(), b.tag, nothing, "F1", photo(t))
	if err != nil || got.Collection != "E2" {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := b.FormBack(t.Context(), b.tag, nothing, "F1", photo(t)); err == nil {
		t.Error("a form came back twice")
	}
	b.view(t, func(c *cases.Case) {
		if f := c.Forms[0]; f.Back == nil || f.Back.Scan != "E2/1" || c.Whereabouts("E1").Keeper != "Insp. Conti" || c.Collections[1].Kind != "photo" {
			t.Errorf("form %+v, %+v", f, c.Whereabouts("E1"))
		}
	})
	b.nothingLeft(t, 2)
	b.verified(t)
}

// parts yields them one after the other, as a page does.
func parts(list ...evidence.Part) func(context.Context) (evidence.Capture, error) {
	return func(context.Context) (evidence.Capture, error) {
		return evidence.Capture{Paths: []string{"https://shop.example/"}, Note: "HTTP 200", Parts: func(yield func(evidence.Part, error) bool) {
			for _, p := range list {
				if !yield(p, nil) {
					return
				}
			}
		}}, nil
	}
}

func TestACaptureIsKeptPartByPart(t *testing.T) {
	b := newBench(t)
	broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("the line went dead")))
	got, err := b.AddCapture(t.Context(), b.tag, nothing, "https://shop.example/", parts(
		evidence.Part{Name: "body.html", Reader: broken, Cut: func() bool { return false }},
		evidence.Part{Name: "long", Reader: strings.NewReader("limit"), Cut: func() bool { return true }},
		evidence.Part{Name: "response.json", Reader: strings.NewReader("{}")},
	))
	if err != nil || got.Items != 3 || got.Bytes != 11 {
		t.Fatalf("%+v, %v", got, err)
	}
	var notes []string
	err = b.Items(t.Context(), b.tag, "", func(c cases.Collection, i evidence.Item) error {
		if i.Line.Kind != collect.Web || c.Kind != cases.WebCollection || c.Note != "HTTP 200" {
			t.Errorf("%+v in %+v", i.Line, c)
		}
		for _, n := range i.Line.Notes {
			notes = append(notes, i.Ref+" "+string(n))
		}
		return nil
	})
	if err != nil || strings.Join(notes, ", ") != "E1/1 short-read, E1/2 limited" || string(b.read(t, "E1/1")) != "half" {
		t.Errorf("notes %v, %v", notes, err)
	}
	b.verified(t)
}

func TestACaptureThatFailsLeavesNothing(t *testing.T) {
	b := newBench(t)
	wrong := errors.New("offline")
	asked := false
	ask := func(context.Context) (evidence.Capture, error) { asked = true; return evidence.Capture{}, wrong }
	if _, err := b.AddCapture(t.Context(), b.tag, nothing, "https://shop.example/", ask); !errors.Is(err, wrong) || !asked {
		t.Errorf("%v", err)
	}
	late := func(context.Context) (evidence.Capture, error) {
		return evidence.Capture{Parts: func(yield func(evidence.Part, error) bool) {
			_ = yield(evidence.Part{Name: "body", Reader: strings.NewReader("x")}, nil) && yield(evidence.Part{}, wrong)
		}}, nil
	}
	if _, err := b.AddCapture(t.Context(), b.tag, nothing, "https://shop.example/", late); !errors.Is(err, wrong) {
		t.Errorf("%v", err)
	}
	asked = false
	if err := store.Update(t.Context(), b.ws, b.tag, nothing, func(c *cases.Case) error { return c.Close() }); err != nil {
		t.Fatal(err)
	}
	var refused *cases.Refusal
	if _, err := b.AddCapture(t.Context(), b.tag, nothing, "https://shop.example/", ask); !errors.As(err, &refused) || asked {
		t.Errorf("a closed case: %v, asked %v", err, asked)
	}
	b.nothingLeft(t, 0)
}
