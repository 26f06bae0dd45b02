package cases_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/library"
)

// walker works a shipped playbook through on a drill, as somebody does who reads
// one language and answers whatever is asked.
type walker struct {
	*desk
	lang   string
	shift  int               // which choice is given first; each return to a step gives the next
	proofs map[string]string // kind to the evidence of that kind
	rounds map[string]int    // how often a step was answered, by its name
}

func startWalk(t *testing.T, book library.Playbook, lang string, shift int) *walker {
	t.Helper()
	w := &walker{desk: newDesk(t), lang: lang, shift: shift, proofs: map[string]string{}, rounds: map[string]int{}}
	var all [][]byte
	for _, b := range library.All() {
		all = append(all, b.Bytes)
	}
	w.do(func(c *cases.Case) error {
		return c.Open(cases.Opening{Number: "A-1", Title: book.Short, Kind: cases.KindDrill})
	})
	w.do(func(c *cases.Case) error { return c.SetSpeed(60) })
	w.add(func(c *cases.Case) (string, error) { return c.StartRun(book.Bytes, all...) })
	return w
}

// toTheEnd answers every open step until the run has ended.
func (w *walker) toTheEnd() {
	w.t.Helper()
	for range 40 {
		if w.c.RunViews(w.lang)[0].Done {
			return
		}
		for _, v := range w.c.Steps(w.lang, w.wall) {
			if v.Status == "open" {
				w.finishOne(v)
			}
		}
	}
	w.t.Fatalf("stuck: %+v", w.c.RunViews(w.lang))
}

func (w *walker) finishOne(v cases.StepView) {
	w.t.Helper()
	if by := v.DueMissing; by == "new_fact" || by == "contained" { // the step says to enter it in the case
		w.do(func(c *cases.Case) error { return c.SetFact(by, at(w.t, w.when(0)), "a log turned up") })
	}
	result := cases.StepResult{Answers: map[string]string{}}
	for _, a := range v.Answers {
		result.Answers[a.Key] = w.answer(a, w.rounds[v.Name])
	}
	w.rounds[v.Name]++
	result.Evidence = w.evidence(v.Proof)
	w.do(finish(v.Ref, result))
}

// answer gives something that fits the field.
func (w *walker) answer(a cases.AnswerView, round int) string {
	switch a.Type {
	case guide.TypeChoice:
		return a.Choices[(round+w.shift)%len(a.Choices)].Value
	case guide.TypeInstant:
		switch {
		case slices.Contains(guide.Planned(), a.Fact):
			return w.when(3 * time.Hour)
		case a.Fact == "occurred_from":
			return w.when(-90 * time.Minute)
		}
		return w.when(0)
	case guide.TypeInteger, guide.TypeNumber:
		return "3"
	case guide.TypeRange:
		return "3-12"
	case guide.TypeBool:
		return "true"
	}
	return a.Label
}

func (w *walker) when(from time.Duration) string { return w.wall.Add(from).Format(time.RFC3339) }

// evidence gives an item of a kind that the step asks for, where words alone do not do.
func (w *walker) evidence(kinds []string) []string {
	given, _ := guide.ProofKinds()
	if len(kinds) == 0 || slices.ContainsFunc(kinds, func(k string) bool { return slices.Contains(given, k) }) {
		return nil
	}
	kind := kinds[0]
	if w.proofs[kind] == "" {
		w.proofs[kind] = w.add(func(c *cases.Case) (string, error) {
			got := collected("proof: "+kind, 1)
			if kind == "thing" {
				return c.RecordThing(got, laptop())
			}
			got.Kind = kind
			if kind == "read-back" {
				got.Kind = "cmd"
			}
			return c.Collect(got)
		})
	}
	if kind == "seal" {
		w.seal()
	}
	return []string{w.proofs[kind]}
}

func (w *walker) seal() {
	if open := w.c.Unsealed(); len(open) > 0 {
		w.add(func(c *cases.Case) (string, error) {
			return c.SealEvidence(cases.Sealing{Collections: open, ManifestSHA256: sum, Signature: "s", Key: "k"})
		})
	}
}

// Every playbook of the library is worked to its end in each language: nothing is
// stuck or lacks a text, what is suggested is there, and the sheet sums it up. The
// walks differ in what they choose.
func TestEveryPlaybookIsWalkedToItsEnd(t *testing.T) {
	for _, book := range library.All() {
		if book.ID == library.Opening || book.ID == library.Closing {
			continue
		}
		for shift, lang := range []string{"en", "id", "it"} {
			t.Run(book.Short+"/"+lang, func(t *testing.T) {
				w := startWalk(t, book, lang, shift)
				w.checkSteps()
				w.toTheEnd()
				w.checkSteps()
				w.checkEnd()
			})
		}
	}
}

// checkSteps looks at what is shown, of what may come too.
func (w *walker) checkSteps() {
	english := map[string]cases.StepView{}
	for _, v := range w.c.Steps("en", w.wall) {
		english[v.Ref] = v
	}
	for _, v := range w.c.Steps(w.lang, w.wall) {
		for _, id := range v.Suggest {
			if _, ok := library.ByID(id); !ok {
				w.t.Errorf("%s suggests %s, which is not there", v.Ref, id)
			}
		}
		for label, en := range words(v, english[v.Ref]) {
			if label == "" || w.lang != "en" && label == en && en != "No" {
				w.t.Errorf("%s says %q in %s", v.Ref, label, w.lang)
			}
		}
		// The first walk takes every first choice, so that all facts become known.
		if w.shift == 0 && v.Status == "done" && v.DueMissing != "" && v.DueMissing != "closed" {
			w.t.Errorf("%s was done and is due %s, which nobody knows", v.Ref, v.DueRule)
		}
	}
}

// words pairs what a step says with what it says in English.
func words(v, en cases.StepView) map[string]string {
	pairs := map[string]string{v.Name: en.Name}
	if en.Detail != "" {
		pairs[v.Detail] = en.Detail
	}
	if en.DueMissing != "" {
		pairs[v.DueWaits] = en.DueWaits
	}
	for i, a := range v.Answers {
		pairs[a.Label] = en.Answers[i].Label
		for j, choice := range a.Choices {
			pairs[choice.Label] = en.Answers[i].Choices[j].Label
		}
	}
	return pairs
}

// checkEnd closes the drill and reads its sheet.
func (w *walker) checkEnd() {
	w.seal()
	if left := w.c.Blockers(); len(left) > 0 {
		w.t.Errorf("a real case could not be closed: %s", left[0].Text(w.lang))
	}
	w.do(func(c *cases.Case) error { return c.Close() })
	s := w.c.Sheet(w.lang, w.wall)
	if !s.Finished || s.Speed != 60 || s.Left+s.Failed+s.Skipped+s.NoProof > 0 || s.InTime+s.Late != len(s.Rows) {
		w.t.Errorf("the sheet says %+v", *s)
	}
	if story := w.c.Story(w.lang, w.wall.AddDate(0, 0, 1)); len(story.Scenarios) != 1 || len(story.News) < 3 || !story.Next.IsZero() {
		w.t.Errorf("the story ends as %+v", story)
	}
}
