package sheet_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/store/sheet"
)

func make1(t testing.TB, workspace string, number int) *sheet.Sheet {
	t.Helper()
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return &sheet.Sheet{
		Workspace: sheet.TagOf(workspace), Number: number, Day: time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC),
		Anchor: [sheet.AnchorBytes]byte{1, 2, 3}, Identity: identity,
	}
}

func split(t testing.TB, s *sheet.Sheet) (one, two *sheet.Half) {
	t.Helper()
	halves, err := s.Split()
	if err != nil {
		t.Fatal(err)
	}
	return halves[0], halves[1]
}

func text(h *sheet.Half) string { return strings.Join(h.Code(), "\n") + "\n" }

func read(t testing.TB, text string) *sheet.Half {
	t.Helper()
	h, err := sheet.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestBothHalvesGiveTheSheetBack(t *testing.T) {
	s := make1(t, "w1", 3)
	one, two := split(t, s)
	for name, pair := range map[string][2]*sheet.Half{"in order": {one, two}, "swapped": {two, one}} {
		got, err := sheet.Join(read(t, text(pair[0])), read(t, text(pair[1])))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Fingerprint() != s.Fingerprint() || got.Number != 3 || got.Anchor != s.Anchor || got.Identity.String() != s.Identity.String() {
			t.Errorf("%s: another sheet came back", name)
		}
	}
}

// Two splits of one sheet share nothing but what it says of itself, which ends
// within line 3: the pad is new.
func TestAHalfIsRandom(t *testing.T) {
	s := make1(t, "w1", 1)
	one, two := split(t, s)
	again, _ := split(t, s)
	for i, line := range one.Code() {
		if same := line == again.Code()[i]; same != (i < 2) {
			t.Errorf("line %d is the same in two splits: %v", i+1, same)
		}
	}
	if _, err := sheet.Join(again, two); !errors.Is(err, sheet.ErrWrongHalves) {
		t.Errorf("halves of two splits: %v", err)
	}
}

func TestWrongPairs(t *testing.T) {
	s := make1(t, "w1", 1)
	one, two := split(t, s)
	_, otherSheet := split(t, make1(t, "w1", 2))
	_, otherWorkspace := split(t, make1(t, "w2", 1))
	_, sameNumber := split(t, make1(t, "w1", 1))
	mixed := two.Code()
	other, _ := split(t, s)
	mixed[6] = other.Code()[6]
	for name, c := range map[string]struct {
		a, b *sheet.Half
		want error
	}{
		"the same half twice":         {one, one, sheet.ErrSameHalf},
		"half of another sheet":       {one, otherSheet, sheet.ErrOtherSheet},
		"half of another workspace":   {one, otherWorkspace, sheet.ErrOtherWorkspace},
		"another sheet, same number":  {one, sameNumber, sheet.ErrOtherSheet},
		"one line from another paper": {one, read(t, strings.Join(mixed, "\n")), sheet.ErrWrongHalves},
	} {
		if _, err := sheet.Join(c.a, c.b); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSplitRefusesNumbersThatNoHalfCanSay(t *testing.T) {
	for _, n := range []int{0, -1, sheet.MaxNumber + 1} {
		if _, err := make1(t, "w", n).Split(); err == nil {
			t.Errorf("number %d accepted", n)
		}
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	s := make1(t, "w1", 1)
	one, _ := split(t, s)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		for _, v := range []any{s, one} {
			if got := fmt.Sprintf(verb, v); got != "[redacted]" {
				t.Errorf("%s prints %q", verb, got)
			}
		}
	}
}
