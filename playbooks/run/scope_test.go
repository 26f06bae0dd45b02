package run

import (
	"errors"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/stix"
)

const variablesMain = `
	var __in__ string fromcaller
	var __shared__ string fromcaller
	var __fixed__ string fromcaller
	var __private__ string fromcaller
	var __back__ integer 1
	var __kept__ string before constant
	start s next=c
	call c do=kid in=__in__,__fixed__,__ghost__ out=__back__,__kept__,__only__ next=a
	action a next=e
	end e`

const variablesKid = `
	var __in__ string own
	var __shared__ string own external
	var __fixed__ string own constant
	var __private__ string own
	var __back__ string none
	var __kept__ string after
	var __only__ string x
	start s next=a
	action a next=e
	end e`

func TestWhatACalledPlaybookSees(t *testing.T) {
	r := begin(t, book(t, "main", variablesMain), book(t, "kid", variablesKid))
	got := r.Expand("1.1", "__in__:value __shared__:value __fixed__:value __private__:value __ghost__:value")
	if got != "fromcaller fromcaller own own __ghost__:value" {
		t.Errorf("inside: %s", got)
	}
}

func TestWhatComesBack(t *testing.T) {
	for value, want := range map[string]string{
		"7":     "7 before fromcaller __only__:value", // a constant stays, what is not declared is dropped
		"seven": "1 before fromcaller __only__:value", // an integer cannot become text
	} {
		r := begin(t, book(t, "main", variablesMain), book(t, "kid", variablesKid))
		play(t, r, "1.1+__back__="+value)
		if got := r.Expand("2", "__back__:value __kept__:value __private__:value __only__:value"); got != want {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
	}
}

func TestExpandLeavesOtherTextAlone(t *testing.T) {
	r := begin(t, book(t, "main", "var __a__ string x\nvar __n__ string\nstart s next=a\naction a next=e\nend e"))
	for text, want := range map[string]string{
		"":                             "",
		"no variable":                  "no variable",
		"__a__":                        "__a__",
		"__a__:value__a__:value":       "xx",
		"__n__:value and __z__:value":  "__n__:value and __z__:value",
		"python __init__ __a__:value.": "python __init__ x.",
	} {
		if got := r.Expand("1", text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := r.Expand("nowhere", "__a__:value"); got != "__a__:value" {
		t.Errorf("at a step that is not there: %q", got)
	}
}

func TestCheckValue(t *testing.T) {
	for _, test := range []struct {
		kind, value string
		ok          bool
	}{
		{"bool", "true", true},
		{"bool", "False", true},
		{"bool", "yes", false},
		{"bool", "", false},
		{"integer", "-5", true},
		{"integer", "5.0", false},
		{"long", "99999999999999999999", false},
		{"float", "5", true},
		{"float", "5,0", false},
		{"string", "", true},
		{"ipv4-addr", "not judged", true},
		{"string", strings.Repeat("x", MaxValue), true},
		{"string", strings.Repeat("x", MaxValue+1), false},
	} {
		if err := checkValue(test.kind, test.value); (err == nil) != test.ok {
			t.Errorf("%s %.20q: %v", test.kind, test.value, err)
		}
	}
}

func TestEvaluateNamesTheBranchOrTheReason(t *testing.T) {
	p := book(t, "main", `
		var __x__ integer 2
		var __n__ integer
		start s next=a
		if a cond=__x__:value=2 true=e1 next=b
		if b cond=__n__:value=2 true=e2 next=c
		if c cond=two true=e3 next=d
		switch d on=__x__:value :2=e4 :default=e6 next=f
		switch f on=__n__ :2=e5 next=e
		end e1
		end e2
		end e3
		end e4
		end e5
		end e6
		end e`)
	for _, test := range []struct {
		kind, name, want string
		err              error
	}{
		{"if-condition", "a", "true", nil},
		{"if-condition", "b", "", stix.ErrUndefined},
		{"if-condition", "c", "", stix.ErrSyntax},
		{"switch-condition", "d", "2", nil},
		{"switch-condition", "f", "", stix.ErrUndefined},
	} {
		step := p.Step(stepID(test.kind, test.name))
		got, err := evaluate(step, lookupIn(p, startValues(p), step))
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}
