package guide

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckAnswer(t *testing.T) {
	choices := []Choice{{"yes", "Yes"}, {"unknown", "Not known"}}
	for _, test := range []struct{ kind, raw, want string }{
		{TypeText, "  a note \n", "a note"},
		{TypeText, "", ""},
		{TypeLines, "a\r\n\n  b\n", "a\nb"},
		{TypeBool, "Yes", "true"},
		{TypeBool, "tidak", "false"},
		{TypeBool, "sì", "true"},
		{TypeChoice, "unknown", "unknown"},
		{TypeChoice, "not known", "unknown"},
		{TypeChoice, "YES", "yes"},
		{TypeInteger, "+0012", "12"},
		{TypeNumber, "2.50", "2.5"},
		{TypeNumber, "-7", "-7"},
		{TypeRange, "100-250", "100-250"},
		{TypeRange, "100 – 250", "100-250"},
		{TypeRange, "007..9", "7-9"},
		{TypeRange, "40", "40-40"},
		{TypeInstant, "2026-11-21T14:02+01:00[Europe/Rome]", "2026-11-21T14:02:00+01:00[Europe/Rome]"},
		{TypeInstant, "2026-11-21T14:02:03Z", "2026-11-21T14:02:03Z"},
	} {
		got, err := CheckAnswer(&Answer{Key: "k", Type: test.kind, Choices: choices}, test.raw)
		if err != nil || got != test.want {
			t.Errorf("%s %q: %q, %v; want %q", test.kind, test.raw, got, err, test.want)
			continue
		}
		if again, err := CheckAnswer(&Answer{Key: "k", Type: test.kind, Choices: choices}, got); err != nil || again != got {
			t.Errorf("%s: the canonical %q is read as %q, %v", test.kind, got, again, err)
		}
	}
}

func TestCheckAnswerSaysWhatToType(t *testing.T) {
	choices := []Choice{{"yes", "Yes"}, {"unknown", "Not known"}}
	for _, test := range []struct{ kind, raw, want string }{
		{TypeText, " \n ", "required"},
		{TypeText, strings.Repeat("x", maxAnswer+1), "64 KiB"},
		{TypeText, "a\x00b", "UTF-8"},
		{TypeText, "a\xff", "UTF-8"},
		{TypeBool, "maybe", "yes or no"},
		{TypeChoice, "no", "yes, unknown"},
		{TypeInteger, "-3", "zero or more"},
		{TypeInteger, "1.000", "whole number"},
		{TypeInteger, "99999999999999999999", "whole number"},
		{TypeNumber, "2,5", "with a dot"},
		{TypeNumber, "NaN", "with a dot"},
		{TypeNumber, "1e9", "with a dot"},
		{TypeRange, "250-100", "smaller number first"},
		{TypeRange, "some", "100-250"},
		{TypeInstant, "yesterday", "2026-11-21T14:02+01:00"},
		{TypeInstant, "2026-11-21 14:02", "2026-11-21T14:02+01:00"},
		{"colour", "red", "does not know"},
	} {
		_, err := CheckAnswer(&Answer{Key: "k", Type: test.kind, Required: true, Choices: choices}, test.raw)
		if !errors.Is(err, ErrAnswer) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "answer k") {
			t.Errorf("%s %.20q: %v, want %q", test.kind, test.raw, err, test.want)
		}
	}
}

func TestSetsFact(t *testing.T) {
	for _, test := range []struct {
		answer Answer
		value  string
		want   FactSource
	}{
		{Answer{Type: TypeInstant, Fact: "aware"}, "2026-11-21T14:02:00Z", FactFromValue},
		{Answer{Type: TypeInstant, Fact: "aware"}, "", NoFact},
		{Answer{Type: TypeInstant}, "2026-11-21T14:02:00Z", NoFact},
		{Answer{Type: TypeChoice, Fact: "suspected", When: []string{"yes", "unknown"}}, "unknown", FactFromEvent},
		{Answer{Type: TypeChoice, Fact: "suspected", When: []string{"yes", "unknown"}}, "no", NoFact},
		{Answer{Type: TypeBool, Fact: "cut", When: []string{"true"}}, "true", FactFromEvent},
	} {
		if got := test.answer.SetsFact(test.value); got != test.want {
			t.Errorf("%+v %q: %v", test.answer, test.value, got)
		}
	}
}

func FuzzCheckAnswer(f *testing.F) {
	for i, raw := range []string{"a", "a\nb", "ya", "yes", "-12", "3.25", "1-2", "2026-11-21T14:02+01:00[Europe/Rome]"} {
		f.Add(i, raw)
	}
	f.Fuzz(func(t *testing.T, kind int, raw string) {
		types := AnswerTypes()
		a := &Answer{Key: "k", Type: types[uint(kind)%uint(len(types))], Choices: []Choice{{"yes", "Yes"}}}
		got, err := CheckAnswer(a, raw)
		if err != nil {
			return
		}
		if again, err := CheckAnswer(a, got); err != nil || again != got {
			t.Fatalf("%s: %q is canonical for %q, but reads as %q, %v", a.Type, got, raw, again, err)
		}
	})
}
