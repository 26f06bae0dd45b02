package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
	"github.com/posko-ir/posko/store/vault"
)

// DamagedError says that evidence is not what was collected; nothing is signed
// over it.
type DamagedError struct{ Findings []cases.Finding }

// Error names the first finding and counts the rest.
func (e *DamagedError) Error() string {
	f := e.Findings[0]
	more := ""
	if n := len(e.Findings) - 1; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("the evidence is not what was collected: %s%s: %s%s", f.Item, f.Segment, f.Problem, more)
}

// Check is what verifying the evidence of a case found.
type Check struct {
	Items    int
	Bytes    int64
	Findings []cases.Finding
}

// Verify reads every segment and every item of the case again and compares them
// with what was recorded. The outcome is recorded too.
func (d *Desk) Verify(ctx context.Context, tag string, said event.Said, progress func(bytes int64)) (Check, error) {
	check, err := d.Check(ctx, tag, progress)
	if err != nil {
		return check, err
	}
	err = store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error { return c.Verified(check.Items, check.Findings) })
	return check, err
}

// Check is Verify without a record of it. It also removes what a crash left of
// destroyed items.
func (d *Desk) Check(ctx context.Context, tag string, progress func(bytes int64)) (Check, error) {
	if err := d.removeReplaced(ctx, tag); err != nil {
		return Check{}, err
	}
	collections, err := d.collections(ctx, tag)
	if err != nil {
		return Check{}, err
	}
	out, err := d.check(ctx, tag, collections, progress)
	if err != nil {
		return out, err
	}
	wrong, err := d.checkSeals(ctx, tag)
	out.Findings = append(out.Findings, wrong...)
	return out, err
}

func (d *Desk) check(ctx context.Context, tag string, collections []cases.Collection, progress func(int64)) (Check, error) {
	id, err := d.ws.EvidenceIdentity(ctx, tag)
	if err != nil {
		return Check{}, err
	}
	var out Check
	for _, c := range collections {
		stored, _ := c.Stored()
		segments, err := toVault(stored)
		if err != nil {
			return out, err
		}
		objects := map[string]vault.Object{}
		err = d.manifest(ctx, tag, c, func(l collect.Line) error {
			if l.Stored && !lost(c, l.N) {
				objects[fmt.Sprintf("%s/%d", c.ID, l.N)] = l.Object
				out.Items++
				out.Bytes += l.Object.Size
			}
			return nil
		})
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if err != nil {
			out.Findings = append(out.Findings, cases.Finding{Item: c.ID, Problem: "manifest: " + err.Error()})
		}
		for f, err := range d.vault.Verify(ctx, vault.Checking{
			Segments: slices.Values(segments), Objects: pairs(objects), Identities: []age.Identity{id}, Progress: progress,
		}) {
			if err != nil {
				return out, err
			}
			out.Findings = append(out.Findings, cases.Finding{Item: f.Object, Segment: f.Segment, Problem: string(f.Problem)})
		}
	}
	return out, nil
}

func lost(c cases.Collection, n int64) bool { return lossOf(c, n) != nil }

// lossOf is the destruction of an item, itself or with its whole collection.
func lossOf(c cases.Collection, n int64) *cases.Destruction {
	for i, x := range c.Lost {
		if x.Item == c.ID || x.Item == fmt.Sprintf("%s/%d", c.ID, n) {
			return &c.Lost[i]
		}
	}
	return nil
}

// Seal verifies the ledger and the collections that no seal covers yet, signs
// them with the officer's authority key, and records the seal.
func (d *Desk) Seal(ctx context.Context, tag string, said event.Said) (cases.Seal, error) {
	if _, err := d.ledgerHolds(ctx, tag); err != nil {
		return cases.Seal{}, err
	}
	open, err := d.unsealed(ctx, tag)
	if err != nil {
		return cases.Seal{}, err
	}
	check, err := d.check(ctx, tag, open, nil)
	if err != nil {
		return cases.Seal{}, err
	}
	if len(check.Findings) > 0 {
		return cases.Seal{}, &DamagedError{check.Findings}
	}
	rows, err := d.sealedRows(ctx, tag, open)
	if err != nil {
		return cases.Seal{}, err
	}
	var sealed cases.Seal
	err = store.Update(ctx, d.ws, tag, said, func(c *cases.Case) error {
		signed, err := d.sign(c, rows)
		if err != nil {
			return err
		}
		if _, err := c.SealEvidence(signed); err != nil {
			return err
		}
		sealed = c.Seals[len(c.Seals)-1]
		return nil
	})
	return sealed, err
}

func (d *Desk) unsealed(ctx context.Context, tag string) ([]cases.Collection, error) {
	var open []cases.Collection
	err := store.View(ctx, d.ws, tag, func(c *cases.Case) error {
		unsealed := c.Unsealed()
		for _, col := range c.Collections {
			if slices.Contains(unsealed, col.ID) {
				open = append(open, col)
			}
		}
		return nil
	})
	return open, err
}

// sealedRows counts what each collection's manifest lists.
func (d *Desk) sealedRows(ctx context.Context, tag string, open []cases.Collection) ([]bag.SealedCollection, error) {
	var rows []bag.SealedCollection
	for _, c := range open {
		hash, err := ledger.ParseHash(c.Manifest.SHA256)
		if err != nil {
			return nil, fmt.Errorf("seal %s: %w", c.ID, err)
		}
		row := bag.SealedCollection{Collection: c.ID, Manifest: hash}
		if err := d.manifest(ctx, tag, c, func(l collect.Line) error {
			row.Items++
			if l.Stored {
				row.Bytes += l.Object.Size
			}
			return nil
		}); err != nil {
			return nil, fmt.Errorf("seal %s: %w", c.ID, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// sign makes the seal that the case is about to record.
func (d *Desk) sign(c *cases.Case, rows []bag.SealedCollection) (cases.Sealing, error) {
	var out cases.Sealing
	if len(rows) == 0 { // the case's rule says it better than the encoder
		return out, nil
	}
	m := bag.SealManifest{
		Seal: c.NextSeal(), Case: c.Number, Officer: d.ws.Keys().Officer().ID,
		Sealed: d.ws.Now().Format(time.RFC3339), Collections: rows,
	}
	if len(c.Seals) > 0 {
		m.Supplements = c.Seals[len(c.Seals)-1].ID
	}
	for _, r := range rows {
		out.Collections = append(out.Collections, r.Collection)
	}
	data, err := m.Encode()
	if err != nil {
		return out, err
	}
	signature, err := d.ws.Keys().SignAuthority(bag.NamespaceSeal, bytes.NewReader(data))
	if err != nil {
		return out, fmt.Errorf("sign seal: %w", err)
	}
	sum, key := sha256.Sum256(data), d.ws.Keys().Officer().Authority
	words := keys.Words(key)
	out.Manifest, out.ManifestSHA256 = string(data), hex.EncodeToString(sum[:])
	out.Signature, out.Key = string(signature), strings.TrimSpace(string(keys.KeyFile(key)))
	out.Words = strings.Join(words[:], " ")
	return out, nil
}

// LedgerError says that the ledger does not hold; nothing is signed over it.
type LedgerError struct{ Problems []store.Alarm }

// Error names the first problem.
func (e *LedgerError) Error() string {
	return fmt.Sprintf("the ledger does not verify: entry %d: %s; 'ledger verify' shows everything", e.Problems[0].Seq, e.Problems[0].Reason)
}

// ledgerHolds verifies the ledger for a case, and refuses unless what concerns
// the case holds. Without a tag everything has to hold. What does not touch the
// case is told in sentences.
func (d *Desk) ledgerHolds(ctx context.Context, tag string) (limits []string, err error) {
	state, err := d.Ledger(ctx, tag)
	if err != nil {
		return nil, err
	}
	if len(state.Problems) > 0 {
		return nil, &LedgerError{state.Problems}
	}
	for _, p := range state.Elsewhere {
		limits = append(limits, OutsideText(p))
	}
	return append(limits, state.Mended...), nil
}

// OutsideText says in English that damage lies outside of a case.
func OutsideText(a store.Alarm) string {
	return fmt.Sprintf("The ledger holds damage outside this case: entry %d of log %s: %s.", a.Seq, a.Log, a.Reason)
}

// LedgerState is what verifying the ledger means for one case.
type LedgerState struct {
	Problems  []store.Alarm // in the case, in the workspace's own entries, or in the logs themselves
	Elsewhere []store.Alarm // confined to other cases: what an entry says, or a key
	Mended    []string      // what was remembered wrong and is folded again by now
}

// Ledger verifies the ledger and parts what it finds by whether it touches a case.
// Damage is not a lock-out: with chain, tree and checkpoints whole, what
// another case's entry says or which key it has proves nothing about this one.
func (d *Desk) Ledger(ctx context.Context, tag string) (LedgerState, error) {
	var out LedgerState
	v, err := d.ws.Verify(ctx)
	if err != nil || v.OK() {
		return out, err
	}
	standing, err := d.ws.Verify(ctx) // what was remembered wrong is folded again by now
	if err != nil {
		return out, err
	}
	for _, p := range v.Problems {
		switch {
		case tag != "" && p.Tag != "" && p.Tag != tag:
			out.Elsewhere = append(out.Elsewhere, p)
		case tag != "" && !slices.Contains(standing.Problems, p):
			out.Mended = append(out.Mended, fmt.Sprintf("When the ledger was verified: %s.", p.Reason))
		default:
			out.Problems = append(out.Problems, p)
		}
	}
	return out, nil
}

// pairs yields a map in the order of its keys.
func pairs[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
