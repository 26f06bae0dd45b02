package cases

import (
	"slices"

	"github.com/posko-ir/posko/playbooks/event"
)

// maxRecordName is as long as a name in the book may be.
const maxRecordName = 500

// BookRegisters lists the registers of the book that a case links to.
func BookRegisters() []string { return []string{"system", "contact", "customer", "supplier"} }

// LinkRecord links the case, or one thing on it, to a record of the book and
// returns the link's id. The record's name is kept as it is now: the book may
// change, what the case said then does not.
func (c *Case) LinkRecord(from, register, record, name, label string) (string, error) {
	var in input
	p := &recordLinked{
		ID: c.next("L"), From: from, Register: in.oneOf("type", register, "", BookRegisters()),
		Record: in.line("number", record, MaxLabel), Name: in.line("name", name, maxRecordName), Label: in.line("label", label, MaxLabel),
	}
	if err := in.err(); err != nil {
		return "", err
	}
	for _, l := range c.Links {
		if l.From == from && l.To == p.Record && l.Label == p.Label {
			return "", refuse("linked-already", c.orNumber(from), p.Record, l.ID)
		}
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Links), nil
}

func (c *Case) orNumber(from string) string {
	if from == "" {
		return c.Number
	}
	return from
}

// Linked lists the records of a register that the case links to, by id.
func (c *Case) Linked(register string) []string {
	var out []string
	for _, l := range c.Links {
		if l.Register == register && !slices.Contains(out, l.To) {
			out = append(out, l.To)
		}
	}
	return out
}

type recordLinked struct {
	ID       string `json:"id"`
	From     string `json:"from,omitempty"` // empty: the case as a whole
	Register string `json:"register"`
	Record   string `json:"record"`
	Name     string `json:"name"`
	Label    string `json:"label"`
}

func (*recordLinked) Kind() string  { return KindRecordLinked }
func (p *recordLinked) ref() string { return p.ID }

func (p *recordLinked) fits(c *Case) *Refusal {
	if p.From != "" && !c.Exists(p.From) {
		return refuse("unknown-id", p.From)
	}
	return nil
}

func (p *recordLinked) apply(c *Case, e event.Event) {
	c.Links = append(c.Links, Link{
		Origin: origin(e), ID: c.settle(e, p.ID), From: p.From, To: p.Record, Label: p.Label, Register: p.Register, Name: p.Name,
	})
}

func (p *recordLinked) describe(lang string) string {
	return text(lang, "row.record", p.Record, p.Name, p.Label)
}
