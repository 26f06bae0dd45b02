package wire

import (
	"context"
	"time"

	"github.com/posko-ir/posko/playbooks/agenda"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
)

// Now is what waits on all cases, the most urgent first, and when something was
// last recorded on any of them. Of closed cases, of which there are many, only
// those are read that left an export behind.
func Now(ctx context.Context, w *store.Workspace, lang string) (items []agenda.Item, last time.Time, err error) {
	all, err := w.Cases(ctx)
	if err != nil {
		return nil, last, err
	}
	for _, s := range all {
		if s.Updated.After(last) {
			last = s.Updated
		}
		if s.State == cases.StateClosed && len(s.Exporting) == 0 {
			continue
		}
		err := store.View(ctx, w, s.Tag, func(c *cases.Case) error {
			items = append(items, agenda.Of(c, lang, w.Now())...)
			return nil
		})
		if err != nil {
			return nil, last, err
		}
	}
	agenda.Sort(items)
	return items, last, nil
}
