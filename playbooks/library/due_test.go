package library

import (
	"slices"
	"testing"

	"github.com/posko-ir/posko/playbooks/guide"
)

// byHand lists the facts that the program or an officer records outside the steps,
// and those that the opening asks for in every case.
func byHand() []string { return []string{"opened", "closed", "new_fact", "told", "suspected"} }

// A step that waits for a fact which only the step itself sets has no due time
// until it is too late to keep it.
func TestDueTimesComeFromAnotherStep(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		setBy := map[string][]string{}
		for _, step := range guided(g) {
			for _, a := range step.Answers {
				if a.Fact != "" {
					setBy[a.Fact] = append(setBy[a.Fact], step.Number)
				}
			}
		}
		for _, step := range guided(g) {
			due, err := guide.ParseDue(step.Due)
			if err != nil || slices.Contains(byHand(), due.Fact) || g.Playbook.Kind == guide.KindFragment {
				continue
			}
			others := slices.DeleteFunc(slices.Clone(setBy[due.Fact]), func(n string) bool { return n == step.Number })
			if len(others) == 0 {
				t.Errorf("step %s is due %s, and no other step sets that fact", step.Number, step.Due)
			}
		}
	})
}
