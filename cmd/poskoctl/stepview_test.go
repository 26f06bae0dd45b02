package main

import (
	"slices"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/instant"
)

func mustParse(t *testing.T, text string) instant.Instant {
	t.Helper()
	at, err := instant.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestStepsByUrgency(t *testing.T) {
	steps := []cases.StepView{
		{Ref: "upcoming", Status: cases.StatusUpcoming, Due: mustParse(t, "2026-11-20T00:00Z")},
		{Ref: "done", Status: "done", Due: mustParse(t, "2026-11-20T00:00Z")},
		{Ref: "no deadline", Status: "open"},
		{Ref: "also none", Status: "in-work"},
		{Ref: "late", Status: "open", Due: mustParse(t, "2026-11-22T10:00+07:00")},
		{Ref: "later", Status: "in-work", Due: mustParse(t, "2026-11-22T04:00Z")},
		{Ref: "halted", Status: "failed", Halted: true, Due: mustParse(t, "2026-11-21T00:00Z")},
		{Ref: "skipped", Status: "skipped"},
	}
	byUrgency(steps)
	var got []string
	for _, s := range steps {
		got = append(got, s.Ref)
	}
	want := []string{"halted", "late", "later", "no deadline", "also none", "done", "skipped", "upcoming"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What was entered with a zone keeps it; what came without one is shown on this
// machine's clock.
func TestSecondsKeepsTheZoneThatWasEntered(t *testing.T) {
	here := time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC).Local().Format(time.RFC3339)
	for typed, want := range map[string]string{
		"2026-11-21T14:00+07:00":                     "2026-11-21T14:00:00+07:00",
		"2026-11-21T07:00Z[Atlantic/Reykjavik]":      "2026-11-21T07:00:00Z",
		"2026-11-21T08:00:00.125+01:00[Europe/Rome]": "2026-11-21T08:00:00+01:00",
		"2026-11-21T07:00Z":                          here,
		"2026-11-21T07:00:00.999999Z":                here,
	} {
		if got := seconds(mustParse(t, typed)); got != want {
			t.Errorf("%s: %s, want %s", typed, got, want)
		}
	}
}

func TestRecordedAnswersHaveLabels(t *testing.T) {
	a := &app{lang: "en"}
	for name, c := range map[string]struct {
		field cases.AnswerView
		value string
		want  string
	}{
		"choice":         {cases.AnswerView{Type: "choice", Choices: []cases.ChoiceView{{Value: "x", Label: "By phone"}}}, "x", "By phone"},
		"unknown choice": {cases.AnswerView{Type: "choice", Choices: []cases.ChoiceView{{Value: "x", Label: "By phone"}}}, "y", "y"},
		"yes":            {cases.AnswerView{Type: "bool"}, "true", "yes"},
		"no":             {cases.AnswerView{Type: "bool"}, "false", "no"},
		"instant":        {cases.AnswerView{Type: "instant"}, "2026-11-21T14:00:00+07:00", "2026-11-21T14:00:00+07:00"},
		"text":           {cases.AnswerView{Type: "text"}, "true", "true"},
	} {
		if got := a.answerText(c.field, c.value); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
