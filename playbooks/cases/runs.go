package cases

import (
	"strings"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/run"
)

// Run is one use of a playbook on the case.
type Run struct {
	Origin
	ID       string      `json:"id"`
	Playbook string      `json:"playbook"`         // hash, a key of Case.Playbooks
	Others   []string    `json:"others,omitempty"` // hashes of the playbooks it may call
	State    run.State   `json:"state"`
	Log      []StepEvent `json:"log,omitempty"` // what was recorded about its steps, oldest first
}

func (r Run) id() string { return r.ID }

// live is a run with its playbooks read. It is made from the state and never stored.
type live struct {
	*run.Run
	guides map[string]*guide.Guide // by hash
}

// StartRun starts a playbook on the case and returns the run's id. Of others,
// which may be a whole library, those that it can call are kept with the run.
func (c *Case) StartRun(main []byte, others ...[]byte) (string, error) {
	if err := c.mayRecord(); err != nil {
		return "", err
	}
	p := &runStarted{ID: c.next("R")}
	source, g, err := readBook(string(main))
	if err != nil {
		return "", err
	}
	if g.Playbook.Kind == guide.KindFragment {
		return "", refuse("fragment", source.Name)
	}
	p.Playbook = bookOf(source, g)
	library := map[string]bookRef{}
	for _, data := range others {
		if other, og, err := readBook(string(data)); err == nil {
			library[other.ID] = bookOf(other, og)
		}
	}
	p.Others = called(source, library)
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Runs), c.playStory(g)
}

type runStarted struct {
	ID       string    `json:"run"`
	Playbook bookRef   `json:"playbook"`
	Others   []bookRef `json:"others,omitempty"`
}

func (*runStarted) Kind() string  { return KindRunStarted }
func (p *runStarted) ref() string { return p.ID }

func (p *runStarted) fits(*Case) *Refusal {
	for _, b := range append([]bookRef{p.Playbook}, p.Others...) {
		if cacao.Hash([]byte(b.Bytes)) != b.Hash {
			return refuse("playbook-broken", b.Hash)
		}
	}
	if _, err := p.build(p.ID); err != nil {
		return refuse("playbook-broken", err.Error())
	}
	return nil
}

// build reads the playbooks and prepares the run.
func (p *runStarted) build(id string) (*live, error) {
	main, g, err := readBook(p.Playbook.Bytes)
	if err != nil {
		return nil, err
	}
	l := &live{guides: map[string]*guide.Guide{main.Hash(): g}}
	others := map[string]*cacao.Playbook{}
	for _, b := range p.Others {
		if other, og, err := readBook(b.Bytes); err == nil {
			others[other.ID] = other
			l.guides[other.Hash()] = og
		}
	}
	l.Run, err = run.New(id, main, others)
	return l, err
}

func (p *runStarted) apply(c *Case, e event.Event) {
	id := c.settle(e, p.ID)
	l, err := p.build(id)
	if err != nil {
		return // fits read the same bytes
	}
	l.Start(nil)
	r := Run{Origin: origin(e), ID: id, Playbook: p.Playbook.Hash}
	c.keepBook(p.Playbook)
	for _, b := range p.Others {
		c.keepBook(b)
		r.Others = append(r.Others, b.Hash)
	}
	c.Runs = append(c.Runs, r)
	for _, g := range l.guides {
		for _, f := range g.Playbook.Facts {
			c.declare(f.Key, f.Label)
		}
	}
	c.keep(&c.Runs[len(c.Runs)-1], l)
}

func (p *runStarted) describe(lang string) string {
	return text(lang, "row.run-started", p.Playbook.Name)
}

// keep stores the state of a run after something happened to it.
func (c *Case) keep(r *Run, l *live) {
	c.remember(r.ID, l)
	r.State = tidy(l.State())
}

func (c *Case) remember(id string, l *live) {
	if c.live == nil {
		c.live = map[string]*live{}
	}
	c.live[id] = l
}

// tidy drops empty maps, which JSON does not tell from none.
func tidy(s run.State) run.State {
	if len(s.Playbooks) == 0 {
		s.Playbooks = nil
	}
	for i := range s.Scopes {
		if len(s.Scopes[i].Vars) == 0 {
			s.Scopes[i].Vars = nil
		}
	}
	return s
}

// running returns a run ready to go on; nil when there is none of that id or
// its state does not fit its playbooks. What it reads is kept only while
// something is being recorded: else several may read the case at once.
func (c *Case) running(id string) *live {
	if l := c.live[id]; l != nil {
		return l
	}
	r := find(c.Runs, id)
	if r == nil {
		return nil
	}
	l := &live{guides: map[string]*guide.Guide{}}
	books := map[string]*cacao.Playbook{}
	for _, hash := range append([]string{r.Playbook}, r.Others...) {
		if p, g, err := readBook(c.Playbooks[hash].Bytes); err == nil {
			books[hash], l.guides[hash] = p, g
		}
	}
	var err error
	if l.Run, err = run.Load(r.State, func(hash string) *cacao.Playbook { return books[hash] }); err != nil {
		return nil
	}
	if c.rec != nil {
		c.remember(id, l)
	}
	return l
}

// stepAt splits "R1.3" into the run and the step's ref inside it.
func (c *Case) stepAt(ref string) (l *live, inside string) {
	id, inside, ok := strings.Cut(ref, ".")
	if !ok {
		return nil, ""
	}
	return c.running(id), inside
}

// stepExists reports whether id names a run or a step that it reached.
func (c *Case) stepExists(id string) bool {
	if find(c.Runs, id) != nil {
		return true
	}
	l, inside := c.stepAt(id)
	if l == nil {
		return false
	}
	_, ok := l.Step(inside)
	return ok
}

// guide returns what the extension says about a step, or nil.
func (l *live) guide(inside string) (*guide.Guide, *guide.Step, *cacao.Step) {
	p, step, ok := l.Source(inside)
	if !ok {
		return nil, nil, nil
	}
	g := l.guides[p.Hash()]
	return g, g.Step(step.ID), step
}
