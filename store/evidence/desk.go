// Package evidence does what an officer does with evidence on a case: collect,
// look at, verify, seal and export it. It joins the vault (bytes), the case
// (facts) and the bag (what strangers get), and keeps one order of things: the
// bytes are on the disk before the entry that names them is committed, and what
// is signed is verified first.
package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/vault"
)

// Errors of this package. Match with errors.Is.
var (
	// ErrNoItem is returned for an item that the case does not have.
	ErrNoItem = errors.New("no such item; 'evidence list' shows them, like E1/3")
	// ErrNoBytes is returned for an item that never had bytes, or has them no more.
	ErrNoBytes = errors.New("the item has no bytes here")
)

// Desk works on the evidence of one open workspace.
type Desk struct {
	ws    *store.Workspace
	vault *vault.Vault
}

// Open opens the workspace's vault.
func Open(ws *store.Workspace) (*Desk, error) {
	v, err := vault.Open(ws.VaultDir())
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	return &Desk{ws, v}, nil
}

// Item is one line of a collection's manifest with its place in the case.
type Item struct {
	Ref        string // E1/3
	Collection string
	Line       collect.Line
}

// Items reads the manifests of the case's collections, or of the one named.
func (d *Desk) Items(ctx context.Context, tag, only string, yield func(cases.Collection, Item) error) error {
	collections, err := d.collections(ctx, tag)
	if err != nil {
		return err
	}
	if only != "" {
		collections = slices.DeleteFunc(collections, func(c cases.Collection) bool { return !strings.EqualFold(c.ID, only) })
	}
	return d.itemsOf(ctx, tag, collections, yield)
}

// itemsOf reads the manifests of collections as the case had them.
func (d *Desk) itemsOf(ctx context.Context, tag string, collections []cases.Collection, yield func(cases.Collection, Item) error) error {
	for _, c := range collections {
		err := d.manifest(ctx, tag, c, func(l collect.Line) error {
			return yield(c, Item{Ref: c.ID + "/" + strconv.FormatInt(l.N, 10), Collection: c.ID, Line: l})
		})
		if err != nil {
			return fmt.Errorf("read manifest of %s: %w", c.ID, err)
		}
	}
	return nil
}

func (d *Desk) collections(ctx context.Context, tag string) ([]cases.Collection, error) {
	var out []cases.Collection
	err := store.View(ctx, d.ws, tag, func(c *cases.Case) error {
		out = append(out, c.Collections...)
		return nil
	})
	return out, err
}

// manifest reads a collection's manifest out of the vault. Its hash is checked
// at the end of the stream, so a line is believed only when all were read.
func (d *Desk) manifest(ctx context.Context, tag string, c cases.Collection, yield func(collect.Line) error) error {
	object, err := currentManifest(c)
	if err != nil {
		return err
	}
	_, renamed := c.Stored()
	id, err := d.ws.EvidenceIdentity(ctx, tag)
	if err != nil {
		return err
	}
	f, err := d.vault.Read(ctx, object, id)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	for line, err := range collect.Parse(f) {
		if err != nil {
			return err
		}
		if len(renamed) > 0 && line.Stored && !lost(c, line.N) {
			line.Object = line.Object.Renamed(renamed)
		}
		if err := yield(line); err != nil {
			return err
		}
	}
	return nil
}

// objectOf turns what a case keeps of an object into what the vault knows.
func objectOf(o cases.Object) (vault.Object, error) {
	out := vault.Object{Size: o.Size}
	if err := out.SHA256.UnmarshalText([]byte(o.SHA256)); err != nil {
		return out, err
	}
	if err := json.Unmarshal(o.Extents, &out.Extents); err != nil {
		return out, fmt.Errorf("read extents: %w", err)
	}
	return out, out.Check()
}

func toCase(o vault.Object) (cases.Object, error) {
	extents, err := json.Marshal(o.Extents)
	if err != nil {
		return cases.Object{}, fmt.Errorf("encode extents: %w", err)
	}
	return cases.Object{SHA256: o.SHA256.String(), Size: o.Size, Extents: extents}, nil
}

func segmentsOf(all []vault.Segment) []cases.Segment {
	out := make([]cases.Segment, len(all))
	for i, s := range all {
		out[i] = cases.Segment{Name: s.Name, Plain: s.PlainSize, Cipher: s.CipherSize, SHA256: s.CipherSHA256.String()}
	}
	return out
}

func toVault(all []cases.Segment) ([]vault.Segment, error) {
	out := make([]vault.Segment, len(all))
	for i, s := range all {
		out[i] = vault.Segment{Name: s.Name, PlainSize: s.Plain, CipherSize: s.Cipher}
		if err := out[i].CipherSHA256.UnmarshalText([]byte(s.SHA256)); err != nil {
			return nil, fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	return out, nil
}

// Find returns one item by its reference, like E1/3; E1 alone means E1/1 when
// the collection has a single item.
func (d *Desk) Find(ctx context.Context, tag, ref string) (Item, error) {
	collection, line, hasLine := strings.Cut(strings.TrimSpace(ref), "/")
	if !hasLine {
		line = "1"
	}
	n, err := strconv.ParseInt(line, 10, 64)
	if err != nil || n < 1 {
		return Item{}, fmt.Errorf("%w: %q", ErrNoItem, ref)
	}
	var found *Item
	err = d.Items(ctx, tag, collection, func(c cases.Collection, i Item) error {
		if i.Line.N == n && (hasLine || c.Items == 1) {
			if lost(c, n) {
				return fmt.Errorf("%w: %s was destroyed", ErrNoBytes, i.Ref)
			}
			found = &i
		}
		return nil
	})
	if err != nil {
		return Item{}, err
	}
	if found == nil {
		return Item{}, fmt.Errorf("%w: %q", ErrNoItem, ref)
	}
	return *found, nil
}

// OpenItem opens an item's bytes; reading to the end verifies their hash.
func (d *Desk) OpenItem(ctx context.Context, tag string, item Item) (io.ReadCloser, error) {
	if !item.Line.Stored {
		return nil, fmt.Errorf("%w: %s is a %s", ErrNoBytes, item.Ref, item.Line.Kind)
	}
	id, err := d.ws.EvidenceIdentity(ctx, tag)
	if err != nil {
		return nil, err
	}
	f, err := d.vault.Read(ctx, item.Line.Object, id)
	var other *age.NoIdentityMatchError
	if errors.As(err, &other) {
		return nil, &DamagedError{[]cases.Finding{{Item: item.Ref, Problem: "its encrypted bytes are damaged or belong to another case"}}}
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", item.Ref, err)
	}
	return f, nil
}
