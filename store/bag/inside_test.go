package bag

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/posko-ir/posko/store/ledger"
)

// What Write cannot see without reading everything twice, Verify finds.
func TestContentsThatDoNotAgree(t *testing.T) {
	ana := newPerson(t, "ana")
	col, items, gone, sum := collection(t, "E1")
	other, otherItems, otherGone, otherSum := collection(t, "E2")
	otherBytes := []byte("other\n")
	for name, c := range map[string]struct {
		change func(*Contents)
		errors []string
		warns  []string
	}{
		"two collections, one seal": {func(c *Contents) {
			c.Collections = []Collection{col, other}
			c.Items, c.Withheld = seq(append(items, otherItems...)...), seq(gone, otherGone)
			c.Seals = []Seal{sealOf(t, "S1", ana, sum, otherSum)}
		}, nil, nil},
		"collection under no seal": {func(c *Contents) {
			c.Collections = []Collection{col, other}
			c.Items, c.Withheld = seq(append(items, otherItems...)...), seq(gone, otherGone)
		}, nil, []string{string(CodeUnsealed)}},
		"item neither here nor withheld": {func(c *Contents) { c.Withheld = nil }, []string{string(CodeItem)}, nil},
		"item here and withheld": {func(c *Contents) {
			here := Withheld{"E1", 1, items[0].SHA256, StateWithheld, "why"}
			c.Withheld = seq(here, gone)
		}, []string{string(CodeItem)}, nil},
		"withheld with another hash": {func(c *Contents) { gone := gone; gone.SHA256 = ledger.Hash{}; c.Withheld = seq(gone) }, []string{string(CodeItem)}, nil},
		"withheld twice":             {func(c *Contents) { c.Withheld = seq(gone, gone) }, []string{string(CodeItemWithheld)}, nil},
		"withheld and never listed": {func(c *Contents) {
			c.Withheld = seq(gone, Withheld{"E1", 9, gone.SHA256, StateWithheld, "why"})
		}, []string{string(CodeItem)}, nil},
		"item of other bytes than listed": {func(c *Contents) {
			c.Items = seq(Item{"E1", 1, int64(len(otherBytes)), sha256.Sum256(otherBytes), opener(otherBytes)}, items[1])
			c.Custody = nil
		}, []string{string(CodeItem)}, nil},
		"item that nobody listed": {func(c *Contents) {
			c.Items = seq(append(items, Item{"E1", 7, int64(len(otherBytes)), sha256.Sum256(otherBytes), opener(otherBytes)})...)
		}, []string{string(CodeItem)}, nil},
		"seal of a collection that is not here": {func(c *Contents) {
			c.Seals = []Seal{sealOf(t, "S1", ana, sum, otherSum)}
		}, []string{string(CodeCollection)}, nil},
		"seals that disagree": {func(c *Contents) {
			wrong := sum
			wrong.Items++
			c.Seals = append(c.Seals, sealOf(t, "S2", ana, wrong))
		}, []string{string(CodeCollection), string(CodeSeal)}, nil},
		"custody of no entry":    {func(c *Contents) { c.Custody = seq(event("E1/1", &items[0].SHA256, "a1:2")) }, []string{string(CodeCustody)}, nil},
		"custody of other bytes": {func(c *Contents) { c.Custody = seq(event("E1/1", &items[1].SHA256, "")) }, []string{string(CodeCustody)}, nil},
		"custody of no item":     {func(c *Contents) { c.Custody = seq(event("E1/01", &items[0].SHA256, "")) }, []string{string(CodeCustody)}, nil},
		"custody of a lost item": {func(c *Contents) { c.Custody = seq(event("E1/4", &gone.SHA256, "")) }, nil, nil},
		"no log at all":          {func(c *Contents) { c.Logs = nil; c.Entries = nil; c.Custody = nil }, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			contents := fixture(t, ana)
			c.change(&contents)
			dir := filepath.Join(t.TempDir(), "bag")
			if _, err := Write(t.Context(), dir, contents, ana.sign, withWords); err != nil {
				t.Fatal(err)
			}
			rep, err := Verify(t.Context(), dir, Pin{}, withWords)
			if (err != nil) != (c.errors != nil) || err != nil && !errors.Is(err, ErrIntegrity) {
				t.Errorf("error %v", err)
			}
			if !slices.Equal(codes(rep, Error), c.errors) || !slices.Equal(codes(rep, Warning), c.warns) {
				t.Errorf("errors %v, warnings %v: %+v", codes(rep, Error), codes(rep, Warning), rep.Findings)
			}
		})
	}
}

func event(item string, hash *ledger.Hash, entry string) CustodyEvent {
	return CustodyEvent{At: stamp(created), Who: "Ana", Action: "seen", Item: item, SHA256: hash, Entry: entry}
}

func TestEntriesTwiceAreRefused(t *testing.T) {
	ana := newPerson(t, "ana")
	c := fixture(t, ana)
	_, entries := logOf(t, "a1", "tag7")
	for name, list := range map[string][]Entry{"twice": {entries[0], entries[0]}, "backwards": {entries[1], entries[0]}} {
		c.Entries = seq(list...)
		dir := t.TempDir()
		if _, err := Write(t.Context(), dir, c, ana.sign, withWords); err == nil {
			t.Errorf("%s: accepted", name)
		}
		mustBeEmpty(t, dir)
	}
}

func TestProgressComesWithinALongFile(t *testing.T) {
	var told []Progress
	m := meter{tell: func(p Progress) { told = append(told, p) }}
	if _, err := m.reading(t.Context(), bytes.NewReader(make([]byte, 2*progressStep))).Read(make([]byte, progressStep)); err != nil {
		t.Fatal(err)
	}
	m.file()
	if want := []Progress{{0, progressStep}, {1, progressStep}}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
