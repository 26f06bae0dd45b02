package cases

import "github.com/posko-ir/posko/playbooks/event"

// Person is somebody on the case: an officer, a witness, a counterpart.
type Person struct {
	Origin
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Role    string  `json:"role"`
	Contact string  `json:"contact,omitempty"`
	Removed *Struck `json:"removed,omitempty"`
}

func (p Person) id() string { return p.ID }

// AddPerson puts somebody on the case in a role and returns the id; the
// contact may be empty.
func (c *Case) AddPerson(name, role, contact string) (string, error) {
	var in input
	p := &personAdded{
		ID: c.next("P"), Name: in.line("name", name, MaxName),
		Role: in.line("role", role, MaxLabel), Contact: in.maybeLine("contact", contact, MaxName),
	}
	if err := in.err(); err != nil {
		return "", err
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.People), nil
}

type personAdded struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Role    string `json:"role"`
	Contact string `json:"contact,omitempty"`
}

func (*personAdded) Kind() string        { return KindPerson }
func (p *personAdded) ref() string       { return p.ID }
func (*personAdded) fits(*Case) *Refusal { return nil }

func (p *personAdded) apply(c *Case, e event.Event) {
	c.People = append(c.People, Person{
		Origin: origin(e), ID: c.settle(e, p.ID), Name: p.Name, Role: p.Role, Contact: p.Contact,
	})
}

func (p *personAdded) describe(lang string) string {
	return text(lang, "row.person", p.Name, word(p.Role))
}

// RemovePerson takes somebody off the case from now on; the past stays.
func (c *Case) RemovePerson(id, reason string) error {
	var in input
	p := &personRemoved{Person: id, Reason: in.maybeText("reason", reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type personRemoved struct {
	Person string `json:"person"`
	Reason string `json:"reason,omitempty"`
}

func (*personRemoved) Kind() string { return KindPersonRemoved }

func (p *personRemoved) fits(c *Case) *Refusal {
	who := find(c.People, p.Person)
	switch {
	case who == nil:
		return refuse("unknown-id", p.Person)
	case who.Removed != nil:
		return refuse("removed-already", p.Person)
	}
	return nil
}

func (p *personRemoved) apply(c *Case, e event.Event) {
	find(c.People, p.Person).Removed = &Struck{Origin: origin(e), Reason: p.Reason}
}

func (p *personRemoved) describe(lang string) string {
	return text(lang, "row.person-removed", p.Person) + because(lang, p.Reason)
}
