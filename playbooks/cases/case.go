package cases

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// Case is one case as its entries say, up to the last one applied.
type Case struct {
	Number   string       `json:"number,omitempty"` // "A-7"
	Tag      string       `json:"tag,omitempty"`    // what the ledger files its entries under
	Log      string       `json:"log,omitempty"`    // the log that opened it
	Kind     string       `json:"kind,omitempty"`
	Title    string       `json:"title,omitempty"`
	Speed    int          `json:"speed,omitempty"` // of a drill: how much faster than the clock it runs
	Severity string       `json:"severity,omitempty"`
	TLP      string       `json:"tlp,omitempty"`
	State    string       `json:"state,omitempty"` // StateOpen, StateContained, StateClosed
	Keys     []WrappedKey `json:"keys,omitempty"`
	Opened   Origin       `json:"opened,omitzero"`
	Updated  time.Time    `json:"updated,omitzero"`
	Entries  int          `json:"entries,omitempty"`

	Facts    map[string][]Fact `json:"facts,omitempty"`    // newest last
	Declared map[string]string `json:"declared,omitempty"` // facts of playbooks: key to label

	Notes      []Note       `json:"notes,omitempty"`
	Decisions  []Decision   `json:"decisions,omitempty"`
	People     []Person     `json:"people,omitempty"`
	Tasks      []Task       `json:"tasks,omitempty"`
	Assets     []Asset      `json:"assets,omitempty"`
	Indicators []Indicator  `json:"indicators,omitempty"`
	Links      []Link       `json:"links,omitempty"`
	Imports    []Import     `json:"imports,omitempty"`
	Offsets    []Offset     `json:"offsets,omitempty"`
	Changes    []Transition `json:"changes,omitempty"`

	Collections []Collection    `json:"collections,omitempty"`
	Custody     []CustodyEvent  `json:"custody,omitempty"`
	Checks      []Verification  `json:"checks,omitempty"`
	Seals       []Seal          `json:"seals,omitempty"`
	Exports     []Export        `json:"exports,omitempty"`
	Forms       []Form          `json:"forms,omitempty"`
	Exporting   []Exporting     `json:"exporting,omitempty"` // begun, with what became of them
	Runs        []Run           `json:"runs,omitempty"`
	Playbooks   map[string]Book `json:"playbooks,omitempty"` // by SHA-256 of their bytes

	Conflicts []Conflict     `json:"conflicts,omitempty"`
	Destroyed []Gone         `json:"destroyed,omitempty"`
	Newer     []Gone         `json:"newer,omitempty"`     // entries of kinds this program does not know
	ReadOnly  string         `json:"read_only,omitempty"` // why nothing can be recorded here; "" if it can
	Made      map[string]int `json:"made,omitempty"`      // highest number given out by id letter

	rec  *event.Recorder
	live map[string]*live // runs with their playbooks read; made again from Runs when missing
}

// ReasonNewer is Case.ReadOnly after an entry of an unknown kind.
const ReasonNewer = "from a newer Posko"

// Origin says where a thing on the case comes from.
type Origin struct {
	Entry  event.ID        `json:"entry"`
	By     string          `json:"by,omitempty"`     // the officer who recorded it
	Wall   time.Time       `json:"wall,omitzero"`    // when it was recorded
	At     instant.Instant `json:"at,omitzero"`      // when it happened, if said
	Source string          `json:"source,omitempty"` // who or what says so
	Doubt  string          `json:"doubt,omitempty"`  // why Wall is doubted
}

// Happened is the event time: what was said, else when it was recorded.
func (o Origin) Happened() instant.Instant {
	if !o.At.IsZero() {
		return o.At
	}
	return instant.Of(o.Wall)
}

// Gone names an entry whose body is not there, or not understood. Why says who
// destroyed it; without it the body is damaged, or from a newer Posko.
type Gone struct {
	Entry event.ID  `json:"entry"`
	Kind  string    `json:"kind"`
	By    string    `json:"by,omitempty"`
	Wall  time.Time `json:"wall,omitzero"`
	Why   *Struck   `json:"why,omitempty"`
}

// payload is the typed content of one kind of event of a case.
type payload interface {
	event.Payload
	// fits says why the event does not fit the case as it is, or nil.
	fits(c *Case) *Refusal
	// apply changes the case; it is called only when the event fits.
	apply(c *Case, e event.Event)
	// describe is the line for the timeline.
	describe(lang string) string
}

// Attach gives the case the recorder of one update; nil makes it read-only.
func (c *Case) Attach(r *event.Recorder) { c.rec = r }

// record checks that p fits, queues it and applies it.
func (c *Case) record(p payload) error {
	if err := c.mayRecord(); err != nil {
		return err
	}
	if r := c.misfit(p); r != nil {
		return r
	}
	return c.rec.Record(p, c.Apply)
}

// mayRecord refuses on a value that nothing can be recorded on, and what is
// said to happen in the future.
func (c *Case) mayRecord() error {
	if c.rec == nil {
		return event.ErrNoRecorder
	}
	if c.ReadOnly != "" {
		return refuse("read-only")
	}
	if at := c.rec.Happened(); at.Time().After(c.rec.Now().Add(future)) {
		return refuse("future", at.String())
	}
	return nil
}

// misfit holds the rules common to all kinds, then asks the kind itself.
func (c *Case) misfit(p payload) *Refusal {
	_, opening := p.(*caseOpened)
	switch {
	case c.State == "" && !opening:
		return refuse("not-open-yet")
	case c.State == StateClosed && !opening && !fitsClosed(p.Kind()):
		return refuse("closed", c.Number)
	}
	return p.fits(c)
}

// Apply folds one event into the case. It never refuses.
func (c *Case) Apply(e event.Event) {
	e.Wall = e.Wall.UTC().Round(0)
	c.touch(e)
	p := decode(e.Kind)
	switch {
	case p == nil:
		c.Newer = append(c.Newer, gone(e))
		c.ReadOnly = ReasonNewer
	case e.Destroyed:
		c.applyDestroyed(e)
	case json.Unmarshal(e.Data, p) != nil:
		c.conflict(e, "unreadable")
	default:
		if r := c.misfit(p); r != nil {
			c.conflict(e, r.Rule)
			return
		}
		p.apply(c, e)
	}
}

// touch counts the entry, whatever it holds.
func (c *Case) touch(e event.Event) {
	c.Entries++
	if wall := e.Wall.UTC().Round(0); wall.After(c.Updated) {
		c.Updated = wall
	}
	if c.Tag == "" {
		c.Tag = e.Case
	}
}

// applyDestroyed lists e and keeps its number, so that no later thing takes it.
// A case stays usable when its opening itself is damaged.
func (c *Case) applyDestroyed(e event.Event) {
	c.Destroyed = append(c.Destroyed, gone(e))
	if letter := letterOf(e.Kind); letter != "" {
		c.made(letter, c.Made[letter]+1)
	}
	if e.Kind == KindOpened && c.State == "" {
		(&caseOpened{Opening: Opening{}.withDefaults()}).apply(c, e)
	}
}

func gone(e event.Event) Gone {
	return Gone{Entry: e.ID, Kind: strings.ToValidUTF8(e.Kind, "\uFFFD"), By: e.Actor, Wall: e.Wall}
}

// origin keeps of e what every thing on the case keeps. The instant is read
// back from its text so that a folded and a reloaded case are the same value.
func origin(e event.Event) Origin {
	return Origin{Entry: e.ID, By: e.Actor, Wall: e.Wall, At: stored(e.At), Source: e.Source, Doubt: e.Doubt}
}

func stored(i instant.Instant) instant.Instant {
	again, err := instant.Parse(i.String())
	if err != nil {
		return instant.Instant{}
	}
	return again
}

// next is the id that the next thing of a letter will have in its payload.
func (c *Case) next(letter string) string { return letter + strconv.Itoa(c.Made[letter]+1) }

func (c *Case) made(letter string, n int) {
	if c.Made == nil {
		c.Made = map[string]int{}
	}
	c.Made[letter] = max(c.Made[letter], n)
}

// settle returns the id under which the case keeps what e calls id.
func (c *Case) settle(e event.Event, id string) string {
	fresh := false
	if len(id) > 1 {
		if n, err := strconv.Atoi(id[1:]); err == nil && n < 1e9 {
			fresh = n > c.Made[id[:1]] // no thing can have a number that was not given out
			c.made(id[:1], n)
		}
	}
	id = idOn(c.Log, e.Log, id)
	for !fresh && c.taken(id) { // only a forged entry names a thing twice
		id += "'"
	}
	return id
}

func (c *Case) taken(id string) bool {
	return c.Exists(id) || find(c.Links, id) != nil || find(c.Collections, id) != nil || find(c.Exporting, id) != nil
}

// idOn marks an id that was given on another log than the one that opened the case.
func idOn(home, log, id string) string {
	if log == home || id == "" {
		return id
	}
	short := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, log)
	return id + "-" + short[:min(4, len(short))]
}

// last returns the id of the newest element of a list, for methods that
// return what they made.
func last[T interface{ id() string }](list []T) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].id()
}

// find returns the element with an id, or nil.
func find[T interface{ id() string }](list []T, id string) *T {
	for i := range list {
		if list[i].id() == id {
			return &list[i]
		}
	}
	return nil
}
