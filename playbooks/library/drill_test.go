package library

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/guide"
)

// eachRun runs a check on every playbook that is run by itself.
func eachRun(t *testing.T, check func(t *testing.T, g *guide.Guide)) {
	t.Helper()
	each(t, func(t *testing.T, g *guide.Guide) {
		if g.Playbook.Kind != guide.KindFragment {
			check(t, g)
		}
	})
}

// Every playbook can be practised tomorrow: it brings a story and news that arrive
// in the order in which they stand.
func TestEveryPlaybookBringsADrill(t *testing.T) {
	eachRun(t, func(t *testing.T, g *guide.Guide) {
		d := g.Playbook.Drill
		if d == nil {
			t.Fatal("there is no drill")
		}
		if len(d.Injects) < 3 {
			t.Errorf("%d pieces of news, at least three are wanted", len(d.Injects))
		}
		for _, lang := range append(g.Languages(), "en") {
			scenario := g.Text(lang).Scenario
			if n := strings.Count(scenario+" ", ". "); n < 2 || n > 4 || len(scenario) > 600 {
				t.Errorf("%s: the scenario has %d sentences, %d bytes", lang, n, len(scenario))
			}
		}
		last := time.Duration(0)
		for _, news := range d.Injects {
			due, err := guide.ParseDue(news.At)
			if err != nil || due.Offset <= last {
				t.Errorf("%s at %q, after %s: %v", news.Key, news.At, last, err)
			}
			last = due.Offset
		}
	})
}

// A drill starts with clocks that run: its facts and the opening make a step due.
func TestDrillStartsWithAClock(t *testing.T) {
	eachRun(t, func(t *testing.T, g *guide.Guide) {
		known := []string{"opened"}
		if g.Playbook.Drill != nil {
			for _, f := range g.Playbook.Drill.Facts {
				known = append(known, f.Key)
			}
		}
		for _, step := range guided(g) {
			due, err := guide.ParseDue(step.Due)
			if err == nil && slices.Contains(known, due.Fact) {
				return
			}
		}
		t.Errorf("no step is due by the facts %v", known)
	})
}

// Drills are about nobody: the addresses in them are those reserved for examples.
func TestDrillsNameNobody(t *testing.T) {
	address := regexp.MustCompile(`[A-Za-z0-9-]+\.[A-Za-z]{2,}\b`)
	reserved := regexp.MustCompile(`(^example\.(com|net|org)|\.(example|test|invalid))$`)
	eachRun(t, func(t *testing.T, g *guide.Guide) {
		for _, lang := range append(g.Languages(), "en") {
			text := g.Text(lang)
			said := []string{text.Scenario}
			for _, news := range text.Injects {
				said = append(said, news)
			}
			for _, found := range address.FindAllString(strings.Join(said, "\n"), -1) {
				if !reserved.MatchString(found) {
					t.Errorf("%s: %s is an address that somebody could have", lang, found)
				}
			}
		}
	})
}

// Whoever has to phone somebody finds the number in the book.
func TestCallsPointIntoTheBook(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		for _, step := range guided(g) {
			if slices.Contains(step.Proof.Kinds, "call") && len(step.Book) == 0 {
				t.Errorf("step %s phones somebody and names no register", step.Number)
			}
		}
	})
}
