package evidence

import (
	"context"

	"github.com/posko-ir/posko/playbooks/event"
)

// DestroyAfter is Destroy with something that happens between writing the
// segments again and committing the entry.
func (d *Desk) DestroyAfter(ctx context.Context, tag, ref, reason string, between func()) error {
	plan, err := d.planDestruction(ctx, tag, ref)
	if err != nil {
		return err
	}
	between()
	_, err = d.destroy(ctx, tag, event.Said{}, plan, reason)
	return err
}
