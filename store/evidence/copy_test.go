package evidence_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

// finds names the files of a bag in which a text stands.
func finds(t *testing.T, dir, text string) (in []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			in = append(in, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// What is recorded while the items are searched was looked at by nobody.
func TestCopyHoldsNothingRecordedMeanwhile(t *testing.T) {
	b := newBench(t)
	if err := store.Update(t.Context(), b.ws, b.tag, nothing, func(c *cases.Case) error {
		if _, err := c.AddNote("an opinion"); err != nil {
			return err
		}
		return c.ForCounsel("N1")
	}); err != nil {
		t.Fatal(err)
	}
	b.text(t, "a statement")
	late := false
	x := &evidence.Copy{Order: audience.Order{For: audience.Court}, Say: func(reason string) string {
		if !late {
			late = true
			b.text(t, "whisper one")
			if _, err := b.Seal(t.Context(), b.tag, nothing); err != nil {
				t.Error(err)
			}
		}
		return reason
	}}
	out := filepath.Join(t.TempDir(), "bag")
	sum, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out, Copy: x})
	if err != nil {
		t.Fatal(err)
	}
	b.bagHolds(t, out, strings.Join(sum.Words, " "))
	for _, secret := range []string{"whisper one", "an opinion"} {
		if in := finds(t, out, secret); len(in) > 0 {
			t.Errorf("%q stands in %v", secret, in)
		}
	}
	if len(finds(t, out, "a statement")) == 0 {
		t.Error("what may go out does not")
	}
	b.view(t, func(c *cases.Case) {
		if len(c.Exports) != 1 || c.Exports[0].Audience != audience.Court {
			t.Errorf("for whom the copy was is not recorded: %+v", c.Exports)
		}
	})
}

// An item that is destroyed while the copy is made is said to be destroyed; the
// reason was looked at by nobody.
func TestCopyDoesNotSayWhyAnItemWasDestroyedMeanwhile(t *testing.T) {
	b := newBench(t)
	b.text(t, "a statement")
	b.text(t, "another")
	gone := false
	o := audience.Order{For: audience.Court, Without: map[string]string{"E2/1": "of a person"}}
	x := &evidence.Copy{Order: o, Say: func(reason string) string {
		if !gone {
			gone = true
			if _, err := b.Destroy(t.Context(), b.tag, nothing, "E1/1", "Hans asked for it"); err != nil {
				t.Error(err)
			}
		}
		return reason
	}}
	out := filepath.Join(t.TempDir(), "bag")
	sum, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out, Copy: x})
	if err != nil {
		t.Fatal(err)
	}
	b.bagHolds(t, out, strings.Join(sum.Words, " "))
	if in := finds(t, out, "Hans"); len(in) > 0 {
		t.Errorf("the reason stands in %v", in)
	}
	if len(finds(t, out, `"state":"destroyed"`)) == 0 {
		t.Error("that it is destroyed is not said")
	}
}

// A drill's bag must not pass for one of a real case.
func TestDrillIsMarkedInItsBag(t *testing.T) {
	b := newBench(t)
	for _, drill := range []bool{false, true} {
		opening := cases.Opening{Title: "Leak"}
		if drill {
			opening.Kind = cases.KindDrill
		}
		tag, err := b.ws.OpenCase(t.Context(), nothing, opening, nil)
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "bag")
		sum, err := b.Export(t.Context(), tag, nothing, evidence.Export{Dir: out})
		if err != nil {
			t.Fatal(err)
		}
		report := b.bagHolds(t, out, strings.Join(sum.Words, " "))
		for _, name := range []string{"bag-info.txt", "VERIFY.txt", "data/custody.txt"} {
			data, err := os.ReadFile(filepath.Join(out, name))
			if err != nil || bytes.Contains(data, []byte("DRILL")) != drill {
				t.Errorf("drill %v: %s: %v\n%s", drill, name, err, data)
			}
		}
		if report.Drill != drill {
			t.Errorf("drill %v: verifying says %v", drill, report.Drill)
		}
	}
}

// The reason that an officer gives goes into the copy, and may not name others.
func TestReasonToWithholdNamesNobody(t *testing.T) {
	b := newBench(t)
	b.text(t, "a statement")
	names, _ := audience.NewNames([]audience.Name{{Of: "C2", Text: "Borealis"}})
	o := audience.Order{For: audience.Customer, Whose: "C1", Without: map[string]string{"E1/1": "it is about Borealis"}}
	x := &evidence.Copy{Order: o, Names: names, Say: func(reason string) string { return reason }}
	_, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: filepath.Join(t.TempDir(), "bag"), Copy: x})
	var named *evidence.NamedError
	if !errors.As(err, &named) || !strings.Contains(err.Error(), "E1/1") {
		t.Errorf("got %v", err)
	}
}
