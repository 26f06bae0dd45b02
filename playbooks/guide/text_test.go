package guide

import (
	"strings"
	"testing"
)

func TestTextFallsBackToEnglish(t *testing.T) {
	part := strings.Replace(goodPlaybook, `"yes":"Sì",`, ``, 1)
	g, _ := Decode(source(t, part, goodStep, goodSecond))
	if langs := g.Languages(); len(langs) != 1 || langs[0] != "it" {
		t.Errorf("languages %v", langs)
	}
	it, en := g.StepText("it", one), g.StepText("en", one)
	if it.Name != "Chiudi" || it.Choices["leak"]["yes"] != "Yes" || it.Choices["leak"]["no"] != "No" || it.Answers["rows"] != "Righe" {
		t.Errorf("it: %+v", it)
	}
	if en.Name != "Close" || en.Description != "Close the leak." || en.Answers["leak"] != "Is it closed?" {
		t.Errorf("en: %+v", en)
	}
}

func TestTextOfOtherParts(t *testing.T) {
	g, _ := Decode(source(t, goodPlaybook, goodStep, goodSecond))
	if s := g.StepText("it", two); s.NoneBecause != "Solo un promemoria" || s.Description != "" {
		t.Errorf("second: %+v", s)
	}
	if g.Text("it").Symptoms[0] != "Dati in vendita" || g.Text("id").Name != "Leak" || g.Text("id").Facts["cut"] != "Access was cut" {
		t.Errorf("playbook: %+v", g.Text("id"))
	}
	if s := g.StepText("it", "nowhere"); s.Name != "" {
		t.Errorf("a step that is not there: %+v", s)
	}
}
