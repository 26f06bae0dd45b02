package cases

import (
	"regexp"
	"slices"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// The states of a case.
const (
	StateOpen      = "open"
	StateContained = "contained"
	StateClosed    = "closed"
)

// Kinds lists the kinds of cases.
func Kinds() []string {
	return []string{"incident", "offboarding", "disclosure", "review", KindDrill}
}

// Severities lists the severities, least first.
func Severities() []string { return []string{"low", "medium", "high", "critical"} }

// TLPs lists the Traffic Light Protocol 2.0 labels, strictest first.
func TLPs() []string { return []string{"red", "amber+strict", "amber", "green", "clear"} }

// WrappedKey binds a wrapped key of the case by its hash; the store keeps the key.
type WrappedKey struct {
	Officer string `json:"officer"`
	Gen     int    `json:"gen"`
	SHA256  string `json:"sha256"`
}

// Opening is what a case is opened with. Kind, Severity and TLP may be empty.
type Opening struct {
	Number   string       `json:"number"`
	Kind     string       `json:"kind"`
	Title    string       `json:"title"`
	Severity string       `json:"severity"`
	TLP      string       `json:"tlp"`
	Keys     []WrappedKey `json:"keys,omitempty"`
}

func (o Opening) withDefaults() Opening {
	for _, f := range []struct {
		to       *string
		fallback string
		choices  []string
	}{{&o.Kind, "incident", Kinds()}, {&o.Severity, "medium", Severities()}, {&o.TLP, "amber", TLPs()}} {
		if !slices.Contains(f.choices, *f.to) {
			*f.to = f.fallback
		}
	}
	return o
}

var caseNumber = regexp.MustCompile(`^[A-Z]{1,3}-[1-9][0-9]{0,8}$`)

// Open opens the case; it is the first event of each.
func (c *Case) Open(o Opening) error {
	var in input
	o.Title = in.line("title", o.Title, MaxTitle)
	o.Kind = in.oneOf("kind", o.Kind, "incident", Kinds())
	o.Severity = in.oneOf("severity", o.Severity, "medium", Severities())
	o.TLP = in.oneOf("tlp", o.TLP, "amber", TLPs())
	if !caseNumber.MatchString(o.Number) {
		in.refuse("number", o.Number)
	}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(&caseOpened{o})
}

type caseOpened struct{ Opening }

func (*caseOpened) Kind() string { return KindOpened }

func (p *caseOpened) fits(c *Case) *Refusal {
	if c.State != "" {
		return refuse("opened-already", c.Number)
	}
	return nil
}

func (p *caseOpened) apply(c *Case, e event.Event) {
	o := p.withDefaults()
	c.Number, c.Kind, c.Title, c.Severity, c.TLP, c.Keys = o.Number, o.Kind, o.Title, o.Severity, o.TLP, o.Keys
	c.Log, c.State, c.Opened = e.Log, StateOpen, origin(e)
	c.setFact("opened", Fact{Origin: c.Opened, Value: c.Opened.Happened()})
}

func (p *caseOpened) describe(lang string) string {
	return text(lang, "row.opened", p.Number, word(p.Opening.Kind), p.Title, word(p.Severity), p.TLP)
}

// Transition is one change of the case itself, kept with its reason.
type Transition struct {
	Origin
	What   string `json:"what"` // title, severity, tlp, contained, closed, reopened
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Reason string `json:"reason,omitempty"`
}

func (c *Case) change(e event.Event, what, from, to, reason string) {
	c.Changes = append(c.Changes, Transition{Origin: origin(e), What: what, From: from, To: to, Reason: reason})
}

// happened is the event time of e as the case keeps it.
func happened(e event.Event) instant.Instant { return origin(e).Happened() }

// Retitle gives the case another title.
func (c *Case) Retitle(title string) error {
	var in input
	p := &caseRetitled{Title: in.line("title", title, MaxTitle)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type caseRetitled struct {
	Title string `json:"title"`
}

func (*caseRetitled) Kind() string        { return KindRetitled }
func (*caseRetitled) fits(*Case) *Refusal { return nil }

func (p *caseRetitled) apply(c *Case, e event.Event) {
	c.change(e, "title", c.Title, p.Title, "")
	c.Title = p.Title
}

func (p *caseRetitled) describe(lang string) string { return text(lang, "row.retitled", p.Title) }

// SetSeverity changes the severity; the reason may be empty.
func (c *Case) SetSeverity(to, reason string) error {
	var in input
	p := &caseSeverity{To: in.oneOf("severity", to, "", Severities()), Reason: in.maybeText("reason", reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type caseSeverity struct {
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"`
}

func (*caseSeverity) Kind() string        { return KindSeverity }
func (*caseSeverity) fits(*Case) *Refusal { return nil }

func (p *caseSeverity) apply(c *Case, e event.Event) {
	c.change(e, "severity", c.Severity, p.To, p.Reason)
	c.Severity = p.To
}

func (p *caseSeverity) describe(lang string) string {
	return text(lang, "row.severity", word(p.To)) + because(lang, p.Reason)
}

// SetTLP changes the Traffic Light Protocol label.
func (c *Case) SetTLP(to string) error {
	var in input
	p := &caseTLP{To: in.oneOf("tlp", to, "", TLPs())}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type caseTLP struct {
	To string `json:"to"`
}

func (*caseTLP) Kind() string        { return KindTLP }
func (*caseTLP) fits(*Case) *Refusal { return nil }

func (p *caseTLP) apply(c *Case, e event.Event) {
	c.change(e, "tlp", c.TLP, p.To, "")
	c.TLP = p.To
}

func (p *caseTLP) describe(lang string) string { return text(lang, "row.tlp", p.To) }

// because appends a reason to a line of the timeline.
func because(lang, reason string) string {
	if reason == "" {
		return ""
	}
	return text(lang, "row.because", reason)
}
