package cases

import "github.com/posko-ir/posko/playbooks/event"

// Note is what somebody wrote down.
type Note struct {
	Origin
	ID      string  `json:"id"`
	Text    string  `json:"text"`
	Counsel bool    `json:"counsel,omitempty"` // written for counsel: stays out of every copy
	Struck  *Struck `json:"struck,omitempty"`
}

// Struck says who took a thing back, and why. The thing stays.
type Struck struct {
	Origin
	Reason string `json:"reason,omitempty"`
}

func (n Note) id() string { return n.ID }

// AddNote writes a note and returns its id.
func (c *Case) AddNote(body string) (string, error) {
	var in input
	p := &noteAdded{ID: c.next("N"), Text: in.text("text", body)}
	if err := in.err(); err != nil {
		return "", err
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Notes), nil
}

type noteAdded struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

func (*noteAdded) Kind() string          { return KindNote }
func (p *noteAdded) ref() string         { return p.ID }
func (p *noteAdded) fits(*Case) *Refusal { return nil }

func (p *noteAdded) apply(c *Case, e event.Event) {
	c.Notes = append(c.Notes, Note{Origin: origin(e), ID: c.settle(e, p.ID), Text: p.Text})
}

func (p *noteAdded) describe(lang string) string { return text(lang, "row.note", p.Text) }

// ForCounsel marks a note as written for counsel: it stays out of every copy
// of the case unless somebody names it.
func (c *Case) ForCounsel(id string) error { return c.record(&noteForCounsel{Note: id}) }

type noteForCounsel struct {
	Note string `json:"note"`
}

func (*noteForCounsel) Kind() string { return KindNoteCounsel }

func (p *noteForCounsel) fits(c *Case) *Refusal {
	if find(c.Notes, p.Note) == nil {
		return refuse("unknown-id", p.Note)
	}
	return nil
}

func (p *noteForCounsel) apply(c *Case, _ event.Event) { find(c.Notes, p.Note).Counsel = true }

func (p *noteForCounsel) describe(lang string) string { return text(lang, "row.counsel", p.Note) }

// WithdrawNote strikes a note, with a reason; its text stays readable.
func (c *Case) WithdrawNote(id, reason string) error {
	var in input
	p := &noteWithdrawn{Note: id, Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type noteWithdrawn struct {
	Note   string `json:"note"`
	Reason string `json:"reason"`
}

func (*noteWithdrawn) Kind() string { return KindNoteStruck }

func (p *noteWithdrawn) fits(c *Case) *Refusal {
	n := find(c.Notes, p.Note)
	switch {
	case n == nil:
		return refuse("unknown-id", p.Note)
	case n.Struck != nil:
		return refuse("struck-already", p.Note)
	}
	return nil
}

func (p *noteWithdrawn) apply(c *Case, e event.Event) {
	find(c.Notes, p.Note).Struck = &Struck{Origin: origin(e), Reason: p.Reason}
}

func (p *noteWithdrawn) describe(lang string) string {
	return text(lang, "row.withdrawn", p.Note) + because(lang, p.Reason)
}

// Decision is what was decided, why, and at which step if at one.
type Decision struct {
	Origin
	ID     string `json:"id"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
	Step   string `json:"step,omitempty"`
}

func (d Decision) id() string { return d.ID }

// Decide records a decision with its reason and returns its id; step may be empty.
func (c *Case) Decide(decision, reason, step string) (string, error) {
	var in input
	p := &decisionMade{ID: c.next("D"), Text: in.text("text", decision), Reason: in.reason(reason), Step: step}
	if err := in.err(); err != nil {
		return "", err
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Decisions), nil
}

type decisionMade struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
	Step   string `json:"step,omitempty"`
}

func (*decisionMade) Kind() string  { return KindDecision }
func (p *decisionMade) ref() string { return p.ID }

func (p *decisionMade) fits(c *Case) *Refusal {
	if p.Step != "" && !c.Exists(p.Step) {
		return refuse("unknown-id", p.Step)
	}
	return nil
}

func (p *decisionMade) apply(c *Case, e event.Event) {
	c.Decisions = append(c.Decisions, Decision{
		Origin: origin(e), ID: c.settle(e, p.ID), Text: p.Text, Reason: p.Reason, Step: p.Step,
	})
}

func (p *decisionMade) describe(lang string) string {
	return text(lang, "row.decision", p.Text) + because(lang, p.Reason)
}
