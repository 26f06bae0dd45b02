package library

import (
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/run"
)

// Whatever is answered, a playbook walks to its end: no answer leaves a run
// without an open step.
func TestEveryAnswerLeadsToTheEnd(t *testing.T) {
	sources, guides := map[string]*cacao.Playbook{}, map[string]*guide.Guide{}
	for _, p := range All() {
		g := open(t, p)
		sources[p.ID], guides[p.ID] = g.Source, g
	}
	for _, p := range All() {
		for choice := range 4 {
			r, err := run.New(p.Short, sources[p.ID], sources)
			if err != nil {
				t.Fatal(err)
			}
			r.Start(nil)
			for round := 0; !r.Done(); round++ {
				if done := answerAll(t, r, guides, choice+round); done == 0 {
					t.Fatalf("%s, choice %d: stuck in round %d", p.Short, choice, round)
				}
			}
		}
	}
}

// answerAll completes every open step. Each round gives the next choice, so that
// loops are left at some time.
func answerAll(t *testing.T, r *run.Run, guides map[string]*guide.Guide, choice int) int {
	t.Helper()
	done := 0
	for _, i := range r.Steps() {
		if now, _ := r.Step(i.Ref); now.Status != run.Open || !r.Human(i.Ref) {
			continue
		}
		playbook, step, _ := r.Source(i.Ref)
		vars := map[string]string{}
		for _, a := range guides[playbook.ID].Step(step.ID).Answers {
			if a.Variable != "" {
				vars[a.Variable] = a.Choices[choice%len(a.Choices)].Value
			}
		}
		if conflict := r.Apply(run.Complete{Ref: i.Ref, Outcome: run.Done, Vars: vars}); conflict != nil {
			t.Fatal(conflict)
		}
		done++
	}
	return done
}
