package cases

import (
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
)

// AssetTypes lists what an asset can be.
func AssetTypes() []string {
	return []string{"host", "account", "system", "data", "person", "other"}
}

// Asset is something of ours that the case is about.
type Asset struct {
	Origin
	ID   string `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
}

func (a Asset) id() string { return a.ID }

// AddAsset names something of ours that is touched and returns its id.
func (c *Case) AddAsset(typ, name string) (string, error) {
	var in input
	p := &assetAdded{ID: c.next("A"), Type: in.oneOf("type", typ, "", AssetTypes()), Name: in.line("name", name, MaxName)}
	if err := in.err(); err != nil {
		return "", err
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Assets), nil
}

type assetAdded struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
}

func (*assetAdded) Kind() string        { return KindAsset }
func (p *assetAdded) ref() string       { return p.ID }
func (*assetAdded) fits(*Case) *Refusal { return nil }

func (p *assetAdded) apply(c *Case, e event.Event) {
	c.Assets = append(c.Assets, Asset{Origin: origin(e), ID: c.settle(e, p.ID), Type: p.Type, Name: p.Name})
}

func (p *assetAdded) describe(lang string) string {
	return text(lang, "row.asset", word(p.Type), p.Name)
}

// Indicator is a trace of the other side, in its normal form.
type Indicator struct {
	Origin
	ID    string `json:"id"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

func (i Indicator) id() string { return i.ID }

// AddIndicator validates and normalises an indicator and returns its id. It
// reads defanged spellings such as hxxps://evil[.]example.
func (c *Case) AddIndicator(typ, value string) (string, error) {
	typ = strings.ToLower(strings.TrimSpace(typ))
	norm, err := NormalIndicator(typ, value)
	if err != nil {
		return "", err
	}
	for _, i := range c.Indicators {
		if i.Type == typ && i.Value == norm {
			return "", refuse("indicator-known", Defang(typ, norm), i.ID)
		}
	}
	if err := c.record(&indicatorAdded{ID: c.next("I"), Type: typ, Value: norm}); err != nil {
		return "", err
	}
	return last(c.Indicators), nil
}

type indicatorAdded struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

func (*indicatorAdded) Kind() string        { return KindIndicator }
func (p *indicatorAdded) ref() string       { return p.ID }
func (*indicatorAdded) fits(*Case) *Refusal { return nil }

func (p *indicatorAdded) apply(c *Case, e event.Event) {
	c.Indicators = append(c.Indicators, Indicator{Origin: origin(e), ID: c.settle(e, p.ID), Type: p.Type, Value: p.Value})
}

func (p *indicatorAdded) describe(lang string) string {
	return text(lang, "row.indicator", word(p.Type), Defang(p.Type, p.Value))
}
