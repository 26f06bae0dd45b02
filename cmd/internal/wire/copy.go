package wire

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/report"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/ledger"
)

// NewCopy prepares a copy of a case for an audience. A customer's copy may not
// name any other customer of the book.
func NewCopy(ctx context.Context, w *store.Workspace, tag string, o audience.Order, say func(string) string) (*evidence.Copy, error) {
	if err := store.View(ctx, w, tag, o.Check); err != nil {
		return nil, err
	}
	out := &evidence.Copy{Order: o, Say: say}
	if o.For != audience.Customer {
		return out, nil
	}
	others, err := otherCustomers(ctx, w, o.Whose)
	if err != nil {
		return nil, err
	}
	out.Names, out.Unsearched = audience.NewNames(others)
	return out, nil
}

// mayBeShown stops a report that names somebody whom its reader may not know of.
func (r *Report) mayBeShown(x *evidence.Copy) error {
	if x == nil || x.Names == nil {
		return nil
	}
	var text bytes.Buffer
	if err := r.Render(&text, "json"); err != nil {
		return err
	}
	hits, err := x.Names.InJSON("the report", text.Bytes())
	if err == nil && len(hits) > 0 {
		err = &evidence.NamedError{Hits: hits}
	}
	return err
}

// ErrNoCustomer is returned for a customer that the book does not have.
var ErrNoCustomer = errors.New("no such customer in the book; 'book list customer' shows them")

// otherCustomers are the names, aliases and domains, earlier ones too, of all
// customers that the book ever had, but for the one.
func otherCustomers(ctx context.Context, w *store.Workspace, id string) ([]audience.Name, error) {
	events, err := w.Events(ctx, "")
	if err != nil {
		return nil, err
	}
	earlier := map[string][]string{}
	for _, e := range events {
		record, fields := book.Given(e)
		earlier[record] = append(earlier[record], calledNames(fields)...)
	}
	var names []audience.Name
	err = store.View(ctx, w, "", func(b *book.Book) error {
		r, ok := b.Find(id)
		if !ok || r.Register != book.Customer {
			return fmt.Errorf("%w: %q", ErrNoCustomer, id)
		}
		known := map[string]bool{}
		for _, text := range append(calledNames(r.Fields), earlier[r.ID]...) {
			known[strings.ToLower(text)] = true
		}
		for _, r := range b.Records {
			if r.Register != book.Customer || r.ID == id {
				continue
			}
			for _, text := range append(calledNames(r.Fields), earlier[r.ID]...) {
				if !known[strings.ToLower(text)] {
					names = append(names, audience.Name{Of: r.ID, Text: text})
				}
			}
		}
		return nil
	})
	return names, err
}

// calledNames is everything that fields of a customer call it.
func calledNames(fields map[string]string) []string {
	var names []string
	for _, key := range []string{book.ColumnName, "aliases", "domains"} {
		for name := range strings.SplitSeq(fields[key], ";") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name, audience.Bare(name))
			}
		}
	}
	return names
}

// withheld says of each entry that a copy leaves out why, and what the ledger
// commits to.
func withheld(ctx context.Context, w *store.Workspace, tag string, c *cases.Case, events []event.Event, x *evidence.Copy) (map[event.ID]report.Withholding, error) {
	reasons := x.Order.Withheld(c, events)
	if len(reasons) == 0 {
		return nil, nil
	}
	signed, err := w.Checkpoints(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[event.ID]report.Withholding, len(reasons))
	for d, err := range w.Disclose(ctx, tag, signed) {
		if err != nil {
			return nil, err
		}
		leaf, err := ledger.ParseLeaf(d.Leaf)
		if err != nil {
			return nil, fmt.Errorf("read what is withheld: %w", err)
		}
		id := event.ID{Log: leaf.Log, Seq: leaf.Seq}
		if reason, hidden := reasons[id]; hidden {
			out[id] = report.Withholding{Kind: leaf.Kind, Wall: leaf.Wall, Reason: x.Say(reason), Commit: hex.EncodeToString(leaf.Commit[:])}
		}
	}
	return out, nil
}
