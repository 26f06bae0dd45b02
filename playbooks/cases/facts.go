package cases

import (
	"maps"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/instant"
)

// future is how far ahead of the laptop's clock an instant may lie.
const future = 5 * time.Minute

// Fact is one value that an instant of the case was given. A correction is a
// further one; all are kept.
type Fact struct {
	Origin
	Value  instant.Instant `json:"value,omitzero"`
	Reason string          `json:"reason,omitempty"` // empty: no reason was given
}

// Fact returns the value of an instant that counts now: the newest entry's.
func (c *Case) Fact(key string) (instant.Instant, bool) {
	all := c.Facts[key]
	if len(all) == 0 {
		return instant.Instant{}, false
	}
	return all[len(all)-1].Value, true
}

// Instants returns all instants as they count now.
func (c *Case) Instants() map[string]instant.Instant {
	now := make(map[string]instant.Instant, len(c.Facts))
	for key := range c.Facts {
		now[key], _ = c.Fact(key)
	}
	return now
}

// FactKeys lists the instants this case may have: the known ones, then what
// its playbooks declared.
func (c *Case) FactKeys() []string {
	return append(guide.Facts(), slices.Sorted(maps.Keys(c.Declared))...)
}

// FactLabel is the name of an instant for people.
func (c *Case) FactLabel(lang, key string) string {
	if label := text(lang, "fact."+key); label != "" {
		return label
	}
	for _, r := range c.Runs {
		l := c.running(r.ID)
		if _, ok := c.Declared[key]; !ok || l == nil {
			continue
		}
		for _, hash := range append([]string{r.Playbook}, r.Others...) {
			if g := l.guides[hash]; g != nil && g.Text(lang).Facts[key] != "" {
				return g.Text(lang).Facts[key]
			}
		}
	}
	return first(c.Declared[key], key)
}

// SetFact gives an instant a value, or corrects it. Awareness is a decision,
// so a reason or source belongs to it; without one the report says so.
func (c *Case) SetFact(key string, at instant.Instant, reason string) error {
	p, err := c.newFact(key, at, reason, "")
	if err != nil {
		return err
	}
	return c.record(p)
}

// newFact checks a fact without recording it.
func (c *Case) newFact(key string, at instant.Instant, reason, source string) (*factSet, error) {
	if err := c.mayRecord(); err != nil {
		return nil, err
	}
	var in input
	reason = in.maybeText("reason", reason)
	switch {
	case !slices.Contains(c.FactKeys(), key):
		in.refuse("unknown-fact", key, c.FactKeys())
	case at.IsZero():
		in.refuse("missing", word("instant"))
	case !slices.Contains(guide.Planned(), key) && at.Time().After(c.rec.Now().Add(future)):
		in.refuse("future", at.String())
	}
	from, _ := c.Fact("occurred_from")
	to, ended := c.Fact("occurred_to")
	if key == "occurred_to" && at.Time().Before(from.Time()) ||
		key == "occurred_from" && ended && at.Time().After(to.Time()) {
		in.refuse("backwards")
	}
	return &factSet{Key: key, At: at, Reason: reason, Source: source}, in.err()
}

func (c *Case) setFact(key string, f Fact) {
	if c.Facts == nil {
		c.Facts = map[string][]Fact{}
	}
	c.Facts[key] = append(c.Facts[key], f)
}

type factSet struct {
	Key    string          `json:"key"`
	At     instant.Instant `json:"at"`
	Reason string          `json:"reason,omitempty"`
	Source string          `json:"source,omitempty"` // when a step sets it; else the body says
}

func (*factSet) Kind() string        { return KindFact }
func (*factSet) fits(*Case) *Refusal { return nil }

func (p *factSet) apply(c *Case, e event.Event) {
	f := Fact{Origin: origin(e), Value: stored(p.At), Reason: p.Reason}
	if p.Source != "" {
		f.Source = p.Source
	}
	c.setFact(p.Key, f)
}

func (p *factSet) describe(lang string) string {
	label := text(lang, "fact."+p.Key)
	if label == "" {
		label = p.Key
	}
	return text(lang, "row.fact", label, p.At.String()) + because(lang, p.Reason)
}
