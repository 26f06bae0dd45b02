package cases_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/library"
)

func book(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// runDesk is an open case on which the playbook phish runs, with one item of evidence.
func runDesk(t testing.TB) *desk {
	d := openDesk(t)
	d.add(func(c *cases.Case) (string, error) { return c.StartRun(book(t, "phish.json"), book(t, "tail.json")) })
	d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("the mail", 2)) })
	return d
}

func finish(ref string, r cases.StepResult) func(c *cases.Case) error {
	return func(c *cases.Case) error { return c.FinishStep(ref, r) }
}

func answers(pairs ...string) cases.StepResult {
	r := cases.StepResult{Answers: map[string]string{}}
	for i := 0; i < len(pairs); i += 2 {
		r.Answers[pairs[i]] = pairs[i+1]
	}
	return r
}

func (d *desk) step(ref string) cases.StepView {
	d.t.Helper()
	for _, v := range d.c.Steps("en", d.wall) {
		if v.Ref == ref {
			return v
		}
	}
	d.t.Fatalf("no step %s among %+v", ref, d.c.Steps("en", d.wall))
	return cases.StepView{}
}

// worked is the run of runDesk carried out to its end.
func worked(t testing.TB) *desk {
	d := runDesk(t)
	work(d, "E1/2")
	return d
}

func work(d *desk, evidence string) {
	d.do(func(c *cases.Case) error { return c.StartStep("R1.1") })
	d.do(finish("R1.1", answers("rights", "yes", "seen", "2026-11-21T13:00+01:00", "hint", "Yes")))
	d.do(finish("R1.2", cases.StepResult{Evidence: []string{evidence}}))
	d.do(finish("R1.4", cases.StepResult{}))
	d.do(finish("R1.6", answers("decision", "yes", "reason", "the mailbox held data")))
	ask := d.c.Steps("en", d.wall)[4]
	d.do(func(c *cases.Case) error { return c.DecideStep(ask.Ref, "false", "nobody was told") })
	tail := d.c.Steps("en", d.wall)[5]
	d.do(func(c *cases.Case) error { return c.FailStep(tail.Ref, "nobody answers") })
	d.do(func(c *cases.Case) error { return c.ReopenStep(tail.Ref, "they called back") })
	d.do(finish(tail.Ref, cases.StepResult{Note: "to the night shift"}))
}

func TestRunFromStartToEnd(t *testing.T) {
	d := worked(t)
	if r := d.c.RunViews("id"); len(r) != 1 || !r[0].Done || r[0].Book != "phish" || r[0].Name != "Surel palsu" || r[0].Open != 0 {
		t.Fatalf("runs %+v", r)
	}
	sameCase(t, "replayed", fold(d.all), d.c)
	sameCase(t, "reloaded", reload(t, d.c), d.c)
	for i := range d.all { // a crash after any event loses nothing
		c := reload(t, fold(d.all[:i]))
		for _, e := range d.all[i:] {
			c.Apply(e)
		}
		if state(t, c) != state(t, d.c) {
			t.Fatalf("resumed after %d events, the run leads elsewhere", i)
		}
	}
}

func TestAnswersSetFactsAndDecisions(t *testing.T) {
	d := worked(t)
	cut, _ := d.c.Fact("cut")
	suspected := d.c.Facts["suspected"]
	if cut.String() != "2026-11-21T13:00:00+01:00" || len(suspected) != 1 || suspected[0].Source != "step R1.1" || !suspected[0].Value.Time().Equal(suspected[0].Wall) {
		t.Errorf("cut %s, suspected %+v", cut, suspected)
	}
	if len(d.c.Decisions) != 1 || d.c.Decisions[0].Step != "R1.6" || d.c.Decisions[0].Text != "Decide on a breach: It is a breach" {
		t.Errorf("decisions %+v", d.c.Decisions)
	}
}

func TestStepRulesRefuse(t *testing.T) {
	d := runDesk(t)
	for name, tt := range map[string]struct {
		rule string
		fn   func(c *cases.Case) error
	}{
		"not a playbook":     {"playbook-broken", func(c *cases.Case) error { return id(c.StartRun([]byte(`{}`))) }},
		"a fragment":         {"fragment", func(c *cases.Case) error { return id(c.StartRun(book(t, "tail.json"))) }},
		"no such run":        {"unknown-step", finish("R2.1", cases.StepResult{})},
		"no such step":       {"unknown-step", finish("R1.77", cases.StepResult{})},
		"no ref":             {"unknown-step", finish("", cases.StepResult{})},
		"not reached":        {"step-early", finish("R1.2", cases.StepResult{Note: "x"})},
		"answer missing":     {"answers-missing", finish("R1.1", answers("hint", "no"))},
		"answer unknown":     {"answer-unknown", finish("R1.1", answers("rights", "yes", "Rights", "no"))},
		"answer invalid":     {"answer-invalid", finish("R1.1", answers("rights", "perhaps"))},
		"instant in future":  {"future", finish("R1.1", answers("rights", "yes", "seen", "2027-01-01T00:00Z"))},
		"evidence unknown":   {"unknown-item", finish("R1.1", cases.StepResult{Answers: map[string]string{"rights": "yes"}, Evidence: []string{"E1/3"}})},
		"mandatory skipped":  {"no-waiver", func(c *cases.Case) error { return c.SkipStep("R1.1", "no time", false) }},
		"skip has no reason": {"reason", func(c *cases.Case) error { return c.SkipStep("R1.1", "x", true) }},
		"fail has no reason": {"reason", func(c *cases.Case) error { return c.FailStep("R1.1", "") }},
		"nothing to decide":  {"step-misfit", func(c *cases.Case) error { return c.DecideStep("R1.1", "true", "because") }},
		"nothing to reopen":  {"step-misfit", func(c *cases.Case) error { return c.ReopenStep("R1.1", "because") }},
	} {
		t.Run(name, func(t *testing.T) {
			d.t = t
			d.refused(tt.rule, tt.fn)
		})
	}
	d.t = t
	d.do(finish("R1.1", answers("rights", "no")))
	d.refused("step-misfit", finish("R1.1", answers("rights", "no")))
	d.refused("step-misfit", func(c *cases.Case) error { return c.StartStep("R1.1") })
	r := d.refused("proof-missing", finish("R1.2", cases.StepResult{Note: "I saw it"}))
	if !strings.Contains(r.Message, "mail, photo") {
		t.Errorf("the refusal does not name the proof: %q", r.Message)
	}
	if m := d.refused("unknown-item", finish("R1.2", cases.StepResult{Evidence: []string{"E1/0"}})); !strings.Contains(m.Message, "E1/0") {
		t.Errorf("refusal %q", m.Message)
	}
}

func TestDecisionNeedsItsReason(t *testing.T) {
	d := runDesk(t)
	d.do(finish("R1.1", answers("rights", "no")))
	d.do(finish("R1.2", cases.StepResult{Evidence: []string{"E1"}}))
	d.refused("reason", finish("R1.6", answers("decision", "no")))
	d.do(finish("R1.6", cases.StepResult{Answers: map[string]string{"decision": "no"}, Note: "nothing personal in it"}))
	if got := d.c.Decisions[0].Reason; got != "nothing personal in it" {
		t.Errorf("reason %q", got)
	}
}

func TestCloseNamesWhatIsLeft(t *testing.T) {
	d := runDesk(t)
	r := d.refused("not-closable", func(c *cases.Case) error { return c.Close() })
	for _, ref := range []string{"R1.1 ", "R1.4 ", "R1.6 ", "E1 "} {
		if !strings.Contains(r.Message, ref) {
			t.Errorf("the refusal does not name %s: %s", ref, r.Message)
		}
	}
	if strings.Contains(r.Message, "R1.2") {
		t.Errorf("an optional step keeps the case open: %s", r.Message)
	}
	d.do(func(c *cases.Case) error { return c.FailStep("R1.1", "logs are gone") })
	d.do(func(c *cases.Case) error { return c.SkipStep("R1.2", "nothing there", false) })
	ask := slices.IndexFunc(d.c.Steps("en", d.wall), func(v cases.StepView) bool { return v.Ask != "" })
	v := d.c.Steps("en", d.wall)[ask]
	if !slices.Equal(v.Branches, []string{"true", "false"}) || v.AskDetail == "" {
		t.Errorf("the undecided condition: %+v", v)
	}
	d.do(func(c *cases.Case) error { return c.DecideStep(v.Ref, "false", "not known") })
	d.do(func(c *cases.Case) error { return c.SkipStep("R1.6", "counsel decides", false) })
	d.do(func(c *cases.Case) error {
		return id(c.SealEvidence(cases.Sealing{Collections: []string{"E1"}, ManifestSHA256: sum, Signature: "s", Key: "k"}))
	})
	left := d.c.Blockers()
	if len(left) != 1 || left[0].Ref != "R1.1" || !strings.Contains(left[0].Text("it"), "fallito") || strings.Contains(left[0].Text("id"), "Say whether") {
		t.Fatalf("left: %+v", left)
	}
	d.do(func(c *cases.Case) error { return id(c.Decide("Go on without the logs", "they are gone", "R1.1")) })
	d.do(func(c *cases.Case) error { return c.Close() })
}

// view is what a test says about a step: the fields that matter to it.
func view(v cases.StepView) string {
	return fmt.Sprintf("%s %s due=%s missing=%s overdue=%v next=%v mandatory=%v law=%v foureyes=%v gate=%s answers=%d",
		v.Ref, v.Status, v.Due, v.DueMissing, v.Overdue, v.Next, v.Mandatory, v.Law, v.FourEyes, v.GateBranch, len(v.Answers))
}

func TestStepView(t *testing.T) {
	d := runDesk(t)
	for ref, want := range map[string]string{
		"R1.1": "R1.1 open due= missing=aware overdue=false next=true mandatory=true law=false foureyes=false gate= answers=3",
		"R1.2": "R1.2 upcoming due=2026-11-21T13:33:00Z missing= overdue=false next=true mandatory=false law=true foureyes=false gate= answers=0",
		"R1.4": "R1.4 upcoming due= missing= overdue=false next=false mandatory=true law=false foureyes=true gate=true answers=0",
	} {
		if got := view(d.step(ref)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if gated := d.step("R1.4"); gated.NoneBecause != "the directory logs it" || gated.Gate == "" {
		t.Errorf("step in a branch %+v", gated)
	}
	if why, ok := d.c.Explain("R1.4"); !ok || !strings.Contains(why.Condition, "__rights__") || why.Taken {
		t.Errorf("explained %+v", why)
	}
	d.do(finish("R1.1", answers("rights", "no")))
	if done := d.step("R1.1"); done.Result == nil || done.Result.Answers["rights"] != "false" || done.Result.By != "rina" {
		t.Errorf("done %+v", done)
	}
}

func TestStepIsDueByTheFact(t *testing.T) {
	d := runDesk(t)
	d.do(func(c *cases.Case) error {
		return c.SetFact("aware", at(t, "2026-11-21T14:00+07:00[Asia/Jakarta]"), "")
	})
	v := d.step("R1.1")
	if v.Due.String() != "2026-11-21T18:00:00+07:00[Asia/Jakarta]" || !v.Overdue {
		t.Errorf("due %s, overdue %v", v.Due, v.Overdue)
	}
	if before := d.c.Steps("en", v.Due.Time().Add(-time.Second))[0]; before.Overdue {
		t.Error("overdue before it is due")
	}
	d.do(finish("R1.1", answers("rights", "no")))
	if d.step("R1.1").Overdue {
		t.Error("overdue although it is done")
	}
}

func TestStepViewInAnotherLanguage(t *testing.T) {
	d := runDesk(t)
	v := d.c.Steps("id", d.wall)[0]
	got := []string{v.Name, v.Answers[0].Label, v.Answers[1].Label, v.Answers[2].Choices[0].Label}
	if want := []string{"Nyatakan apakah akun punya hak", "Punya hak", "First seen", "Ya"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlaybookIsKeptByItsBytes(t *testing.T) {
	d := runDesk(t)
	d.add(func(c *cases.Case) (string, error) { return c.StartRun(book(t, "phish.json"), book(t, "tail.json")) })
	if len(d.c.Playbooks) != 2 || d.c.Playbooks[d.c.Runs[0].Playbook].Bytes != string(book(t, "phish.json")) {
		t.Errorf("%d playbooks kept", len(d.c.Playbooks))
	}
	forged := slices.Clone(d.all)
	for i := range forged {
		forged[i].Data = []byte(strings.Replace(string(forged[i].Data), "Keep the mail", "Lose the mail", 1))
	}
	if c := fold(forged); len(c.Runs) != 0 || c.Conflicts[0].Reason != "playbook-broken" {
		t.Errorf("a playbook with another hash runs: %+v", c.Conflicts)
	}
}

func TestStepDoneTwiceIsAConflict(t *testing.T) {
	a := runDesk(t)
	b := &desk{t: t, log: "77aa00", wall: start, c: fold(a.all)}
	a.do(finish("R1.1", answers("rights", "no")))
	b.do(finish("R1.1", answers("rights", "yes", "hint", "yes")))
	for _, e := range b.all {
		a.c.Apply(e)
	}
	if len(a.c.Conflicts) != 1 || a.c.Conflicts[0].Reason != "step-misfit" || a.c.Runs[0].Log[0].Answers["rights"] != "false" {
		t.Fatalf("conflicts %+v", a.c.Conflicts)
	}
}

// Any subset and order of the events of a worked case folds without a panic,
// and a snapshot of what came out is the same value.
func TestRunEventsInAnyOrder(t *testing.T) {
	d := worked(t)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		events := slices.Clone(d.all)
		rng.Shuffle(len(events), func(i, j int) {
			if i > 1 && j > 1 { // keep opening and run mostly in place
				events[i], events[j] = events[j], events[i]
			}
		})
		events = slices.DeleteFunc(events, func(event.Event) bool { return rng.IntN(8) == 0 })
		a := fold(events)
		if state(t, a) != state(t, fold(events)) || a.Entries != len(events) {
			t.Fatal("two folds of the same events differ")
		}
		sameCase(t, "reloaded", reload(t, a), a)
		a.Steps("it", d.wall)
		a.Blockers()
	}
}

func TestLibraryRunsOnACase(t *testing.T) {
	var all [][]byte
	for _, b := range library.All() {
		all = append(all, b.Bytes)
	}
	for _, b := range library.All() {
		d := openDesk(t)
		err := d.try(event.Said{}, func(c *cases.Case) error { return id(c.StartRun(b.Bytes, all...)) })
		if err != nil {
			if !strings.Contains(err.Error(), "part of other playbooks") {
				t.Errorf("%s: %v", b.Short, err)
			}
			continue
		}
		steps := d.c.Steps("it", d.wall)
		if len(steps) < 10 || steps[0].Status != "open" || len(d.c.Playbooks) < 3 {
			t.Errorf("%s: %d steps, %d playbooks", b.Short, len(steps), len(d.c.Playbooks))
		}
		d.refused("not-closable", func(c *cases.Case) error { return c.Close() })
		sameCase(t, b.Short, reload(t, d.c), d.c)
	}
}

// The hour of leaving is entered before it comes, and the steps before it are due then.
func TestLeavingIsPlanned(t *testing.T) {
	d := openDesk(t)
	var all [][]byte
	for _, b := range library.All() {
		all = append(all, b.Bytes)
	}
	leaver, _ := library.ByShort("leaver")
	d.do(func(c *cases.Case) error { return id(c.StartRun(leaver.Bytes, all...)) })
	done := answers("person", "Rina", "leaving_at", "2026-12-18T17:00+01:00", "manager", "Budi")
	done.Evidence = []string{d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("the letter", 1)) })}
	d.do(finish("R1.1", done))
	if got := d.step("R1.2").Due.String(); got != "2026-12-08T17:00:00+01:00" {
		t.Errorf("the list is due %s", got)
	}
	d.refused("future", func(c *cases.Case) error { return c.SetFact("told", at(t, "2026-12-18T17:00Z"), "") })
}
