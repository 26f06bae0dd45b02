package cases

import (
	"strconv"
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
)

// Link joins two things on the case; From and To are ids. A link to a record of
// the book keeps the record's register and its name as it was then; without
// From it is about the case as a whole.
type Link struct {
	Origin
	ID       string `json:"id"`
	From     string `json:"from"`
	To       string `json:"to"`
	Label    string `json:"label"`
	Register string `json:"register,omitempty"`
	Name     string `json:"name,omitempty"`
}

func (l Link) id() string { return l.ID }

// AddLink joins two things on the case and returns the link's id. The label
// says how, like "logged in from".
func (c *Case) AddLink(from, to, label string) (string, error) {
	var in input
	p := &linkAdded{ID: c.next("L"), From: from, To: to, Label: in.line("label", label, MaxLabel)}
	if err := in.err(); err != nil {
		return "", err
	}
	for _, l := range c.Links {
		if l.From == from && l.To == to && l.Label == p.Label {
			return "", refuse("linked-already", from, to, l.ID)
		}
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Links), nil
}

type linkAdded struct {
	ID    string `json:"id"`
	From  string `json:"from"`
	To    string `json:"to"`
	Label string `json:"label"`
}

func (*linkAdded) Kind() string  { return KindLink }
func (p *linkAdded) ref() string { return p.ID }

func (p *linkAdded) fits(c *Case) *Refusal {
	for _, id := range []string{p.From, p.To} {
		if !c.Exists(id) {
			return refuse("unknown-id", id)
		}
	}
	if p.From == p.To {
		return refuse("link-to-itself", p.From)
	}
	return nil
}

func (p *linkAdded) apply(c *Case, e event.Event) {
	c.Links = append(c.Links, Link{Origin: origin(e), ID: c.settle(e, p.ID), From: p.From, To: p.To, Label: p.Label})
}

func (p *linkAdded) describe(lang string) string {
	return text(lang, "row.link", p.From, p.Label, p.To)
}

// Exists reports whether an id names something on the case: "N3", "E1",
// "E1/3", "R1", "R1.4".
func (c *Case) Exists(id string) bool {
	if id == "" {
		return false
	}
	switch id[0] {
	case 'N':
		return find(c.Notes, id) != nil
	case 'D':
		return find(c.Decisions, id) != nil
	case 'P':
		return find(c.People, id) != nil
	case 'T':
		return find(c.Tasks, id) != nil
	case 'A':
		return find(c.Assets, id) != nil
	case 'I':
		return find(c.Indicators, id) != nil
	case 'M':
		return find(c.Imports, id) != nil
	case 'S':
		return find(c.Seals, id) != nil
	case 'F':
		return find(c.Forms, id) != nil
	}
	return c.itemExists(id) || c.stepExists(id)
}

// itemExists reports whether id names a collection or an item that still has
// its bytes.
func (c *Case) itemExists(id string) bool {
	name, line, isItem := strings.Cut(id, "/")
	coll := find(c.Collections, name)
	if coll == nil || coll.gone(id) {
		return false
	}
	if !isItem {
		return true
	}
	n, err := strconv.Atoi(line)
	return err == nil && n >= 1 && n <= coll.Items && strconv.Itoa(n) == line
}
