package run

import "testing"

// A flowCase is a workflow, events in the words of play, and the state in the words of show.
type flowCase struct {
	name, flow, events, want string
}

func runTable(t *testing.T, table []flowCase) {
	t.Helper()
	for _, test := range table {
		t.Run(test.name, func(t *testing.T) {
			r := begin(t, book(t, "main", test.flow))
			play(t, r, test.events)
			if got := show(r); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestSequences(t *testing.T) {
	runTable(t, []flowCase{
		{
			"two actions", `
			start s next=a
			action a next=b
			action b next=e
			end e`,
			"1> 1+ 2n", "1:done 2:not-applicable END",
		},
		{
			"failed goes by on_failure", `
			start s next=a
			action a ok=b fail=c
			action b next=e
			action c next=e
			end e`,
			"1-", "1:failed 3:open",
		},
		{
			"failed goes by on_completion", `
			start s next=a
			action a next=b
			action b next=e
			end e`,
			"1-", "1:failed 2:open",
		},
		{
			"failed halts without a way on", `
			start s next=a
			action a ok=b
			action b next=e
			end e`,
			"1-", "1:failed!",
		},
		{
			"reopened after a halt", `
			start s next=a
			action a ok=b
			action b next=e
			end e`,
			"1- 1^ 1+", "1:done 2:open",
		},
		{
			"skipped after a halt", `
			start s next=a
			action a ok=b
			action b next=e
			end e`,
			"1- 1s", "1:skipped 2:open",
		},
		{
			"numbers of the guide", `
			start s next=a
			action a next=b n=2
			action b next=c
			action c next=e n=7b
			end e`,
			"2+ 1+", "2:done 1:done 7b:open",
		},
	})
}

func TestConditions(t *testing.T) {
	runTable(t, []flowCase{
		{
			"if true", `
			var __x__ integer 3
			start s next=i
			if i cond=__x__:value>2 true=a false=b next=c
			action a next=e1
			end e1
			action b next=e2
			end e2
			action c next=e
			end e`,
			"2+", "1:done 2:done 4:open",
		},
		{
			"if false without on_false", `
			var __x__ integer 1
			start s next=i
			if i cond=__x__:value>2 true=a next=c
			action a next=e1
			end e1
			action c next=e
			end e`,
			"", "1:done 3:open",
		},
		{
			"condition set by a step", `
			var __x__ bool
			start s next=a
			action a next=i
			if i cond=__x__:value=true true=b false=e2 next=e
			action b next=e1
			end e1
			end e2
			end e`,
			"1+__x__=true", "1:done 2:waiting 3:open",
		},
		{
			"condition nobody can decide", `
			var __x__ bool
			start s next=i
			if i cond=__x__:value=true true=b false=e2 next=e
			action b next=e1
			end e1
			end e2
			end e`,
			"1=false", "1:done END",
		},
		{
			"text that is no condition", `
			start s next=w
			while w cond=soon true=b next=e
			action b next=e1
			end e1
			end e`,
			"1=true 2+ 1=true 2#2+ 1=false", "1:done 2:done 2#2:done END",
		},
		{
			"while", `
			var __x__ integer 2
			start s next=w
			while w cond=__x__:value>0 true=b next=e
			action b next=e1
			end e1
			end e`,
			"2+__x__=1 2#2+__x__=0", "1:done 2:done 2#2:done END",
		},
	})
}

func TestParallel(t *testing.T) {
	runTable(t, []flowCase{
		{
			"parallel waits for all", `
			start s next=p
			parallel p steps=a,b,e3 next=c
			action a next=e1
			end e1
			action b next=e2
			end e2
			end e3
			action c next=e
			end e`,
			"3+ 2>", "1:waiting 2:in-work 3:done",
		},
		{
			"branches that share a step", `
			start s next=p
			parallel p steps=a,b next=z
			action a next=c
			action b next=c
			action c next=e
			action z next=e
			end e`,
			"2+ 3+ 4~2+", "1:waiting 2:done 3:done 4:open 4~2:done",
		},
		{
			"branches that share an end", `
			start s next=p
			parallel p steps=a,b next=z
			action a next=e
			action b next=e
			action z next=e
			end e`,
			"2+ 3+ 4+", "1:done 2:done 3:done 4:done END",
		},
		{
			"parallel goes on", `
			start s next=p
			parallel p steps=a,b ok=c
			action a next=e1
			end e1
			action b next=e2
			end e2
			action c next=e
			end e`,
			"3+ 2- 4s", "1:done 2:failed 3:done 4:skipped END",
		},
		{
			"skip a branching step with all inside", `
			start s next=p
			parallel p steps=q,b next=c
			parallel q steps=a,d next=e1
			action a next=e2
			action d next=e3
			end e1
			end e2
			end e3
			action b next=e4
			end e4
			action c next=e
			end e`,
			"4+ 1s", "1:skipped 2:skipped 3:skipped 4:done 5:skipped 6:open",
		},
	})
}

func TestSwitch(t *testing.T) {
	runTable(t, []flowCase{
		{
			"switch", `
			var __x__ string low
			start s next=w
			switch w on=__x__:value :high=a :low=b :default=c next=e
			action a next=e1
			end e1
			action b next=e2
			end e2
			action c next=e3
			end e3
			end e`,
			"3+", "1:done 3:done END",
		},
		{
			"switch default", `
			var __x__ string other
			start s next=w
			switch w on=__x__ :high=a :default=c next=e
			action a next=e1
			end e1
			action c next=e3
			end e3
			end e`,
			"", "1:waiting 3:open",
		},
		{
			"switch without a case that fits", `
			var __x__ string other
			start s next=w
			switch w on=__x__ :high=a next=e
			action a next=e1
			end e1
			end e`,
			"", "1:done END",
		},
		{
			"switch decided by a person", `
			var __x__ string
			start s next=w
			switch w on=__x__ :high=a next=e
			action a next=e1
			end e1
			end e`,
			"1=none", "1:done END",
		},
	})
}
