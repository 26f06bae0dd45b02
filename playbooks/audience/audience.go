// Package audience decides what a copy of a case may say: who it is made for,
// which entries and which bytes stay out, and why.
//
// A copy is made for a court, an authority, a customer, an auditor or an
// insurer. Whatever stays out is not passed over in silence: it appears as
// withheld, by entry and with the reason, and the ledger's commitment to it
// stays, so that the copy still verifies and the withheld part can be shown
// later.
//
// Rules it keeps:
//
//   - What was marked for counsel stays out of every copy, unless it is named.
//   - A customer gets no internal notes, tasks, people or imported timelines,
//     does not learn of other customers that the case is linked to, nor who else
//     got a copy.
//   - Customers, auditors and insurers get pictures and other bytes that no
//     program can search only when an officer names them.
//   - With an entry go the later ones that speak of it: who dropped a task and
//     why would tell what the task was.
//   - A thing is known by the entry that made it: on a second log an entry may
//     call N2 what the case calls otherwise.
//
// The package is pure; reading and writing are elsewhere.
package audience

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/cases"
)

// The audiences.
const (
	Court     = "court"
	Authority = "authority"
	Customer  = "customer"
	Auditor   = "auditor"
	Insurer   = "insurer"
)

// All lists the audiences.
func All() []string { return []string{Court, Authority, Customer, Auditor, Insurer} }

// ErrAudience is returned for an audience that there is not.
var ErrAudience = errors.New("choose one of court, authority, customer, auditor, insurer")

// ErrReference is returned for a reference that names nothing on the case.
var ErrReference = errors.New("there is no such thing on the case")

// ErrWhole is returned when a whole run or a seal shall stay out: the copy would
// not say any more what was done, or not verify.
var ErrWhole = errors.New("a run or a seal cannot stay out as a whole; name its steps")

// The reasons why something stays out. Reasons an officer gives are text.
const (
	ReasonCounsel  = "counsel"  // marked for counsel
	ReasonInternal = "internal" // internal notes, tasks, timelines
	ReasonPeople   = "people"   // names and contacts of people
	ReasonOthers   = "others"   // about other customers
	ReasonBytes    = "bytes"    // cannot be searched, and was not named
)

// An Order says for whom a copy is made. With names what goes in although the
// audience would not get it, Without what stays out and why: "N3", "E1", "E1/4",
// "R1.2".
type Order struct {
	For     string
	Whose   string // a customer's copy: the customer's id in the book
	With    []string
	Without map[string]string
}

// Check refuses an order for nobody, or about things that the case does not have.
func (o Order) Check(c *cases.Case) error {
	if !slices.Contains(All(), o.For) {
		return fmt.Errorf("audience %q: %w", o.For, ErrAudience)
	}
	for _, ref := range o.With {
		if !exists(c, ref) {
			return fmt.Errorf("give out %s: %w", ref, ErrReference)
		}
	}
	for ref, reason := range o.Without {
		if !exists(c, ref) {
			return fmt.Errorf("withhold %s: %w", ref, ErrReference)
		}
		if !strings.Contains(ref, ".") && strings.ContainsAny(ref[:1], "RS") {
			return fmt.Errorf("withhold %s: %w", ref, ErrWhole)
		}
		if strings.TrimSpace(reason) == "" {
			return fmt.Errorf("withhold %s: say why", ref)
		}
	}
	return nil
}

// refs gives the things of the case that stay out, by reference.
func (o Order) refs(c *cases.Case) map[string]string {
	refs := map[string]string{}
	for _, n := range c.Notes {
		switch {
		case n.Counsel:
			refs[n.ID] = ReasonCounsel
		case o.For == Customer:
			refs[n.ID] = ReasonInternal
		}
	}
	if o.For == Customer {
		for _, t := range c.Tasks {
			refs[t.ID] = ReasonInternal
		}
		for _, m := range c.Imports {
			refs[m.ID] = ReasonInternal
		}
		for _, p := range c.People {
			refs[p.ID] = ReasonPeople
		}
		for _, l := range c.Links {
			if l.Register == "customer" && l.From != o.Whose && l.To != o.Whose {
				refs[l.ID] = ReasonOthers
			}
		}
	}
	for _, ref := range o.With {
		delete(refs, ref)
	}
	for ref, reason := range o.Without {
		refs[ref] = reason
	}
	return refs
}

// Bytes says whether the bytes of an item go into the copy, else why not. Text
// is whether they can be searched for names.
func (o Order) Bytes(collection, item string, text bool) (reason string, in bool) {
	for _, ref := range []string{item, collection} {
		if why, ok := o.Without[ref]; ok {
			return why, false
		}
	}
	switch {
	case slices.Contains(o.With, item), slices.Contains(o.With, collection):
		return "", true
	case o.For == Court, o.For == Authority, text:
		return "", true
	}
	return ReasonBytes, false
}

// exists reports whether a reference names something on the case, links included.
func exists(c *cases.Case, ref string) bool {
	return c.Exists(ref) || slices.ContainsFunc(c.Links, func(l cases.Link) bool { return l.ID == ref })
}
