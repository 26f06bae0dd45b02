package main

import "testing"

func TestReference(t *testing.T) {
	for typed, want := range map[string]string{
		"e1/3": "E1/3", " E1 ": "E1", "r1.00.4": "R1.00.4", "R1-2BAC.4": "R1-2bac.4", "e2-2bac/1": "E2-2bac/1", "r1.4#2": "R1.4#2", "n3-b3f1": "N3-b3f1",
	} {
		if got := reference(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
