package run

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
)

func stateText(t testing.TB, r *Run) string {
	t.Helper()
	text, err := json.Marshal(r.State())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestConflictsChangeNothing(t *testing.T) {
	p := book(t, "main", `
		var __n__ integer
		var __b__ bool
		var __f__ float
		var __c__ string x constant
		start s next=p
		parallel p steps=a,i,h next=e
		action a next=e1
		action h ok=e3
		if i cond=__b__ true=e2 next=e4
		end e1
		end e2
		end e3
		end e4
		end e`)
	for _, test := range []struct {
		before string
		event  Event
		want   error
	}{
		{"", Complete{Ref: "9", Outcome: Done}, ErrNoStep},
		{"", StartStep{Ref: ""}, ErrNoStep},
		{"2>", StartStep{Ref: "2"}, ErrStatus},
		{"2+", StartStep{Ref: "2"}, ErrStatus},
		{"2+", Complete{Ref: "2", Outcome: Done}, ErrStatus},
		{"2s", Complete{Ref: "2", Outcome: Failed}, ErrStatus},
		{"", StartStep{Ref: "1"}, ErrStatus},
		{"", StartStep{Ref: "4"}, ErrStatus},
		{"", Complete{Ref: "1", Outcome: Done}, ErrOutcome},
		{"", Complete{Ref: "4", Outcome: Failed}, ErrOutcome},
		{"", Complete{Ref: "2", Outcome: Open}, ErrOutcome},
		{"", Complete{Ref: "2", Outcome: "perfect"}, ErrOutcome},
		{"", Complete{Ref: "2", Outcome: Skipped, Vars: map[string]string{"__n__": "1"}}, ErrVariable},
		{"", Complete{Ref: "2", Outcome: Done, Vars: map[string]string{"__zz__": "1"}}, ErrVariable},
		{"", Complete{Ref: "2", Outcome: Done, Vars: map[string]string{"__c__": "y"}}, ErrVariable},
		{"", Complete{Ref: "2", Outcome: Done, Vars: map[string]string{"__n__": "1.5"}}, ErrVariable},
		{"", Complete{Ref: "2", Outcome: Done, Vars: map[string]string{"__b__": "maybe"}}, ErrVariable},
		{"", Complete{Ref: "2", Outcome: Done, Vars: map[string]string{"__f__": "1,5"}}, ErrVariable},
		{"", Complete{Ref: "2", Outcome: Done, Vars: map[string]string{"__n__": strings.Repeat("1", MaxValue+1)}}, ErrVariable},
		{"", Decide{Ref: "2", Branch: "true", Reason: "x"}, ErrStatus},
		{"", Decide{Ref: "4", Branch: "perhaps", Reason: "x"}, ErrBranch},
		{"", Decide{Ref: "4", Branch: "true", Reason: " "}, ErrReason},
		{"4=true", Decide{Ref: "4", Branch: "false", Reason: "x"}, ErrStatus},
		{"", Reopen{Ref: "2"}, ErrStatus},
		{"3-", Complete{Ref: "3", Outcome: Done}, ErrOutcome},
		{"3-", StartStep{Ref: "3"}, ErrStatus},
		{"1s", Complete{Ref: "2", Outcome: Done}, ErrStatus},
		{"2+ 3+ 4=true", Reopen{Ref: "4"}, ErrStatus},
	} {
		r := begin(t, p)
		play(t, r, test.before)
		before := stateText(t, r)
		if err := r.Can(test.event); !errors.Is(err, test.want) {
			t.Errorf("%q %+v: can %v, want %v", test.before, test.event, err, test.want)
		}
		if c := r.Apply(test.event); c == nil || !errors.Is(c, test.want) || c.Error() == "" {
			t.Errorf("%q %+v: apply %v, want %v", test.before, test.event, c, test.want)
		}
		if after := stateText(t, r); after != before {
			t.Errorf("%q %+v changed the state\n%s\n%s", test.before, test.event, before, after)
		}
	}
}

func TestStepVariablesStayWithTheStep(t *testing.T) {
	r := begin(t, book(t, "main", `
		var __x__ string old
		start s next=a
		action a own=__x__ next=b
		action b next=e
		end e`))
	play(t, r, "1+__x__=new")
	if own, outer := r.Expand("1", "__x__:value"), r.Expand("2", "__x__:value"); own != "new" || outer != "old" {
		t.Errorf("in the step %s, after it %s", own, outer)
	}
}

func TestChoices(t *testing.T) {
	r := begin(t, book(t, "main", `
		var __x__ string
		start s next=w
		switch w on=__x__ :high=e1 :low=e2 next=e
		end e1
		end e2
		end e`))
	if got := strings.Join(r.Choices("1"), " "); got != "high low none" {
		t.Errorf("choices %q", got)
	}
	play(t, r, "1=low")
	if r.Choices("1") != nil || r.Choices("5") != nil {
		t.Error("choices where nothing is to be decided")
	}
}

func TestLoadTakesTheRunUpAgain(t *testing.T) {
	main, kid := book(t, "main", nestedMain), book(t, "kid", nestedKid)
	find := func(hash string) *cacao.Playbook {
		return map[string]*cacao.Playbook{main.Hash(): main, kid.Hash(): kid}[hash]
	}
	r := begin(t, main, kid)
	play(t, r, "2.3>")
	var stored State
	if err := json.Unmarshal([]byte(stateText(t, r)), &stored); err != nil {
		t.Fatal(err)
	}
	again, err := Load(stored, find)
	if err != nil {
		t.Fatal(err)
	}
	play(t, again, "2.3+__left__=0 2.4+")
	if show(r) == show(again) {
		t.Error("the copy shares its state with the original")
	}
	play(t, r, "2.3+__left__=0 2.4+")
	if stateText(t, r) != stateText(t, again) {
		t.Errorf("\n%s\n%s", stateText(t, r), stateText(t, again))
	}
	for name, spoil := range map[string]func(*State){
		"another playbook": func(s *State) { s.Main = strings.Repeat("0", 64) },
		"scope":            func(s *State) { s.Scopes[0].Playbook = "x" },
		"frame's scope":    func(s *State) { s.Frames[1].Scope = 99 },
		"frame's owner":    func(s *State) { s.Frames[1].Owner = 99 },
		"frames in a ring": func(s *State) { s.Steps[s.Frames[1].Owner].Frame = 1 },
		"step's frame":     func(s *State) { s.Steps[0].Frame = -1 },
		"step":             func(s *State) { s.Steps[0].Step = "action--x" },
	} {
		bad := r.State()
		spoil(&bad)
		if _, err := Load(bad, find); !errors.Is(err, ErrState) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSkippingAroundNamesTheStepAndTheReason(t *testing.T) {
	r := begin(t, book(t, "main", nestedMain), book(t, "kid", nestedKid))
	play(t, r, "2.3+")
	if c := r.Apply(Complete{Ref: "2", Outcome: NotApplicable, Reason: "no such host"}); c != nil {
		t.Fatal(c)
	}
	inner, _ := r.Step("2.4")
	if inner.Status != Skipped || inner.With != "2" || inner.Reason != "no such host" {
		t.Errorf("open inside: %+v", inner)
	}
	if before, _ := r.Step("2.3"); before.Status != Done || before.With != "" {
		t.Errorf("done before: %+v", before)
	}
}

// A person corrects an outcome; what followed the first one stays.
func TestReopenedStepGetsAnotherOutcomeAndNothingMoves(t *testing.T) {
	r := begin(t, book(t, "main", `
		start s next=a
		action a next=b
		action b next=e
		end e`))
	play(t, r, "1+")
	before := len(r.Steps())
	for _, e := range []Event{Reopen{Ref: "1", Reason: "typed too fast"}, Complete{Ref: "1", Outcome: Failed, Reason: "it did not work"}} {
		if c := r.Apply(e); c != nil {
			t.Fatal(c)
		}
	}
	if i, _ := r.Step("1"); i.Status != Failed || i.Again {
		t.Errorf("step 1 is %+v", i)
	}
	if got := len(r.Steps()); got != before {
		t.Errorf("%d steps reached, %d before the correction", got, before)
	}
}
