package cases

import (
	"slices"

	"github.com/posko-ir/posko/playbooks/event"
)

// Sealing is what the store hands over once an officer signed a seal.
type Sealing struct {
	Collections    []string `json:"items"`
	Manifest       string   `json:"manifest"`        // the bytes that were signed
	ManifestSHA256 string   `json:"manifest_sha256"` // of those bytes
	Signature      string   `json:"signature"`       // SSHSIG, armored
	Key            string   `json:"key"`             // the signer's public key
	Words          string   `json:"words"`           // its fingerprint as twelve words
}

// Seal freezes collections under a signature. A further seal supplements the
// one before and covers what came since.
type Seal struct {
	Origin
	ID string `json:"id"`
	Sealing
	Supplements string `json:"supplements,omitempty"`
}

func (s Seal) id() string { return s.ID }

// NextSeal is the id that the next seal will have in this update.
func (c *Case) NextSeal() string {
	if c.rec == nil {
		return c.next("S")
	}
	return idOn(c.Log, c.rec.Log(), c.next("S"))
}

// SealEvidence records a seal over collections that no seal covers yet and
// returns its id. With nothing new to seal it is refused.
func (c *Case) SealEvidence(s Sealing) (string, error) {
	var in input
	if len(c.Unsealed()) == 0 || len(s.Collections) == 0 {
		in.refuse("nothing-to-seal", c.Number)
	}
	if !sha256Hex.MatchString(s.ManifestSHA256) || s.Signature == "" || s.Key == "" {
		in.refuse("unsigned")
	}
	if err := in.err(); err != nil {
		return "", err
	}
	if err := c.record(&evidenceSealed{ID: c.next("S"), Sealing: s, Supplements: last(c.Seals)}); err != nil {
		return "", err
	}
	return last(c.Seals), nil
}

type evidenceSealed struct {
	ID string `json:"seal"`
	Sealing
	Supplements string `json:"supplements,omitempty"`
}

func (*evidenceSealed) Kind() string  { return KindSealed }
func (p *evidenceSealed) ref() string { return p.ID }

func (p *evidenceSealed) fits(c *Case) *Refusal {
	for i, id := range p.Collections {
		coll := find(c.Collections, id)
		switch {
		case coll == nil:
			return refuse("unknown-item", id)
		case coll.Seal != "" || slices.Contains(p.Collections[:i], id):
			return refuse("sealed-already", id, coll.Seal)
		}
	}
	return nil
}

func (p *evidenceSealed) apply(c *Case, e event.Event) {
	id := c.settle(e, p.ID)
	c.Seals = append(c.Seals, Seal{Origin: origin(e), ID: id, Sealing: p.Sealing, Supplements: p.Supplements})
	for _, name := range p.Collections {
		find(c.Collections, name).Seal = id
	}
}

func (p *evidenceSealed) describe(lang string) string {
	return text(lang, "row.sealed", p.Collections, p.ManifestSHA256)
}

// Export is a bag that left the laptop.
type Export struct {
	Origin
	To       string `json:"to"`
	SHA256   string `json:"tagmanifest_sha256"`
	Audience string `json:"audience,omitempty"`
}

// Exported records that a bag was written: where to, the SHA-256 of its tag
// manifest, and for whom it is meant.
func (c *Case) Exported(to, tagmanifest, audience string) error {
	var in input
	p := &exportedBag{To: in.line("to", to, MaxIndicator), SHA256: tagmanifest, Audience: in.maybeLine("audience", audience, MaxName)}
	if !sha256Hex.MatchString(tagmanifest) {
		in.refuse("manifest", tagmanifest)
	}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

type exportedBag struct {
	To       string `json:"to"`
	SHA256   string `json:"tagmanifest_sha256"`
	Audience string `json:"audience,omitempty"`
}

func (*exportedBag) Kind() string        { return KindExported }
func (*exportedBag) fits(*Case) *Refusal { return nil }

func (p *exportedBag) apply(c *Case, e event.Event) {
	c.Exports = append(c.Exports, Export{Origin: origin(e), To: p.To, SHA256: p.SHA256, Audience: p.Audience})
}

func (p *exportedBag) describe(lang string) string { return text(lang, "row.exported", p.To) }
