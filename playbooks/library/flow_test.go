package library

import (
	"regexp"
	"slices"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/guide"
)

// Every branch has an end step of its own, so each end is led to exactly once
// and there is one for each branch and one for the playbook.
func TestEveryBranchEndsInItsOwnEnd(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		incoming, ends, branches := map[string]int{}, 0, 1
		for _, s := range g.Source.Steps {
			next := slices.Concat([]string{s.OnCompletion, s.OnSuccess, s.OnFailure, s.OnTrue, s.OnFalse}, s.NextSteps)
			for _, id := range next {
				incoming[id]++
			}
			branches += len(s.NextSteps)
			if s.OnTrue != "" {
				branches++
			}
		}
		for _, s := range g.Source.Steps {
			if s.Type == cacao.End {
				ends++
			}
			if s.Type != cacao.Start && incoming[s.ID] != 1 {
				t.Errorf("%s is led to %d times", s.ID, incoming[s.ID])
			}
		}
		if ends != branches {
			t.Errorf("%d end steps for %d branches", ends, branches)
		}
	})
}

// An incident, and a leaving too, runs its lanes beside the opening; the closing comes
// when they have ended, alone or beside what goes on for weeks.
func TestIncidentsOpenAndClose(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		if g.Playbook.Kind == guide.KindFragment {
			return
		}
		p := g.Source
		lanes := slices.IndexFunc(p.Steps, func(s *cacao.Step) bool {
			return s.Type == cacao.Parallel && p.Step(s.NextSteps[0]).PlaybookID == Opening
		})
		if lanes < 0 {
			t.Fatal("no lanes run beside the opening")
		}
		last := p.Step(p.Steps[lanes].OnCompletion)
		if last.Type == cacao.Parallel {
			last = p.Step(last.NextSteps[0])
		}
		if last.PlaybookID != Closing {
			t.Errorf("the lanes lead to %s", last.ID)
		}
	})
}

func TestCallsAndSuggestionsResolve(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		for _, s := range g.Source.Steps {
			if s.Type == cacao.PlaybookAction {
				p, ok := ByID(s.PlaybookID)
				if !ok {
					t.Errorf("%s calls %s, which is not here", s.ID, s.PlaybookID)
				} else if called := open(t, p).Source; called.Modified != s.PlaybookVersion {
					t.Errorf("%s calls version %s of %s, which is %s", s.ID, s.PlaybookVersion, p.Short, called.Modified)
				}
			}
			if step := g.Step(s.ID); step != nil {
				for _, id := range step.Suggest {
					if _, ok := ByID(id); !ok {
						t.Errorf("step %s suggests %s, which is not here", step.Number, id)
					}
				}
			}
		}
	})
}

// A condition compares declared variables with values that an answer can give,
// and has a value to compare before anybody answered.
func TestConditionsReadWhatAnswersSet(t *testing.T) {
	comparison := regexp.MustCompile(`(__[a-z_]+__):value (?:=|!=) '([^']*)'`)
	each(t, func(t *testing.T, g *guide.Guide) {
		values, read := settable(g), map[string]bool{}
		for _, s := range g.Source.Steps {
			found := comparison.FindAllStringSubmatch(s.Condition, -1)
			if s.Condition != "" && len(found) == 0 {
				t.Errorf("condition %q compares nothing", s.Condition)
			}
			for _, m := range found {
				read[m[1]] = true
				if !slices.Contains(values[m[1]], m[2]) {
					t.Errorf("condition %q: no answer gives %s the value %q", s.Condition, m[1], m[2])
				}
			}
		}
		for name, v := range g.Source.Variables {
			if v.Null || !slices.Contains(values[name], v.Value) {
				t.Errorf("%s starts as %q, which no answer gives", name, v.Value)
			}
			if !read[name] {
				t.Errorf("%s is read by no condition", name)
			}
		}
	})
}

// settable gives the values that answers can give to each variable.
func settable(g *guide.Guide) map[string][]string {
	values := map[string][]string{}
	for _, step := range guided(g) {
		for _, a := range step.Answers {
			for _, c := range a.Choices {
				values[a.Variable] = append(values[a.Variable], c.Value)
			}
		}
	}
	delete(values, "")
	return values
}

// Other programs learn from out_args what a step sets.
func TestOutArgsNameWhatAnswersSet(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		for s, step := range guided(g) {
			var out []string
			for _, a := range step.Answers {
				if a.Variable != "" {
					out = append(out, a.Variable)
				}
			}
			if !slices.Equal(out, s.OutArgs) {
				t.Errorf("step %s sets %v, out_args say %v", step.Number, out, s.OutArgs)
			}
		}
	})
}
