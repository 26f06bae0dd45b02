package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/posko-ir/posko/assets"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/guide"
	runs "github.com/posko-ir/posko/playbooks/run"
)

func allTexts(t *testing.T) map[string]assets.Texts {
	t.Helper()
	all := map[string]assets.Texts{}
	for _, lang := range assets.Languages() {
		texts, err := assets.Translations(lang)
		if err != nil {
			t.Fatal(err)
		}
		all[lang] = texts
	}
	return all
}

var place = regexp.MustCompile(`%[a-z%]`)

func TestTextsAreCompleteInEveryLanguage(t *testing.T) {
	all := allTexts(t)
	for lang, texts := range all {
		for key, text := range texts {
			english, ok := all["en"][key]
			if !ok {
				t.Errorf("%s: %s is not in English", lang, key)
			}
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			if got, want := place.FindAllString(text, -1), place.FindAllString(english, -1); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the places %q, English has %q", lang, key, got, want)
			}
		}
		if len(texts) != len(all["en"]) {
			t.Errorf("%s has %d texts, English %d", lang, len(texts), len(all["en"]))
		}
	}
}

var keyForm = regexp.MustCompile(`^(cli|error|hint|usage)\.[a-z0-9.-]+$`)

// keysInSource are the literals of this command that are keys of texts, or the
// beginnings of some, which end in a dot.
func keysInSource(t *testing.T) map[string]token.Position {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	keys, set := map[string]token.Position{}, token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil && keyForm.MatchString(text) {
					keys[text] = set.Position(lit.Pos())
				}
			}
			return true
		})
	}
	return keys
}

func TestEveryTextIsThereAndEveryTextIsUsed(t *testing.T) {
	english, used := allTexts(t)["en"], keysInSource(t)
	var begun []string
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if strings.HasSuffix(key, ".") {
			begun = append(begun, key)
		} else if _, ok := english[key]; !ok {
			t.Errorf("%v: no text %s", used[key], key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(english)) {
		_, whole := used[key]
		part := slices.ContainsFunc(begun, func(b string) bool { return strings.HasPrefix(key, b) })
		if !whole && !part && !strings.HasPrefix(key, "word.") {
			t.Errorf("nothing says %s", key)
		}
	}
}

// closedLists are all values that are shown as words.
func closedLists() []string {
	given, items := guide.ProofKinds()
	return slices.Concat(
		cases.Kinds(), cases.Severities(), guide.Kinds(), guide.Lanes(), guide.Roles(), guide.AnswerTypes(), given, items,
		cases.MoveActions(), []string{cases.HandedOver},
		[]string{
			cases.StateOpen, cases.StateContained, cases.StateClosed, cases.TaskOpen, cases.TaskDone, cases.TaskDropped,
			cases.StepStarted, cases.StepDone, cases.StepSkipped, cases.StepNA, cases.StepFailed, cases.StepDecided, cases.StepReopened,
			string(runs.Waiting), string(runs.Open), string(runs.InWork), string(runs.Done), string(runs.Failed),
			string(runs.Skipped), string(runs.NotApplicable), cases.StatusUpcoming,
		},
	)
}

func TestEveryValueHasAWordAndEveryWordIsAValue(t *testing.T) {
	english, known := allTexts(t)["en"], closedLists()
	for _, value := range known {
		if _, ok := english["word."+value]; !ok {
			t.Errorf("no word for %s", value)
		}
	}
	for key := range english {
		if word, ok := strings.CutPrefix(key, "word."); ok && !slices.Contains(known, word) {
			t.Errorf("%s is no value of anything", key)
		}
	}
}

// The English text of a known error is the error's own, so that it is found
// where it stands in a longer message.
func TestKnownErrorsSpeakEveryLanguage(t *testing.T) {
	all := allTexts(t)
	for _, k := range knownErrors() {
		if got := all["en"][k.key]; got != k.err.Error() {
			t.Errorf("%s is %q, the error says %q", k.key, got, k.err)
		}
		for _, lang := range []string{"id", "it"} {
			a := &app{lang: lang, texts: all[lang]}
			got := a.translate(wrapped{k.err})
			if want := "A-1: " + all[lang][k.key] + " (x)"; got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
		}
	}
}

type wrapped struct{ error }

func (w wrapped) Error() string { return "A-1: " + w.error.Error() + " (x)" }
func (w wrapped) Unwrap() error { return w.error }
