package evidence_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A look says how large each cited item is and how it begins; what was destroyed,
// or is none of the cited, is not among it.
func TestLookSeesWhatAnItemIs(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"1700.M1": "From: a\nTo: b\n\nhello", "empty.png": "", "long.log": strings.Repeat("x", 5000)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.add(t, dir)
	b.text(t, "pasted")
	seen, err := b.Look(t.Context(), b.tag, []string{"E1", "E1/1", "E2", "E9"})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != 3 || len(seen["E1"]) != 4 || len(seen["E1/1"]) != 1 { // the folder itself is an item too
		t.Fatalf("seen %+v", seen)
	}
	for _, s := range seen["E1"] {
		switch {
		case s.Name == "long.log" && (s.Size != 5000 || len(s.Head) != 1024),
			s.Name == "empty.png" && (s.Size != 0 || s.Head != nil),
			s.Name == "1700.M1" && !strings.HasPrefix(string(s.Head), "From: a"):
			t.Errorf("seen %+v", s)
		}
	}
	if s := seen["E2"][0]; s.Kind != "text" || s.Size != 6 {
		t.Errorf("the text: %+v", s)
	}
	if _, err := b.Destroy(t.Context(), b.tag, nothing, "E1/1", "not ours"); err != nil {
		t.Fatal(err)
	}
	if seen, err = b.Look(t.Context(), b.tag, []string{"E1", "E1/1"}); err != nil || len(seen["E1"]) != 3 || seen["E1/1"] != nil {
		t.Errorf("after destroying: %+v, %v", seen, err)
	}
}

// Damage does not keep anybody from working: the name decides, or the entries.
func TestLookAtDamagedEvidence(t *testing.T) {
	b := newBench(t)
	b.text(t, "pasted")
	segments, err := filepath.Glob(filepath.Join(b.ws.VaultDir(), "*", "*.age"))
	if err != nil || len(segments) == 0 {
		t.Fatal("no segments", err)
	}
	for _, name := range segments {
		if err := os.Truncate(name, 100); err != nil {
			t.Fatal(err)
		}
	}
	if seen, err := b.Look(t.Context(), b.tag, []string{"E1/1"}); err != nil || len(seen) != 0 {
		t.Errorf("seen %+v, %v", seen, err)
	}
}
