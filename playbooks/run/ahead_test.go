package run

import (
	"strings"
	"testing"
)

// plan writes what is upcoming: ref, * when next, the gate and branch, ! when only after a failure.
func plan(r *Run) string {
	var words []string
	for _, p := range r.Upcoming() {
		word := p.Ref
		if p.Next {
			word += "*"
		}
		if p.Gate != "" {
			word += "(" + p.Gate + "=" + p.Branch + ")"
		}
		if p.IfFailed {
			word += "!"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestUpcoming(t *testing.T) {
	branching := `
		var __x__ bool
		start s next=a
		action a ok=i fail=f
		action f next=i
		if i cond=__x__ true=b false=c next=w
		action b next=e1
		end e1
		action c next=e2
		end e2
		while w cond=__x__ true=d next=g
		action d next=e3
		end e3
		action g next=e
		end e`
	for _, test := range []struct {
		name, flow, events, want string
	}{
		{"before a condition", branching, "", "4*(3=true) 5*(3=false) 7(6=true) 8 2*!"},
		{"at a decision", branching, "1+", "4*(3=true) 5*(3=false) 7(6=true) 8"},
		{"in a branch", branching, "1+__x__=true", "7*(6=true) 8*"},
		{"in a loop", branching, "1+__x__=true 4+", "8*"},
		{"after all", branching, "1+__x__=false 5+ 8+", ""},
		{"parallel and called", nestedMain, "", "4*"},
		{"the next round of a loop", `
			start s next=w
			while w cond=soon true=a next=e
			action a next=e1
			end e1
			end e`, "1=true 2+", "2#2*(1=true)"},
		{"after a parallel", `
			start s next=p
			parallel p steps=a,c next=z
			action a next=b
			action b next=e1
			end e1
			action c next=e2
			end e2
			action z next=e
			end e`, "", "3* 5"},
		{"both ways to a step", `
			start s next=a
			action a ok=b fail=c
			action b next=c
			action c next=e
			end e`, "", "2* 3*"},
		{"an if that may open nothing", `
			var __x__ bool
			start s next=a
			action a next=i
			if i cond=__x__ true=b next=c
			action b next=e1
			end e1
			action c next=e
			end e`, "", "3*(2=true) 4*"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := begin(t, book(t, "main", test.flow), book(t, "kid", nestedKid))
			play(t, r, test.events)
			if got := plan(r); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestUpcomingLooksIntoCalledPlaybooks(t *testing.T) {
	main := book(t, "main", `
		start s next=a
		action a next=c
		call c do=kid n=0 next=d
		call d do=none n=9 next=e
		end e`)
	r := begin(t, main, book(t, "kid", nestedKid))
	if got, want := plan(r), "0.3*(0.1=true) 0.4*(0.1=true) 9*"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	e, ok := r.Explain("0.3")
	if !ok || e.Ref != "0.1" || e.Branch != "true" || e.Taken || len(e.Values) != 1 || e.Values[0].Value != "2" {
		t.Errorf("explain 0.3: %+v, %v", e, ok)
	}
}

const explained = `
		var __x__ integer
		var __y__ string warm
		start s next=a
		action a next=i
		if i cond=__x__:value>2~OR~__y__='cold' true=b next=w
		action b next=e1
		end e1
		switch w on=__y__:value :warm=c next=e
		action c next=e2
		end e2
		end e`

func TestExplainBeforeTheBranchIsTaken(t *testing.T) {
	r := begin(t, book(t, "main", explained))
	e, ok := r.Explain("3")
	if !ok || e.Ref != "2" || e.Branch != "" || e.Err == nil || e.Condition != "__x__:value>2 OR __y__='cold'" {
		t.Errorf("before the value is known: %+v, %v", e, ok)
	}
	if len(e.Values) != 2 || e.Values[0].Known || e.Values[1] != (Shown{"__y__", "warm", true}) {
		t.Errorf("values %+v", e.Values)
	}
	if _, ok := r.Explain("1"); ok {
		t.Error("an action explained")
	}
	if _, ok := r.Explain("nowhere"); ok {
		t.Error("a step explained that does not exist")
	}
}

func TestExplainAfterwards(t *testing.T) {
	r := begin(t, book(t, "main", explained))
	play(t, r, "1+__x__=3")
	e, ok := r.Explain("2")
	if !ok || !e.Taken || e.Branch != "true" || e.Values[0].Value != "3" {
		t.Errorf("after: %+v", e)
	}
	if e, ok = r.Explain("5"); !ok || e.Ref != "4" || e.Condition != "__y__:value" || e.Branch != "warm" || e.Taken {
		t.Errorf("switch: %+v", e)
	}
}
