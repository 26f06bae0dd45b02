package cases

import (
	"time"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/instant"
)

// KindDrill is the kind of case that rehearses; whatever shows it says so.
const KindDrill = "drill"

// MaxSpeed is how many times faster than the clock a drill may run: a day in a
// minute.
const MaxSpeed = 24 * 60

// storySource is who says a made-up fact.
const storySource = "drill"

// Drill reports whether the case only rehearses.
func (c *Case) Drill() bool { return c.Kind == KindDrill }

// SetSpeed makes a drill run faster than the clock: at speed 60 an hour of the
// playbook lasts a minute. It is set once, before any playbook starts.
func (c *Case) SetSpeed(speed int) error {
	if speed < 1 || speed > MaxSpeed {
		return refuse("speed", speed, MaxSpeed)
	}
	return c.record(&drillSpeed{Speed: speed})
}

type drillSpeed struct {
	Speed int `json:"speed"`
}

func (*drillSpeed) Kind() string { return KindDrillSpeed }

func (p *drillSpeed) fits(c *Case) *Refusal {
	switch {
	case !c.Drill():
		return refuse("no-drill", c.Number)
	case c.Speed != 0 || len(c.Runs) > 0:
		return refuse("speed-set", c.Number)
	}
	return nil
}

func (p *drillSpeed) apply(c *Case, _ event.Event) { c.Speed = min(max(p.Speed, 1), MaxSpeed) }

func (p *drillSpeed) describe(lang string) string { return text(lang, "row.speed", p.Speed) }

// paced is how long a duration of the playbook lasts on this case.
func (c *Case) paced(d time.Duration) time.Duration { return d / time.Duration(max(c.Speed, 1)) }

// onStory is where an instant lies on the clock of a drill. Whoever answers "told
// half an hour ago" means the story's half hour; the facts that came with the
// story, and what happened since the opening, lie right already.
func (c *Case) onStory(key string, at instant.Instant) instant.Instant {
	opened, _ := c.Fact("opened")
	values := c.Facts[key]
	before := at.Time().Sub(opened.Time())
	if !c.Drill() || before >= 0 || len(values) == 0 || values[len(values)-1].Source == storySource {
		return at
	}
	return opened.Add(c.paced(before))
}

// playStory sets the made-up facts that a drill begins with; what the case
// knows already stays.
func (c *Case) playStory(g *guide.Guide) error {
	d := g.Playbook.Drill
	if d == nil || !c.Drill() {
		return nil
	}
	for _, f := range d.Facts {
		due, err := guide.ParseDue(f.At)
		if _, known := c.Fact(f.Key); known || err != nil {
			continue
		}
		opened, _ := c.Fact("opened")
		p, err := c.newFact(f.Key, opened.Add(c.paced(due.Offset)), "", storySource)
		if err != nil {
			return err
		}
		if err := c.record(p); err != nil {
			return err
		}
	}
	return nil
}

// News is one made-up piece of news that has arrived in a drill.
type News struct {
	Run  string          `json:"run"`
	Key  string          `json:"key"`
	At   instant.Instant `json:"at"`
	Text string          `json:"text"`
}

// A Story is what a drill plays: its scenarios, the news so far, oldest first,
// and when the next arrives (zero: none is left).
type Story struct {
	Scenarios []string        `json:"scenarios"`
	News      []News          `json:"news"`
	Next      instant.Instant `json:"next,omitzero"`
}

// Story returns the story of a drill up to now; of a real case an empty one.
func (c *Case) Story(lang string, now time.Time) Story {
	var s Story
	if !c.Drill() {
		return s
	}
	opened, _ := c.Fact("opened")
	for i := range c.Runs {
		r := &c.Runs[i]
		l := c.running(r.ID)
		if l == nil || l.guides[r.Playbook] == nil || l.guides[r.Playbook].Playbook.Drill == nil {
			continue
		}
		g := l.guides[r.Playbook]
		t := g.Text(lang)
		s.Scenarios = append(s.Scenarios, t.Scenario)
		for _, inject := range g.Playbook.Drill.Injects {
			due, err := guide.ParseDue(inject.At)
			if err != nil {
				continue
			}
			at := opened.Add(c.paced(due.Offset))
			s.arrive(News{Run: r.ID, Key: inject.Key, At: at, Text: t.Injects[inject.Key]}, now)
		}
	}
	return s
}

// arrive adds news whose time has come; else it may be the next to come.
func (s *Story) arrive(n News, now time.Time) {
	if n.At.Time().After(now) {
		if s.Next.IsZero() || n.At.Time().Before(s.Next.Time()) {
			s.Next = n.At
		}
		return
	}
	i := len(s.News)
	for i > 0 && s.News[i-1].At.Time().After(n.At.Time()) {
		i--
	}
	s.News = append(s.News[:i], append([]News{n}, s.News[i:]...)...)
}
