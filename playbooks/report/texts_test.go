package report

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/run"
)

func TestTextsAreCompleteInThreeLanguages(t *testing.T) {
	var table map[string]map[string]string
	dec := json.NewDecoder(bytes.NewReader(textsJSON))
	if err := dec.Decode(&table); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(textsJSON, []byte(`{"en": `)); n != len(table) {
		t.Errorf("%d lines for %d keys: one is there twice", n, len(table))
	}
	placeholder := regexp.MustCompile(`\{\d\}|%d`)
	for key, forms := range table {
		if len(forms) != 3 {
			t.Errorf("%s is in %d languages, want 3", key, len(forms))
		}
		want := placeholder.FindAllString(forms["en"], -1)
		slices.Sort(want)
		for _, lang := range []string{"en", "id", "it"} {
			if strings.TrimSpace(forms[lang]) == "" {
				t.Errorf("%s is empty in %s", key, lang)
			}
			got := placeholder.FindAllString(forms[lang], -1)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s has the places %v in %s, %v in English", key, got, lang, want)
			}
		}
	}
}

// source is what the code of this package says about texts: all its string
// literals, the keys it says, and the lists it takes words from.
type source struct{ literals, keys, lists map[string]bool }

func readSource(t *testing.T) source {
	t.Helper()
	src := source{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, data, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, src.see)
	}
	return src
}

func (src source) see(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BasicLit:
		if text, ok := literal(n); ok {
			src.literals[text] = true
		}
	case *ast.CallExpr:
		selector, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) == 0 {
			break
		}
		for _, arg := range n.Args[:min(2, len(n.Args))] {
			text, ok := literal(arg)
			switch {
			case !ok:
			case selector.Sel.Name == "say", selector.Sel.Name == "when", selector.Sel.Name == "count":
				src.keys[text] = true
			case selector.Sel.Name == "word":
				src.lists[text] = true
			case selector.Sel.Name == "things":
				src.lists[text] = true
			}
		}
	}
	return true
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func TestEveryTextIsUsedAndEveryUsedTextIsThere(t *testing.T) {
	src := readSource(t)
	for key := range src.keys {
		if texts()[key] == nil {
			t.Errorf("the code says %q, which has no text", key)
		}
	}
	for key := range texts() {
		list, _, _ := strings.Cut(key, ".")
		if !src.literals[key] && !src.lists[list] {
			t.Errorf("nothing says %q", key)
		}
	}
	if len(src.keys) < 50 || len(src.lists) < 10 {
		t.Errorf("found only %d keys and %d lists; does this test still read the code?", len(src.keys), len(src.lists))
	}
}

func TestEveryValueOfAClosedListHasAWord(t *testing.T) {
	statuses := []string{cases.StatusUpcoming, statusHalted}
	for _, s := range []run.Status{run.Waiting, run.Open, run.InWork, run.Done, run.Failed, run.Skipped, run.NotApplicable} {
		statuses = append(statuses, string(s))
	}
	given, items := guide.ProofKinds()
	for list, values := range map[string][]string{
		"kind": cases.Kinds(), "severity": cases.Severities(), "tlp": cases.TLPs(),
		"state":     {cases.StateOpen, cases.StateContained, cases.StateClosed},
		"change":    {"title", "severity", "tlp", "contained", "closed", "reopened"},
		"role":      guide.Roles(),
		"lane":      guide.Lanes(),
		"status":    statuses,
		"task":      {cases.TaskOpen, cases.TaskDone, cases.TaskDropped},
		"indicator": cases.IndicatorTypes(), "asset": cases.AssetTypes(),
		"action":    slices.Concat(cases.CustodyActions(), cases.MoveActions(), []string{cases.HandedOver}),
		"condition": cases.ThingStates(),
		"checked":   {CheckedOK, CheckedFailed, CheckedNo},
		"course":    {courseCondition, courseFailure},
		"proof":     append(given, items...),
	} {
		for _, value := range values {
			if texts()[list+"."+value] == nil {
				t.Errorf("no word for %s.%s", list, value)
			}
		}
	}
}

func TestSayShowsAGap(t *testing.T) {
	if got := speak("en").say("no.such.key"); got != "no.such.key" {
		t.Errorf("got %q", got)
	}
	if got := speak("xx").say("none"); got != texts()["none"]["en"] {
		t.Errorf("an unknown language gives %q, want English", got)
	}
	if got := speak("it").word("role", "newer-role"); got != "newer-role" {
		t.Errorf("an unknown word gives %q", got)
	}
	if got := speak("en").say("due.missing", "{1}", "x"); !strings.Contains(got, "{1}") {
		t.Errorf("an argument was taken for a place: %q", got)
	}
}
