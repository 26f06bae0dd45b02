package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/store/evidence"
)

// recipient is what the flags say about whom a copy is for.
type recipient struct {
	audience, customer string
	with, without      []string
}

func (r *recipient) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&r.audience, "for", "", "make a copy for: "+strings.Join(audience.All(), ", "))
	f.StringVar(&r.customer, "customer", "", "the customer in the book that the copy is for; names of others stop it")
	f.StringArrayVar(&r.with, "with", nil, "give out this note or item although the audience would not get it, like N3 or E1/4; may be repeated")
	f.StringArrayVar(&r.without, "without", nil, "withhold this, with the reason, like E2='of another customer'; may be repeated")
}

// copyFor is the copy that the flags ask for; nil for the whole case.
func (a *app) copyFor(ctx context.Context, on job, r recipient) (*evidence.Copy, error) {
	if r.audience == "" {
		if r.customer != "" || len(r.with)+len(r.without) > 0 {
			return nil, a.wrong("usage.audience")
		}
		return nil, nil
	}
	if (r.customer != "") != (r.audience == audience.Customer) {
		return nil, a.wrong("usage.customer")
	}
	whose, _ := book.ID(r.customer)
	o := audience.Order{For: r.audience, Whose: whose, With: each(r.with, reference), Without: map[string]string{}}
	for _, said := range r.without {
		ref, reason, ok := strings.Cut(said, "=")
		if !ok || strings.TrimSpace(reason) == "" {
			return nil, a.wrong("usage.without", said)
		}
		o.Without[reference(ref)] = strings.TrimSpace(reason)
	}
	return wire.NewCopy(ctx, on.ws, on.tag, o, func(reason string) string {
		switch reason {
		case audience.ReasonCounsel, audience.ReasonInternal, audience.ReasonPeople, audience.ReasonOthers, audience.ReasonBytes:
			return a.say("cli.kept." + reason)
		}
		return reason
	})
}
