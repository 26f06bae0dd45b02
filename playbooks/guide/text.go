package guide

import (
	"maps"
	"slices"

	"github.com/posko-ir/posko/playbooks/cacao"
)

// Languages lists the languages the playbook is in beside English, sorted.
func (g *Guide) Languages() []string { return slices.Sorted(maps.Keys(g.Playbook.Text)) }

// Text returns the playbook's own text in a language, in English where the
// language is silent. Steps is left out; see [Guide.StepText].
func (g *Guide) Text(lang string) Text {
	other := g.Playbook.Text[lang]
	t := Text{
		Name:        either(other.Name, g.Source.Name),
		Description: either(other.Description, g.Source.Description),
		Symptoms:    slices.Clone(g.Playbook.Symptoms),
		Facts:       map[string]string{},
		Injects:     map[string]string{},
	}
	for i := range t.Symptoms {
		if i < len(other.Symptoms) {
			t.Symptoms[i] = either(other.Symptoms[i], t.Symptoms[i])
		}
	}
	for _, f := range g.Playbook.Facts {
		t.Facts[f.Key] = either(other.Facts[f.Key], f.Label)
	}
	if d := g.Playbook.Drill; d != nil {
		t.Scenario = either(other.Scenario, d.Scenario)
		for _, news := range d.Injects {
			t.Injects[news.Key] = either(other.Injects[news.Key], news.Text)
		}
	}
	return t
}

// StepText returns the text of a step in a language, in English where the
// language is silent. Every answer and every choice has a label.
func (g *Guide) StepText(lang, stepID string) StepText {
	other := g.Playbook.Text[lang].Steps[stepID]
	t := StepText{Name: other.Name, Description: other.Description}
	if s := g.Source.Step(stepID); s != nil {
		t.Name, t.Description = either(t.Name, s.Name), either(t.Description, s.Description)
	}
	step := g.steps[stepID]
	if step == nil {
		return t
	}
	if step.Proof != nil && step.Proof.NoneBecause != "" {
		t.NoneBecause = either(other.NoneBecause, step.Proof.NoneBecause)
	}
	t.Answers, t.Choices = map[string]string{}, map[string]map[string]string{}
	for _, a := range step.Answers {
		t.Answers[a.Key] = either(other.Answers[a.Key], a.Label)
		if len(a.Choices) == 0 {
			continue
		}
		t.Choices[a.Key] = map[string]string{}
		for _, c := range a.Choices {
			t.Choices[a.Key][c.Value] = either(other.Choices[a.Key][c.Value], c.Label)
		}
	}
	return t
}

func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// checkText notes what a language leaves in English and what it says about
// things that are not there.
func checkText(g *Guide, r *cacao.Reader, lang string) {
	t := g.Playbook.Text[lang]
	c := textChecker{reader: r, lang: lang, path: PlaybookPath() + "/text/" + lang}
	if !matches(lang, 2, lower, lower) || len(lang) != 2 {
		r.Errorf(c.path, "guide-text", "name the language by two letters")
	}
	c.pair("/name", t.Name, g.Source.Name)
	c.pair("/description", t.Description, g.Source.Description)
	if len(t.Symptoms) != len(g.Playbook.Symptoms) {
		r.Warnf(c.path+"/symptoms", "guide-text", "translate each of the %d symptoms in order", len(g.Playbook.Symptoms))
	}
	facts := map[string]string{}
	for _, f := range g.Playbook.Facts {
		facts[f.Key] = f.Label
	}
	c.labels("/facts", t.Facts, facts)
	english := g.Text("")
	c.pair("/scenario", t.Scenario, english.Scenario)
	c.labels("/injects", t.Injects, english.Injects)
	for _, id := range slices.Sorted(maps.Keys(t.Steps)) {
		if g.Source.Step(id) == nil {
			r.Warnf(cacao.Child(c.path+"/steps", id), "guide-text", "there is no such step; remove the text")
		}
	}
	for _, s := range g.Source.Steps {
		c.step(s.ID, t.Steps[s.ID], g.StepText("", s.ID), g.steps[s.ID] != nil)
	}
}

type textChecker struct {
	reader *cacao.Reader
	lang   string
	path   string
}

func (c textChecker) step(id string, t, english StepText, guided bool) {
	at := "/steps/" + id
	if !guided {
		return // start, end and conditions are seldom shown
	}
	c.pair(at+"/name", t.Name, english.Name)
	c.pair(at+"/description", t.Description, english.Description)
	c.pair(at+"/none_because", t.NoneBecause, english.NoneBecause)
	c.labels(at+"/answers", t.Answers, english.Answers)
	for _, key := range slices.Sorted(maps.Keys(english.Choices)) {
		c.labels(at+"/choices/"+key, t.Choices[key], english.Choices[key])
	}
}

func (c textChecker) pair(at, text, english string) {
	switch {
	case text == "" && english != "":
		c.reader.Warnf(c.path+at, "guide-text", "translate this into %q", c.lang)
	case text != "" && english == "":
		c.reader.Warnf(c.path+at, "guide-text", "there is no English text for this; add it or remove the translation")
	}
}

func (c textChecker) labels(at string, texts, english map[string]string) {
	keys := slices.Collect(maps.Keys(texts))
	keys = slices.AppendSeq(keys, maps.Keys(english))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		c.pair(at+"/"+key, texts[key], english[key])
	}
}
