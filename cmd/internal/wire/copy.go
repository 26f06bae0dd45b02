package wire

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/report"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/ledger"
)

// NewCopy prepares a copy of a case for an audience. A customer's copy may not
// name any other customer of the book.
func NewCopy(ctx context.Context, w *store.Workspace, tag string, o audience.Order, customer string, say func(string) string) (*evidence.Copy, error) {
	if err := store.View(ctx, w, tag, o.Check); err != nil {
		return nil, err
	}
	out := &evidence.Copy{Order: o, Say: say}
	if o.For != audience.Customer {
		return out, nil
	}
	others, err := otherCustomers(ctx, w, customer)
	if err != nil {
		return nil, err
	}
	out.Names, out.Unsearched = audience.NewNames(others)
	return out, nil
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
