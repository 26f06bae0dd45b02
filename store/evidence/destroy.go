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

// ErrAtTheSameTime is returned for a destruction that another one overtook.
var ErrAtTheSameTime = errors.New("somebody else destroyed something at the same time; try again")

// Destroy removes the bytes of one item for ever. The segments that hold them
// are written again without them, the entry with both hashes is committed, and
// only then do the old segments go. The item's line, name and hash stay in the
// record. Backups and exports made before still hold a copy.
func (d *Desk) Destroy(ctx context.Context, tag string, said event.Said, ref, reason string) (cases.Destruction, error) {
	if err := d.removeReplaced(ctx, tag); err != nil { // of a destruction that a crash cut short
		return cases.Destruction{}, err
	}
	plan, err := d.planDestruction(ctx, tag, ref)
	if err != nil {
		return cases.Destruction{}, err
	}
	return d.destroy(ctx, tag, said, plan, reason)
}

// destruction is an item, its collection as it was, and what replaces the
// item's segments.
type destruction struct {
	item       Item
	collection string
	before     json.RawMessage
	after      rewriting
}

func (d *Desk) planDestruction(ctx context.Context, tag, ref string) (destruction, error) {
	item, err := d.Find(ctx, tag, ref)
	if err != nil {
		return destruction{}, err
	}
	collection, err := d.collectionOf(ctx, tag, item)
	if err != nil {
		return destruction{}, err
	}
	before, after, err := d.without(ctx, tag, collection, item)
	if err != nil {
		return destruction{}, errors.Join(err, d.vault.Remove(after.made...))
	}
	return destruction{item, collection.ID, before, after}, nil
}

// destroy commits the destruction and removes what it replaces, or, refused,
// what was made for it.
func (d *Desk) destroy(ctx context.Context, tag string, said event.Said, plan destruction, reason string) (cases.Destruction, error) {
	var done cases.Destruction
	err := store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error {
		if err := plan.stillFits(c); err != nil {
			return err
		}
		if err := c.DestroyItem(plan.item.Ref, reason, plan.before, plan.after.data); err != nil {
			return err
		}
		for _, col := range c.Collections {
			if col.ID == plan.collection {
				done = col.Lost[len(col.Lost)-1]
			}
		}
		return nil
	})
	if err != nil {
		return done, errors.Join(err, d.unmake(ctx, tag, plan.after.made))
	}
	return done, d.vault.Remove(plan.after.replaced...)
}

// stillFits looks whether somebody else destroyed something of the same segments
// since they were written again: what replaces them would bring it back.
func (p destruction) stillFits(c *cases.Case) error {
	for _, col := range c.Collections {
		if col.ID != p.collection {
			continue
		}
		if lost(col, p.item.Line.N) {
			return fmt.Errorf("%w: %s was destroyed", ErrNoBytes, p.item.Ref)
		}
		now, _ := col.Stored()
		for _, name := range p.after.replaced {
			if !slices.ContainsFunc(now, func(s cases.Segment) bool { return s.Name == name }) {
				return ErrAtTheSameTime
			}
		}
		return nil
	}
	return fmt.Errorf("%w: %q", ErrNoItem, p.item.Ref)
}

// unmake removes segments that no entry names. If that cannot be known they
// stay, for Sweep.
func (d *Desk) unmake(ctx context.Context, tag string, made []string) error {
	ctx = context.WithoutCancel(ctx)
	collections, err := d.collections(ctx, tag)
	if err != nil {
		return err
	}
	for _, c := range collections {
		now, _ := c.Stored()
		made = slices.DeleteFunc(slices.Clone(made), func(name string) bool {
			return slices.ContainsFunc(now, func(s cases.Segment) bool { return s.Name == name })
		})
	}
	return d.vault.Remove(made...)
}

// removeReplaced removes the segments that committed destructions replaced and
// that a crash left.
func (d *Desk) removeReplaced(ctx context.Context, tag string) error {
	collections, err := d.collections(ctx, tag)
	if err != nil {
		return err
	}
	for _, c := range collections {
		now, renamed := c.Stored()
		for old := range renamed {
			if !vault.ValidName(old) || slices.ContainsFunc(now, func(s cases.Segment) bool { return s.Name == old }) {
				continue
			}
			if err := d.vault.Remove(old); err != nil {
				return fmt.Errorf("remove what was destroyed: %w", err)
			}
		}
	}
	return nil
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
			return nil, after, err
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
