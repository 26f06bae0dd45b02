package run

import (
	"strings"
	"testing"
)

func TestLabels(t *testing.T) {
	p := book(t, "main", `
		start s next=a n=1
		action a next=b n=3
		action b next=c
		action c next=d n=3
		action d next=f n=no-number
		if f cond=true true=e1 next=e
		end e1
		end e n=5`)
	labels := labelSteps(p)
	var got []string
	for _, s := range p.Steps {
		got = append(got, s.Name+"="+labels[s.ID])
	}
	// The number used twice counts once; what has none takes what is free.
	if s := strings.Join(got, " "); s != "s= a=3 b=1 c=2 d=4 f=5 e1= e=" {
		t.Errorf("labels %s", s)
	}
}

func TestRefs(t *testing.T) {
	for _, test := range []struct {
		frame Frame
		want  string
	}{
		{Frame{}, "4"},
		{Frame{Prefix: "0."}, "0.4"},
		{Frame{Loop: []int{1}}, "4"},
		{Frame{Loop: []int{1, 1}}, "4"},
		{Frame{Loop: []int{2}}, "4#2"},
		{Frame{Loop: []int{1, 2}}, "4#1.2"},
		{Frame{Loop: []int{2, 1}}, "4#2.1"},
		{Frame{Prefix: "0#2.", Loop: []int{3}}, "0#2.4#3"},
	} {
		if got := test.frame.refOf("4"); got != test.want {
			t.Errorf("%+v: %s, want %s", test.frame, got, test.want)
		}
	}
}

func TestHumanSteps(t *testing.T) {
	r := begin(t, book(t, "main", `
		var __x__ bool
		start s next=p
		parallel p steps=a,b,c next=e
		action a next=e1
		end e1
		if b cond=__x__ true=e2 next=e3
		end e2
		end e3
		call c do=none next=e4
		end e4
		end e`))
	var got []string
	for _, s := range r.Steps() {
		if r.Human(s.Ref) {
			got = append(got, s.Ref)
		}
	}
	if s := strings.Join(got, " "); s != "2 3 4" || r.Human("9") {
		t.Errorf("for a person: %s", s)
	}
}
