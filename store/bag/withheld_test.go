package bag

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// twoCollections is the fixture with a second collection, of which not even the
// list is given out.
func twoCollections(t *testing.T, by person) Contents {
	t.Helper()
	c := fixture(t, by)
	_, _, _, first := collection(t, "E1")
	second, _, _, sum := collection(t, "E2")
	second.Withheld, second.Open = "of another customer", nil
	c.Collections = append(c.Collections, second)
	c.Seals = []Seal{sealOf(t, "S1", by, first, sum)}
	return c
}

func TestCollectionWithheldAsAWhole(t *testing.T) {
	ana := newPerson(t, "ana")
	dir := filepath.Join(t.TempDir(), "bag")
	sum, err := Write(t.Context(), dir, twoCollections(t, ana), ana.sign, withWords)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "items", "E2")); err == nil {
		t.Error("the withheld collection has a folder")
	}
	got, err := Verify(t.Context(), dir, Pin{Words: strings.Join(sum.Words, " ")}, withWords)
	if err != nil || !got.Intact || got.Withheld != 2 || got.Collections != 1 {
		t.Fatalf("%v: %+v", err, got)
	}
	runsClean(t, dir)
}

func TestOnlyCollectionWithheld(t *testing.T) {
	ana := newPerson(t, "ana")
	c := fixture(t, ana)
	c.Collections[0].Withheld, c.Collections[0].Open = "not theirs", nil
	c.Items, c.Withheld, c.Custody = nil, nil, nil
	dir := filepath.Join(t.TempDir(), "bag")
	if _, err := Write(t.Context(), dir, c, ana.sign, withWords); err != nil {
		t.Fatal(err)
	}
	if got, err := Verify(t.Context(), dir, Pin{}, withWords); err != nil {
		t.Fatalf("%v: %+v", err, got.Findings)
	}
	runsClean(t, dir)
}

// A withheld collection is held to the hash that was sealed, and is not here.
func TestWithheldCollectionThatDoesNotFit(t *testing.T) {
	ana := newPerson(t, "ana")
	for name, change := range map[string]func(c *Contents){
		"another hash": func(c *Contents) { c.Collections[1].SHA256[0] ^= 1 },
		"not said":     func(c *Contents) { c.Collections = c.Collections[:1] },
	} {
		c := twoCollections(t, ana)
		change(&c)
		dir := filepath.Join(t.TempDir(), "bag")
		if _, err := Write(t.Context(), dir, c, ana.sign, withWords); err != nil {
			t.Fatal(err)
		}
		got, err := Verify(t.Context(), dir, Pin{}, withWords)
		if !errors.Is(err, ErrIntegrity) || !strings.Contains(strings.Join(codes(got, Error), " "), string(CodeCollection)) {
			t.Errorf("%s: %v %+v", name, err, got.Findings)
		}
	}
}
