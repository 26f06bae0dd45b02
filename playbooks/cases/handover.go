package cases

import (
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
)

// Handover is what a form says: what goes from whose hands into whose. Of an
// item with bytes, and of a seal, a copy on a carrier goes.
type Handover struct {
	Item    string `json:"item"` // E3/1, E3 or S1
	From    string `json:"from"`
	To      string `json:"to"`
	Place   string `json:"place,omitempty"`
	Purpose string `json:"purpose,omitempty"`
	SHA256  string `json:"sha256"` // of the form as it was printed
}

// Form is a form of hand-over that went out. It waits until its signed scan is
// back, or until somebody says that it will not come.
type Form struct {
	Origin
	ID string `json:"id"`
	Handover
	Back      *FormScan `json:"back,omitempty"`
	Withdrawn *Struck   `json:"withdrawn,omitempty"`
}

func (f Form) id() string { return f.ID }

// FormScan is the signed form as it came back.
type FormScan struct {
	Origin
	Scan string `json:"scan"` // the item that it is
}

// Pending reports whether the form went out and nobody knows more.
func (f Form) Pending() bool { return f.Back == nil && f.Withdrawn == nil }

// PendingForms are the forms that did not come back.
func (c *Case) PendingForms() []Form {
	return slices.DeleteFunc(slices.Clone(c.Forms), func(f Form) bool { return !f.Pending() })
}

// NextForm is the number that the next form will have in this update.
func (c *Case) NextForm() string {
	if c.rec == nil {
		return c.next("F")
	}
	return idOn(c.Log, c.rec.Log(), c.next("F"))
}

// MayHandOver returns the hand-over in the form in which it will be recorded,
// or says why it will not be. The form is printed in between.
func (c *Case) MayHandOver(h Handover) (Handover, error) {
	if err := c.mayRecord(); err != nil {
		return h, err
	}
	var in input
	h.From = in.line("from", h.From, MaxName)
	h.To = in.line("to", h.To, MaxName)
	h.Place = in.maybeLine("place", h.Place, MaxName)
	h.Purpose = in.maybeText("purpose", h.Purpose)
	if err := in.err(); err != nil {
		return h, err
	}
	if r := c.misfit(&formOut{Handover: h}); r != nil {
		return h, r
	}
	return h, nil
}

// HandOver records that a form of hand-over went out, and returns its number.
// Nothing changes hands until the form is back.
func (c *Case) HandOver(h Handover) (string, error) {
	h, err := c.MayHandOver(h)
	if err != nil {
		return "", err
	}
	if !sha256Hex.MatchString(h.SHA256) {
		return "", refuse("manifest", h.SHA256)
	}
	if err := c.record(&formOut{ID: c.next("F"), Handover: h}); err != nil {
		return "", err
	}
	return last(c.Forms), nil
}

type formOut struct {
	ID string `json:"form"`
	Handover
}

func (*formOut) Kind() string  { return KindFormOut }
func (p *formOut) ref() string { return p.ID }

func (p *formOut) fits(c *Case) *Refusal {
	if strings.HasPrefix(p.Item, "S") {
		if find(c.Seals, p.Item) == nil {
			return refuse("unknown-item", p.Item)
		}
		return nil
	}
	if !c.itemExists(p.Item) {
		return refuse("unknown-item", p.Item)
	}
	if r := c.stillThere(p.Item); r != nil {
		return r
	}
	for _, f := range c.PendingForms() { // of bytes there can be many copies, a thing is there once
		if c.thing(p.Item) != nil && strings.TrimSuffix(f.Item, "/1") == strings.TrimSuffix(p.Item, "/1") {
			return refuse("form-out-already", p.Item, f.ID)
		}
	}
	return nil
}

func (p *formOut) apply(c *Case, e event.Event) {
	c.Forms = append(c.Forms, Form{Origin: origin(e), ID: c.settle(e, p.ID), Handover: p.Handover})
}

func (p *formOut) describe(lang string) string {
	return text(lang, "row.form-out", p.ID, p.Item, p.From, p.To) + where(lang, p.Place, "") + because(lang, p.Purpose)
}

// FormBack records that the signed scan of a form is here as an item; what it
// names is in the other hands from the time at which this happened.
func (c *Case) FormBack(form, scan string) error {
	return c.record(&formBack{Form: form, Scan: scan})
}

// MayFormBack says why no scan of a form can be recorded, or nil: ask before
// the scan is read.
func (c *Case) MayFormBack(form string) error {
	if err := c.mayRecord(); err != nil {
		return err
	}
	if r := c.formWaits(form); r != nil {
		return r
	}
	return nil
}

type formBack struct {
	Form string `json:"form"`
	Scan string `json:"scan"`
}

func (*formBack) Kind() string { return KindFormBack }

func (p *formBack) fits(c *Case) *Refusal {
	if !c.itemExists(p.Scan) {
		return refuse("unknown-item", p.Scan)
	}
	return c.formWaits(p.Form)
}

func (c *Case) formWaits(form string) *Refusal {
	f := find(c.Forms, form)
	switch {
	case f == nil:
		return refuse("unknown-form", form)
	case !f.Pending():
		return refuse("form-settled", form)
	}
	return nil
}

func (p *formBack) apply(c *Case, e event.Event) {
	f := find(c.Forms, p.Form)
	f.Back = &FormScan{Origin: origin(e), Scan: p.Scan}
	c.addCustody(e, CustodyEvent{
		Item: f.Item, Action: HandedOver, Purpose: f.Purpose, To: f.To, Place: f.Place, Keeper: f.To, Form: f.ID,
	})
}

func (p *formBack) describe(lang string) string { return text(lang, "row.form-back", p.Form, p.Scan) }

// WithdrawForm records that a form will not come back, with the reason: what it
// names did not change hands.
func (c *Case) WithdrawForm(form, reason string) error {
	var in input
	p := &formWithdrawn{Form: form, Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type formWithdrawn struct {
	Form   string `json:"form"`
	Reason string `json:"reason"`
}

func (*formWithdrawn) Kind() string            { return KindFormWithdrawn }
func (p *formWithdrawn) fits(c *Case) *Refusal { return c.formWaits(p.Form) }
func (p *formWithdrawn) apply(c *Case, e event.Event) {
	find(c.Forms, p.Form).Withdrawn = &Struck{Origin: origin(e), Reason: p.Reason}
}

func (p *formWithdrawn) describe(lang string) string {
	return text(lang, "row.form-withdrawn", p.Form) + because(lang, p.Reason)
}
