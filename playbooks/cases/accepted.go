package cases

import (
	"slices"

	"github.com/posko-ir/posko/playbooks/event"
)

// Acceptance says that a person took proof of another kind than the step asked
// for, and why.
type Acceptance struct {
	Wanted []string `json:"wanted"` // the kinds that the step asks for
	Given  []string `json:"given"`  // what the items look like
	Reason string   `json:"reason"`
}

// proofAccepted follows the entry of the finished step in the same commit.
type proofAccepted struct {
	stepRef
	Wanted   []string `json:"wanted"`
	Given    []string `json:"given"`
	Evidence []string `json:"evidence"`
	Reason   string   `json:"reason"`
}

func (*proofAccepted) Kind() string { return KindProofAccepted }

// done is the outcome that the acceptance is about: after a merge another
// laptop's may count, with other items.
func (p *proofAccepted) done(c *Case) *StepEvent {
	for i := range c.Runs {
		log := c.Runs[i].Log
		for j := len(log) - 1; j >= 0; j-- {
			if log[j].Step != p.Step {
				continue
			}
			if log[j].What == StepDone && log[j].Accepted == nil && slices.Equal(log[j].Evidence, p.Evidence) {
				return &log[j]
			}
			return nil
		}
	}
	return nil
}

func (p *proofAccepted) fits(c *Case) *Refusal {
	if p.done(c) == nil {
		return refuse("nothing-to-accept", p.Step)
	}
	return nil
}

func (p *proofAccepted) apply(c *Case, _ event.Event) {
	p.done(c).Accepted = &Acceptance{Wanted: p.Wanted, Given: p.Given, Reason: p.Reason}
}

func (p *proofAccepted) describe(lang string) string {
	return text(lang, "row.proof-accepted", p.Step, words(p.Wanted), words(p.Given)) + because(lang, p.Reason)
}
