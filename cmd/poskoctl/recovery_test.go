package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/sheet"
)

// What is printed is read back, whatever language the rest of it is in and
// whatever the organisation is called.
func TestAPrintedHalfIsReadInEveryLanguage(t *testing.T) {
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	halves, err := (&sheet.Sheet{Number: 12, Day: time.Now(), Identity: identity}).Split()
	if err != nil {
		t.Fatal(err)
	}
	r := roster.Roster{Org: "4: AAAA\u2028 3: BBBB", Workspace: "w1", Officers: []roster.Officer{{ID: "o1", Name: "5:\u202etxt"}}}
	for lang, texts := range allTexts(t) {
		a := &app{lang: lang, texts: texts}
		for _, h := range halves {
			text := a.halfText(r, roster.Sheet{Number: 12, Words: "twelve words", By: "o1"}, h)
			got, err := sheet.Read(strings.NewReader(text))
			if err != nil || !reflect.DeepEqual(got, h) || strings.Contains(text, "%!") || strings.Contains(text, "\u202e") {
				t.Errorf("%s, half %d: %v\n%s", lang, h.Number, err, text)
			}
		}
	}
}

func TestEveryMistakeInAHalfHasItsWords(t *testing.T) {
	for lang, texts := range allTexts(t) {
		for _, p := range []sheet.Problem{sheet.Missing, sheet.Twice, sheet.Short, sheet.Long, sheet.Letter, sheet.Typo} {
			if texts["cli.half."+string(p)] == "" {
				t.Errorf("%s: nothing says %s", lang, p)
			}
		}
	}
}

func TestAHalfNeverReplacesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "half.txt")
	if err := writeHalf(path, "first"); err != nil {
		t.Fatal(err)
	}
	if err := writeHalf(path, "second"); err == nil {
		t.Error("written over")
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "first" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestHalvesStayOutOfTheWorkspace(t *testing.T) {
	dir := t.TempDir()
	ws, link := filepath.Join(dir, "ws"), filepath.Join(dir, "link")
	if err := os.Mkdir(ws, 0o700); err != nil {
		t.Fatal(err)
	}
	linked := os.Symlink(ws, link) == nil // not everybody may on Windows
	for path, want := range map[string]bool{
		ws: true, filepath.Join(ws, "a", "b"): true, ws + "/../ws/x": true, filepath.Join(link, "new"): linked,
		dir: false, ws + "2": false, filepath.Join(ws, "..", "out"): false, filepath.Join(ws, "..halves"): true,
	} {
		if got := within(ws, path); got != want {
			t.Errorf("%s within the workspace: %v", path, got)
		}
	}
}
