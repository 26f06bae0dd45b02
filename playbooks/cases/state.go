package cases

import "github.com/posko-ir/posko/playbooks/event"

// Contain records that the harm no longer spreads; it sets the instant contained.
func (c *Case) Contain() error { return c.record(&caseContained{}) }

type caseContained struct{}

func (*caseContained) Kind() string { return KindContained }

func (*caseContained) fits(c *Case) *Refusal {
	if c.State == StateContained {
		return refuse("contained-already", c.Number)
	}
	return nil
}

func (*caseContained) apply(c *Case, e event.Event) {
	c.change(e, StateContained, c.State, StateContained, "")
	c.State = StateContained
	c.setFact("contained", Fact{Origin: origin(e), Value: happened(e)})
}

func (*caseContained) describe(lang string) string { return text(lang, "row.contained") }

// Blocker is one thing that keeps a case from being closed.
type Blocker struct {
	Kind string // step, run, clock, evidence
	Ref  string // "R1.3", "E2"
	Name string

	say phrase
}

// Text says in a language what is missing.
func (b Blocker) Text(lang string) string { return text(lang, b.say.key, b.say.args...) }

// Blockers lists everything that keeps the case from being closed.
func (c *Case) Blockers() []Blocker {
	list := c.runBlockers()
	for _, clock := range c.RunningClocks() {
		list = append(list, Blocker{"clock", "", clock, phrase{"block.clock", []any{clock}}})
	}
	for _, id := range c.Unsealed() {
		coll := find(c.Collections, id)
		list = append(list, Blocker{"evidence", id, coll.Title, phrase{"block.evidence", []any{id, coll.Title}}})
	}
	return list
}

// RunningClocks names the legal clocks that still run. No clock is computed
// yet, so none does.
func (c *Case) RunningClocks() []string { return nil }

// Close closes the case. It is refused, naming each thing, while mandatory
// steps, running clocks or unsealed evidence remain. A drill may end at any
// time: its sheet says what was left.
func (c *Case) Close() error {
	if err := c.mayRecord(); err != nil {
		return err
	}
	p := &caseClosed{}
	if r := c.misfit(p); r != nil {
		return r
	}
	if left := c.Blockers(); len(left) > 0 && !c.Drill() {
		says := make([]phrase, len(left))
		for i, b := range left {
			says[i] = b.say
		}
		return refuse("not-closable", c.Number, says)
	}
	return c.record(p)
}

type caseClosed struct{}

func (*caseClosed) Kind() string        { return KindClosed }
func (*caseClosed) fits(*Case) *Refusal { return nil }

func (*caseClosed) apply(c *Case, e event.Event) {
	c.change(e, StateClosed, c.State, StateClosed, "")
	c.State = StateClosed
	c.setFact("closed", Fact{Origin: origin(e), Value: happened(e)})
}

func (*caseClosed) describe(lang string) string { return text(lang, "row.closed") }

// Reopen opens a contained or closed case again, with the reason.
func (c *Case) Reopen(reason string) error {
	var in input
	p := &caseReopened{Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type caseReopened struct {
	Reason string `json:"reason"`
}

func (*caseReopened) Kind() string { return KindReopened }

func (*caseReopened) fits(c *Case) *Refusal {
	if c.State == StateOpen {
		return refuse("not-closed", c.Number)
	}
	return nil
}

func (p *caseReopened) apply(c *Case, e event.Event) {
	c.change(e, "reopened", c.State, StateOpen, p.Reason)
	c.State = StateOpen
}

func (p *caseReopened) describe(lang string) string {
	return text(lang, "row.reopened") + because(lang, p.Reason)
}
