package library

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/guide"
)

// A line is one piece of text in English and in one other language.
type line struct{ where, english, other string }

// sameWord lists what is spelled alike in English and another language.
func sameWord(s string) bool { return s == "No" }

// lines gives everything a person reads of a playbook, in one language.
func lines(g *guide.Guide, lang string) []line {
	t := g.Playbook.Text[lang]
	all := []line{
		{"name", g.Source.Name, t.Name},
		{"description", g.Source.Description, t.Description},
	}
	for i, s := range g.Playbook.Symptoms {
		other := ""
		if i < len(t.Symptoms) {
			other = t.Symptoms[i]
		}
		all = append(all, line{"symptom", s, other})
	}
	for _, f := range g.Playbook.Facts {
		all = append(all, line{"fact " + f.Key, f.Label, t.Facts[f.Key]})
	}
	if d := g.Playbook.Drill; d != nil {
		all = append(all, line{"scenario", d.Scenario, t.Scenario})
		for _, news := range d.Injects {
			all = append(all, line{"inject " + news.Key, news.Text, t.Injects[news.Key]})
		}
	}
	for _, s := range g.Source.Steps {
		all = append(all, stepLines(g, t.Steps[s.ID], s.ID)...)
	}
	return all
}

func stepLines(g *guide.Guide, t guide.StepText, id string) []line {
	s, step := g.Source.Step(id), g.Step(id)
	all := []line{{id + " name", s.Name, t.Name}, {id + " description", s.Description, t.Description}}
	if step == nil {
		return all
	}
	at := "step " + step.Number + " "
	all = append(all, line{at + "none_because", step.Proof.NoneBecause, t.NoneBecause})
	for _, a := range step.Answers {
		all = append(all, line{at + a.Key, a.Label, t.Answers[a.Key]})
		for _, c := range a.Choices {
			all = append(all, line{at + a.Key + "=" + c.Value, c.Label, t.Choices[a.Key][c.Value]})
		}
	}
	return all
}

func TestTranslationsAreComplete(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		if got := strings.Join(g.Languages(), " "); got != "id it" {
			t.Errorf("languages are %q", got)
		}
		for _, lang := range g.Languages() {
			for _, l := range lines(g, lang) {
				switch {
				case (l.english == "") != (l.other == ""):
					t.Errorf("%s %s: English %q, here %q", lang, l.where, l.english, l.other)
				case l.english != "" && l.english == l.other && !sameWord(l.english):
					t.Errorf("%s %s is still English: %q", lang, l.where, l.other)
				case strings.TrimSpace(l.other) != l.other || strings.Contains(l.other, "  "):
					t.Errorf("%s %s has stray spaces: %q", lang, l.where, l.other)
				}
			}
		}
	})
}

// A name fits one line of the list: one sentence, no full stop, under 90 characters.
func TestNamesFitOneLine(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		for _, s := range g.Source.Steps {
			for _, lang := range append(g.Languages(), "en") {
				name := g.StepText(lang, s.ID).Name
				if utf8.RuneCountInString(name) >= 90 || strings.HasSuffix(name, ".") || strings.Contains(name, ". ") {
					t.Errorf("%s: %q", lang, name)
				}
			}
		}
	})
}

// A description is two to four sentences: enough to act on, short enough to read.
func TestDescriptionsAreShort(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		for s := range guided(g) {
			if s.Description == "" {
				continue
			}
			for _, lang := range append(g.Languages(), "en") {
				text := g.StepText(lang, s.ID).Description
				if n := strings.Count(text+" ", ". "); n < 2 || n > 4 || len(text) > 600 {
					t.Errorf("%s: %d sentences, %d bytes: %q", lang, n, len(text), text)
				}
			}
		}
	})
}
