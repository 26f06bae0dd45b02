package cases

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
)

// Finding is one thing that a verification found wrong.
type Finding struct {
	Item    string `json:"item,omitempty"`
	Segment string `json:"segment,omitempty"`
	Problem string `json:"problem"`
}

// Verification is one check of the case's evidence against its hashes.
type Verification struct {
	Origin
	OK       bool      `json:"ok"`
	Items    int       `json:"items"`
	Findings []Finding `json:"findings,omitempty"`
}

// Verified records the outcome of checking the evidence: how many items were
// checked and what was wrong. Of many findings the first MaxSkipped are kept.
func (c *Case) Verified(items int, findings []Finding) error {
	p := &evidenceVerified{OK: len(findings) == 0, Items: items, Count: len(findings)}
	if n := min(len(findings), MaxSkipped); n > 0 {
		p.Findings = findings[:n]
	}
	return c.record(p)
}

type evidenceVerified struct {
	OK       bool      `json:"ok"`
	Items    int       `json:"items"`
	Count    int       `json:"count,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
}

func (*evidenceVerified) Kind() string        { return KindVerified }
func (*evidenceVerified) fits(*Case) *Refusal { return nil }

func (p *evidenceVerified) apply(c *Case, e event.Event) {
	c.Checks = append(c.Checks, Verification{Origin: origin(e), OK: p.OK, Items: p.Items, Findings: p.Findings})
}

func (p *evidenceVerified) describe(lang string) string {
	if p.OK {
		return text(lang, "row.verified", p.Items)
	}
	return text(lang, "row.verify-failed", p.Items, p.Count)
}

// Destruction says what was destroyed, why, and the hashes around it.
type Destruction struct {
	Origin
	Item   string          `json:"item"`
	Reason string          `json:"reason"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// DestroyItem records that the bytes of an item or collection are removed.
// The record stays; before and after hold the vault's hashes of both states.
func (c *Case) DestroyItem(item, reason string, before, after json.RawMessage) error {
	var in input
	p := &itemDestroyed{Item: item, Reason: in.reason(reason), Before: before, After: after}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type itemDestroyed struct {
	Item   string          `json:"item"`
	Reason string          `json:"reason"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

func (*itemDestroyed) Kind() string { return KindDestroyed }

func (p *itemDestroyed) fits(c *Case) *Refusal {
	if !c.itemExists(p.Item) {
		return refuse("unknown-item", p.Item)
	}
	return nil
}

func (p *itemDestroyed) apply(c *Case, e event.Event) {
	name, _, _ := strings.Cut(p.Item, "/")
	coll := find(c.Collections, name)
	coll.Lost = append(coll.Lost, Destruction{
		Origin: origin(e), Item: p.Item, Reason: p.Reason, Before: jsonForm(p.Before), After: jsonForm(p.After),
	})
}

func (p *itemDestroyed) describe(lang string) string {
	return text(lang, "row.destroyed", p.Item) + because(lang, p.Reason)
}

// jsonForm writes raw JSON as encoding/json will write it in a snapshot, so
// that a folded and a reloaded case are the same value.
func jsonForm(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	var out bytes.Buffer
	json.HTMLEscape(&out, raw)
	return out.Bytes()
}
