package run

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
)

const nestedMain = `
	var __host__ string alpha
	var __left__ integer
	var __site__ string north
	start s next=p
	parallel p steps=c,a next=z
	call c do=kid in=__host__ out=__left__,__ghost__ next=e1
	end e1
	action a next=e2
	end e2
	action z next=e
	end e`

const nestedKid = `
	var __host__ string none
	var __left__ integer 2
	var __site__ string south external
	var __fixed__ string f constant
	start s next=w
	while w cond=__left__:value>0 true=q next=e
	parallel q steps=x,y next=e3
	action x next=e1
	end e1
	action y next=e2
	end e2
	end e3
	end e`

func TestParallelInWhileInCalledPlaybookInParallel(t *testing.T) {
	r := begin(t, book(t, "main", nestedMain), book(t, "kid", nestedKid))
	if got, want := show(r), "1:waiting 2:waiting 2.1:waiting 2.2:waiting 2.3:open 2.4:open 3:open"; got != want {
		t.Fatalf("start\n got %s\nwant %s", got, want)
	}
	if got := r.Expand("2.3", "check __host__:value in __site__:value, __none__:value"); got != "check alpha in north, __none__:value" {
		t.Errorf("expand: %s", got)
	}
	play(t, r, "2.4+ 2.3+__left__=1 2.3#2+ 3+ 2.4#2+__left__=-4")
	want := "1:done 2:done 2.1:done 2.2:done 2.3:done 2.4:done 3:done 2.2#2:done 2.3#2:done 2.4#2:done 4:open"
	if got := show(r); got != want {
		t.Fatalf("\n got %s\nwant %s", got, want)
	}
	if got := r.Expand("4", "__left__:value"); got != "-4" {
		t.Errorf("out_args brought %s", got)
	}
	if called, _ := r.Step("2"); len(called.Vars) != 1 {
		t.Errorf("the called playbook set %v", called.Vars)
	}
	p, step, ok := r.Source("2.3#2")
	if !ok || p.Name != "kid" || step.Name != "x" {
		t.Errorf("source of 2.3#2: %v %v", step, ok)
	}
	play(t, r, "4+")
	if !r.Done() {
		t.Error("not done")
	}
}

func TestNestedLoopsHaveDistinctRefs(t *testing.T) {
	r := begin(t, book(t, "main", `
		var __a__ integer 1
		var __b__ integer 1
		start s next=w
		while w cond=__a__:value>0 true=v next=e
		while v cond=__b__:value>0 true=x next=e1
		action x next=e2
		action y next=e
		end e1
		end e2
		end e`))
	play(t, r, "3+ 3#1.2+__b__=0")
	if got := show(r); !strings.Contains(got, "2#2:done 2#3:done") {
		t.Fatalf("loops that a person does not stop: %.200s", got)
	}
	if s, _ := r.Step("1"); s.Ask != AskIterations || s.Iteration != MaxIterations {
		t.Fatalf("after many rounds: %+v", s)
	}
	play(t, r, "1=false")
	if !r.Done() {
		t.Error("not done")
	}
}

func TestCalledPlaybookByHand(t *testing.T) {
	other := book(t, "kid", nestedKid)
	self := "start s next=c\ncall c do=main next=e\nend e"
	version := "start s next=c\ncall c do=kid version=2025-01-01T00:00:00.000Z next=e\nend e"
	for name, test := range map[string]struct {
		flow string
		want Ask
	}{
		"unknown": {"start s next=c\ncall c do=none next=e\nend e", AskUnknown},
		"version": {version, AskVersion},
		"itself":  {self, AskRecursion},
	} {
		main := book(t, "main", test.flow)
		r := begin(t, main, other, main)
		s, _ := r.Step("1")
		if s.Status != Open || s.Ask != test.want || !r.Human("1") {
			t.Errorf("%s: %+v", name, s)
		}
		play(t, r, "1> 1+")
		if !r.Done() {
			t.Errorf("%s: not done", name)
		}
	}
	back := book(t, "back", self)
	r := begin(t, book(t, "main", "start s next=c\ncall c do=back next=e\nend e"), back, book(t, "main", "start s next=c\ncall c do=back next=e\nend e"))
	if got := show(r); got != "1:waiting 1.1:open" {
		t.Errorf("playbooks that call each other: %s", got)
	}
}

func TestStartTakesExternalVariables(t *testing.T) {
	p := book(t, "main", `
		var __in__ integer external
		var __own__ integer 1
		start s next=a
		action a next=e
		end e`)
	for _, test := range []struct{ name, value, want string }{
		{"__in__", "5", "5"},
		{"__in__", "five", "__in__:value"},
		{"__own__", "5", "1"},
		{"__new__", "5", "__new__:value"},
	} {
		r, err := New("x", p, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Start(map[string]string{test.name: test.value})
		r.Start(map[string]string{"__in__": "9"})
		if got := r.Expand("1", test.name+":value"); got != test.want {
			t.Errorf("%s=%s: %s, want %s", test.name, test.value, got, test.want)
		}
	}
}

func TestNewRefusesBrokenPlaybooks(t *testing.T) {
	broken, _, err := cacao.Parse([]byte(`{"type":"playbook"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*cacao.Playbook{nil, broken} {
		if _, err := New("x", p, nil); !errors.Is(err, ErrNotRunnable) {
			t.Errorf("%v", err)
		}
	}
	main := book(t, "main", "start s next=c\ncall c do=kid next=e\nend e")
	r, err := New("x", main, map[string]*cacao.Playbook{stepID("playbook", "kid"): broken})
	if err != nil {
		t.Fatal(err)
	}
	if r.Start(nil); show(r) != "1:open" {
		t.Errorf("a broken called playbook: %s", show(r))
	}
}

func TestOvergrownRunStops(t *testing.T) {
	flow := "var __x__ bool true\nstart s next=w\nwhile w cond=__x__ true=i0 next=e\nend e\nend z\n"
	const checks = 30 // in each of up to a thousand rounds
	for n := range checks {
		next := fmt.Sprintf("i%d", n+1)
		if n == checks-1 {
			next = "z"
		}
		flow += fmt.Sprintf("if i%d cond=__x__ true=y%d next=%s\nend y%d\n", n, n, next, n)
	}
	r := begin(t, book(t, "main", flow))
	if s := r.State(); !s.Overgrown || len(s.Steps) != MaxSteps || r.Done() {
		t.Errorf("overgrown %v, %d steps", s.Overgrown, len(s.Steps))
	}
}

func TestManyCallsAreBounded(t *testing.T) {
	const levels, calls = 8, 12 // 12 to the eighth, with no action anywhere
	var books []*cacao.Playbook
	for level := range levels {
		var steps, flow []string
		for n := range calls {
			steps = append(steps, fmt.Sprintf("c%d", n))
			flow = append(flow, fmt.Sprintf("call c%d do=l%d next=z%d\nend z%d", n, level+1, n, n))
		}
		text := "start s next=p\nparallel p steps=" + strings.Join(steps, ",") + " next=e\n" + strings.Join(flow, "\n") + "\nend e"
		books = append(books, book(t, fmt.Sprintf("l%d", level), text))
	}
	books = append(books, book(t, fmt.Sprintf("l%d", levels), "start s next=e\nend e"))
	ask := book(t, "ask", "start s next=a\naction a next=c\ncall c do=l0 next=e\nend e")
	r := begin(t, append([]*cacao.Playbook{ask}, books...)...)
	if len(r.Upcoming()) != 0 {
		t.Error("an action where there is none")
	}
	play(t, r, "1+")
	if s := r.State(); !s.Overgrown {
		t.Errorf("%d steps, not overgrown", len(s.Steps))
	}
}
