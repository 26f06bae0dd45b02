package evidence

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store/collect"
)

// maxHeads bounds how many items of one look are opened. Their names tell about
// the rest.
const maxHeads = 64

// Look returns what the cited items and collections look like, by reference, for
// the rules on proof. An item that is damaged counts by its name and size, and of
// a collection whose manifest is damaged nothing is returned.
func (d *Desk) Look(ctx context.Context, tag string, refs []string) (map[string][]cases.Sight, error) {
	seen := map[string][]cases.Sight{}
	opened := 0
	for _, ref := range refs {
		name, _, isItem := strings.Cut(ref, "/")
		err := d.Items(ctx, tag, name, func(c cases.Collection, i Item) error {
			if isItem && i.Ref != ref || lost(c, i.Line.N) {
				return nil
			}
			s := sightOf(c, i)
			if s.Size > 0 && opened < maxHeads {
				opened++
				s.Head = d.head(ctx, tag, i)
			}
			seen[ref] = append(seen[ref], s)
			return nil
		})
		if err != nil { // a damaged manifest: sealing and verifying name it, and the entries tell enough
			delete(seen, ref)
		}
	}
	return seen, ctx.Err()
}

func sightOf(c cases.Collection, i Item) cases.Sight {
	s := cases.Sight{Name: collect.ValidName(i.Line.Name), Kind: string(i.Line.Kind)}
	if i.Line.Stored {
		s.Size = i.Line.Object.Size
	}
	if c.Items == 1 || c.Collected.Kind == "thing" {
		s.Kind = c.Collected.Kind
	}
	return s
}

// head reads how an item begins; nothing of one that cannot be read.
func (d *Desk) head(ctx context.Context, tag string, i Item) []byte {
	r, err := d.OpenItem(ctx, tag, i)
	if err != nil {
		return nil
	}
	defer func() { _ = r.Close() }() // only read
	head := make([]byte, cases.HeadSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return head[:n]
}
