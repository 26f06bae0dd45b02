package cases

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/guide"
)

var placeholder = regexp.MustCompile(`\{\d\}`)

func TestTextsAreCompleteInThreeLanguages(t *testing.T) {
	if len(texts()) < 100 {
		t.Fatal("texts.json was not read")
	}
	for key, entry := range texts() {
		want := placeholders(entry["en"])
		for _, lang := range []string{"en", "id", "it"} {
			if strings.TrimSpace(entry[lang]) == "" {
				t.Errorf("%s has no %s text", key, lang)
			}
			if got := placeholders(entry[lang]); !slices.Equal(got, want) {
				t.Errorf("%s in %s has placeholders %v, want %v", key, lang, got, want)
			}
		}
		if len(entry) != 3 {
			t.Errorf("%s has other languages", key)
		}
		if group, rule, _ := strings.Cut(key, "."); group == "hint" && texts()["refuse."+rule] == nil {
			t.Errorf("%s belongs to no refusal", key)
		}
	}
}

func placeholders(s string) []string {
	found := placeholder.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// named lists the keys that a source names, by what it names them with.
func named(source string) []string {
	uses := map[string]*regexp.Regexp{
		"refuse.": regexp.MustCompile(`refuse\("([a-z0-9-]+[a-z0-9])"`),
		"":        regexp.MustCompile(`"((?:row|block)\.[a-z0-9-]+)"`),
		"word.":   regexp.MustCompile(`word\("([a-z]+)"\)|in\.(?:line|maybeLine|text|maybeText|oneOf)\("([a-z]+)"`),
	}
	var keys []string
	for prefix, use := range uses {
		for _, m := range use.FindAllStringSubmatch(source, -1) {
			keys = append(keys, prefix+strings.Join(m[1:], ""))
		}
	}
	return keys
}

// Every key that the code names is there, and every key there is named.
func TestTextsAreUsed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no sources", err)
	}
	used := []string{"refuse.unreadable"} // only ever a conflict
	for _, typ := range IndicatorTypes() {
		used = append(used, "refuse.indicator-"+typ)
	}
	given, items := guide.ProofKinds()
	for _, list := range [][]string{
		given, items, Kinds(), Severities(), AssetTypes(), IndicatorTypes(), CustodyActions(), MoveActions(), ThingStates(),
		{HandedOver},
		{StateOpen, StateContained, StateClosed},
	} {
		for _, w := range list {
			used = append(used, "word."+w)
		}
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") {
			used = append(used, named(string(source))...)
		}
	}
	for _, key := range used {
		if texts()[key] == nil {
			t.Errorf("%s has no text", key)
		}
	}
	for key := range texts() {
		group, _, _ := strings.Cut(key, ".")
		if slices.Contains([]string{"refuse", "row", "block"}, group) && !slices.Contains(used, key) {
			t.Errorf("%s is not used", key)
		}
	}
}
