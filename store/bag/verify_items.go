package bag

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/posko-ir/posko/store/ledger"
)

// readCollections walks every collection's manifest: its hash is under a seal,
// and each item it lists is here with the same hash, or said not to be.
func (v *verifier) readCollections(ctx context.Context) error {
	expected := map[string]bool{} // items that some manifest lists
	for _, list := range v.below(dirItems, "/"+collectionList) {
		if strings.Contains(list, "/") {
			v.bad(CodeCollection, dirItems+list, "%s is no collection", list)
			continue
		}
		v.rep.Collections++
		if err := v.readCollection(ctx, list, expected); err != nil {
			return err
		}
	}
	for _, f := range v.payload {
		if !strings.HasPrefix(f.path, dirItems) || path.Base(f.path) == collectionList {
			continue
		}
		v.rep.Items++
		if !expected[f.path] {
			v.bad(CodeItem, f.path, "%s is not an item of a collection in this bag", f.path)
		}
	}
	for p, w := range v.withheld {
		if w.Line == 0 {
			v.notHere(w)
			continue
		}
		if !expected[p] {
			v.bad(CodeItem, fileWithheld, "item %s/%d is said to be withheld, and no collection lists it", w.Collection, w.Line)
		}
	}
	return nil
}

// wholePath is where a collection would lie that is withheld as a whole.
func wholePath(collection string) string { return dirItems + collection }

// notHere holds a bag to what it says of a collection withheld as a whole.
func (v *verifier) notHere(w withheldRecord) {
	if v.payload.get(dirItems+w.Collection+"/"+collectionList) != nil {
		v.bad(CodeCollection, fileWithheld, "collection %s is here, and said to be %s", w.Collection, w.State)
	}
}

func (v *verifier) readCollection(ctx context.Context, id string, expected map[string]bool) error {
	where := dirItems + id + "/" + collectionList
	seal, sealed := v.sealed[id]
	if !sealed {
		v.rep.add(Warning, CodeUnsealed, where, "collection %s is under no seal", id)
	}
	var got SealedCollection
	sum := sha256.New()
	last := int64(0)
	err := v.records(ctx, CodeCollection, where, func(line []byte) error {
		sum.Write(line)
		sum.Write([]byte{'\n'})
		got.Items++
		c, err := parseCollected(line)
		if err != nil {
			return err
		}
		if c.n <= last {
			return fmt.Errorf("item %d stands after item %d", c.n, last)
		}
		last = c.n
		if c.stored {
			got.Bytes += c.size
			expected[ItemPath(id, c.n)] = true
			v.readItem(id, c)
		}
		return nil
	})
	if err != nil || !sealed {
		return err
	}
	got.Collection, got.Manifest = id, ledger.Hash(sum.Sum(nil))
	v.compareSealed(where, got, seal)
	return nil
}

func (v *verifier) compareSealed(where string, got, seal SealedCollection) {
	switch {
	case got.Manifest != seal.Manifest:
		v.bad(CodeCollection, where, "the manifest of collection %s is not the one that was sealed", got.Collection)
	case got != seal:
		v.bad(CodeCollection, where, "the seal says %d items and %d bytes in collection %s, its manifest %d and %d",
			seal.Items, seal.Bytes, got.Collection, got.Items, got.Bytes)
	}
}

// readItem compares a manifest's line with the payload.
func (v *verifier) readItem(collection string, c collected) {
	p := ItemPath(collection, c.n)
	here, withheld := v.payload.get(p), v.withheld[p]
	switch {
	case here == nil && withheld.Line == 0:
		v.bad(CodeItem, p, "item %s/%d is missing, and nobody says why", collection, c.n)
	case here != nil && withheld.Line != 0:
		v.bad(CodeItem, p, "item %s/%d is here, and said to be %s", collection, c.n, withheld.State)
	case here != nil && here.hash != c.hash:
		v.bad(CodeItem, p, "item %s/%d is not the one that was collected", collection, c.n)
	case withheld.Line != 0 && withheld.SHA256 != c.hash:
		v.bad(CodeItem, fileWithheld, "the hash of withheld item %s/%d is not the one that was collected", collection, c.n)
	}
}

func itemPathOf(collection, line string) (string, error) {
	n, err := strconv.ParseInt(line, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != line || !plainSegment(collection) {
		return "", fmt.Errorf("%s/%s is no item", visible(collection), visible(line))
	}
	return ItemPath(collection, n), nil
}
