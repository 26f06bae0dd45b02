package run

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
)

// act chooses an event by two numbers: mostly one that may fit, sometimes none.
func act(r *Run, which, what int) Event {
	steps := r.Steps()
	ref := "none"
	if len(steps) > 0 {
		ref = steps[which%len(steps)].Ref
	}
	switch what % 9 {
	case 0:
		return StartStep{Ref: ref}
	case 1:
		return Complete{Ref: ref, Outcome: Failed, Reason: "x"}
	case 2:
		return Complete{Ref: ref, Outcome: Skipped, Reason: "x"}
	case 3:
		return Decide{Ref: ref, Branch: []string{"true", "false", "high", NoBranch}[what/9%4], Reason: "x"}
	case 4:
		return Reopen{Ref: ref}
	case 5:
		return Complete{Ref: ref, Outcome: Done, Vars: map[string]string{"__left__": []string{"0", "1", "x"}[what/9%3]}}
	}
	return Complete{Ref: ref, Outcome: Done}
}

// mixed holds every step type, a halt, and a decision.
const mixed = `
	var __left__ integer 1
	var __open__ string
	start s next=p
	parallel p steps=c,i,w,h next=z
	call c do=kid out=__left__ next=e1
	end e1
	if i cond=__left__:value>0~AND~__open__='x' true=a false=b next=e2
	end e2
	action a next=e3
	end e3
	action b next=e4
	end e4
	switch w on=__open__ :high=d next=e5
	end e5
	action d next=e6
	end e6
	action h ok=e7
	end e7
	action z next=e
	end e`

func TestReplayGivesTheSameStateAndEveryRunCanEnd(t *testing.T) {
	main, kid := book(t, "main", mixed), book(t, "kid", nestedKid)
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 1))
		r, again := begin(t, main, kid), begin(t, main, kid)
		var applied []Event
		for range 60 {
			e := act(r, rng.IntN(1000), rng.IntN(1000))
			can, before := r.Can(e), show(r)
			c := r.Apply(e)
			if (can == nil) != (c == nil) || c != nil && show(r) != before {
				t.Fatalf("seed %d: can %v, apply %v", seed, can, c)
			}
			if c == nil {
				applied = append(applied, e)
			}
		}
		for _, e := range applied {
			if c := again.Apply(e); c != nil {
				t.Fatalf("seed %d: replay of %+v: %v", seed, e, c)
			}
		}
		if stateText(t, r) != stateText(t, again) {
			t.Fatalf("seed %d: replay gives another state", seed)
		}
		finishByHand(t, r)
	}
}

// finishByHand skips the outermost step that is not finished, again and again.
// Until the run ends, something must wait for a person, and skipping must be possible.
func finishByHand(t testing.TB, r *Run) {
	t.Helper()
	for range 20 {
		if r.Done() {
			return
		}
		first, waits := "", false
		for _, s := range r.Steps() {
			if s.live() && first == "" {
				first = s.Ref
			}
			waits = waits || s.live() && s.Status != Waiting
		}
		if !waits {
			t.Fatalf("nothing waits for a person and the run has not ended: %s", show(r))
		}
		if c := r.Apply(Complete{Ref: first, Outcome: Skipped}); c != nil {
			t.Fatal(c)
		}
	}
	t.Fatalf("the run does not end: %s", show(r))
}

func FuzzRun(f *testing.F) {
	f.Add([]byte("\x00\x05\x01\x06\x02\x07\x03\x08"))
	f.Add([]byte("\x05\x01\x04\x04\x06\x0c\x07\x05\x09\x0e"))
	main, kid := book(f, "main", mixed), book(f, "kid", nestedKid)
	find := func(hash string) *cacao.Playbook {
		return map[string]*cacao.Playbook{main.Hash(): main, kid.Hash(): kid}[hash]
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		r := begin(t, main, kid)
		for i := 0; i+1 < len(choices) && i < 200; i += 2 {
			e := act(r, int(choices[i]), int(choices[i+1]))
			loaded, err := Load(r.State(), find)
			if err != nil {
				t.Fatal(err)
			}
			c, d := r.Apply(e), loaded.Apply(e)
			if (c == nil) != (d == nil) || show(r) != show(loaded) {
				t.Fatalf("%+v: %v here, %v after loading", e, c, d)
			}
			for _, p := range r.Upcoming() {
				if _, reached := r.Step(p.Ref); reached {
					t.Fatalf("%s is upcoming and reached", p.Ref)
				}
			}
		}
	})
}

func FuzzLoad(f *testing.F) {
	main, kid := book(f, "main", mixed), book(f, "kid", nestedKid)
	r := begin(f, main, kid)
	f.Add([]byte(stateText(f, r)), byte(1), byte(6))
	f.Fuzz(func(t *testing.T, data []byte, which, what byte) {
		var s State
		if json.Unmarshal(data, &s) != nil {
			return
		}
		s.Main, s.Playbooks = main.Hash(), map[string]string{kid.ID: kid.Hash()}
		r, err := Load(s, func(hash string) *cacao.Playbook {
			return map[string]*cacao.Playbook{main.Hash(): main, kid.Hash(): kid}[hash]
		})
		if err != nil {
			return
		}
		r.Start(nil)
		r.Upcoming()
		if e := act(r, int(which), int(what)); (r.Can(e) == nil) != (r.Apply(e) == nil) {
			t.Fatalf("can and apply differ for %+v", e)
		}
	})
}
