package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/vault"
)

// Destroy removes the bytes of one item for ever. The segments that hold them
// are written again without them, the entry with both hashes is committed, and
// only then do the old segments go. The item's line, name and hash stay in the
// record. Backups and exports made before still hold a copy.
func (d *Desk) Destroy(ctx context.Context, tag string, said event.Said, ref, reason string) (cases.Destruction, error) {
	item, err := d.Find(ctx, tag, ref)
	if err != nil {
		return cases.Destruction{}, err
	}
	collection, err := d.collectionOf(ctx, tag, item)
	if err != nil {
		return cases.Destruction{}, err
	}
	before, after, err := d.without(ctx, tag, collection, item)
	if err != nil {
		return cases.Destruction{}, err
	}
	var done cases.Destruction
	err = store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error {
		if err := c.DestroyItem(item.Ref, reason, before, after.data); err != nil {
			return err
		}
		for _, col := range c.Collections {
			if col.ID == collection.ID {
				done = col.Lost[len(col.Lost)-1]
			}
		}
		return nil
	})
	if err != nil {
		return done, errors.Join(err, d.vault.Remove(after.made...))
	}
	return done, d.vault.Remove(after.replaced...)
}

func (d *Desk) collectionOf(ctx context.Context, tag string, item Item) (cases.Collection, error) {
	all, err := d.collections(ctx, tag)
	if err != nil {
		return cases.Collection{}, err
	}
	for _, c := range all {
		switch {
		case c.ID != item.Collection:
		case !item.Line.Stored || lost(c, item.Line.N):
			return c, fmt.Errorf("%w: %s", ErrNoBytes, item.Ref)
		default:
			return c, nil
		}
	}
	return cases.Collection{}, fmt.Errorf("%w: %q", ErrNoItem, item.Ref)
}

// rewriting is what replaces the segments of an item.
type rewriting struct {
	data           json.RawMessage // cases.Rewritten
	made, replaced []string        // names of segments
}

// without writes the segments of the item again without its bytes.
func (d *Desk) without(ctx context.Context, tag string, c cases.Collection, item Item) (before json.RawMessage, after rewriting, err error) {
	id, err := d.ws.EvidenceIdentity(ctx, tag)
	if err != nil {
		return nil, after, err
	}
	stored, _ := c.Stored()
	segments, err := toVault(stored)
	if err != nil {
		return nil, after, err
	}
	kept, err := d.keptBytes(ctx, tag, c, item)
	if err != nil {
		return nil, after, err
	}
	result := cases.Rewritten{Renamed: map[string]string{}}
	for _, e := range item.Line.Object.Extents {
		if slices.Contains(after.replaced, e.Segment) {
			continue
		}
		after.replaced = append(after.replaced, e.Segment)
		result.Renamed[e.Segment] = ""
		keep := kept[e.Segment]
		if len(keep) == 0 {
			continue
		}
		at := slices.IndexFunc(segments, func(s vault.Segment) bool { return s.Name == e.Segment })
		if at < 0 {
			return nil, after, fmt.Errorf("%w: segment %s", vault.ErrMissing, e.Segment)
		}
		made, err := d.vault.Rewrite(ctx, []age.Identity{id}, segments[at], keep, id.Recipient())
		if err != nil {
			return nil, after, errors.Join(err, d.vault.Remove(after.made...))
		}
		after.made = append(after.made, made.Name)
		result.Renamed[e.Segment] = made.Name
		result.Segments = append(result.Segments, segmentsOf([]vault.Segment{made})...)
	}
	before, err = json.Marshal(map[string]any{"sha256": item.Line.Object.SHA256, "size": item.Line.Object.Size, "segments": after.replaced})
	if err != nil {
		return nil, after, fmt.Errorf("encode destruction: %w", err)
	}
	after.data, err = json.Marshal(result)
	return before, after, err
}

// keptBytes are the runs of the collection's other objects, by segment.
func (d *Desk) keptBytes(ctx context.Context, tag string, c cases.Collection, item Item) (map[string][]vault.Extent, error) {
	manifest, err := currentManifest(c)
	if err != nil {
		return nil, err
	}
	kept := map[string][]vault.Extent{}
	add := func(o vault.Object) {
		for _, e := range o.Extents {
			kept[e.Segment] = append(kept[e.Segment], e)
		}
	}
	add(manifest)
	err = d.manifest(ctx, tag, c, func(l collect.Line) error {
		if l.Stored && l.N != item.Line.N && !lost(c, l.N) {
			add(l.Object)
		}
		return nil
	})
	return kept, err
}

// currentManifest is where the collection's manifest lies now.
func currentManifest(c cases.Collection) (vault.Object, error) {
	object, err := objectOf(c.Manifest)
	if err != nil {
		return object, err
	}
	_, renamed := c.Stored()
	return object.Renamed(renamed), nil
}
