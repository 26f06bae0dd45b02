package run

import (
	"errors"
	"fmt"
	"maps"

	"github.com/posko-ir/posko/playbooks/cacao"
)

var (
	// ErrNotRunnable is returned for a playbook whose workflow cannot be carried out.
	ErrNotRunnable = errors.New("playbook cannot be run; check it and mend what blocks it")
	// ErrState is returned for a stored state that does not fit its playbooks.
	ErrState = errors.New("stored run does not fit its playbook")
)

// A Run is a state together with its playbooks.
type Run struct {
	state  State
	books  map[string]*cacao.Playbook   // by hash
	labels map[string]map[string]string // by hash and step id
	refs   map[string]int               // to the index in state.Steps
	copies map[string]int               // where to look for the next free ref of a shared step
	queue  []move                       // a stack of what is entered next
	moves  int
}

// New prepares a run of main. others are the playbooks it may call, directly or
// not, by their id; what is missing or cannot be run is carried out by hand.
func New(id string, main *cacao.Playbook, others map[string]*cacao.Playbook) (*Run, error) {
	if main == nil || !main.Runnable() {
		return nil, fmt.Errorf("start run: %w", ErrNotRunnable)
	}
	r := empty(State{ID: id, Main: main.Hash(), Playbooks: map[string]string{}})
	r.attach(main)
	for id, p := range others {
		if p != nil && p.Runnable() {
			r.attach(p)
			r.state.Playbooks[id] = p.Hash()
		}
	}
	return r, nil
}

// Load takes a stored state up again; find gives the playbook with a hash, or nil.
func Load(state State, find func(hash string) *cacao.Playbook) (*Run, error) {
	r := empty(state.clone())
	hashes := map[string]bool{state.Main: true}
	for _, hash := range state.Playbooks {
		hashes[hash] = true
	}
	for hash := range hashes {
		p := find(hash)
		if p == nil || p.Hash() != hash || !p.Runnable() {
			return nil, fmt.Errorf("load run: playbook %.12s is not at hand: %w", hash, ErrState)
		}
		r.attach(p)
	}
	if err := r.checkState(); err != nil {
		return nil, fmt.Errorf("load run: %w", err)
	}
	for i, step := range r.state.Steps {
		r.refs[step.Ref] = i
	}
	return r, nil
}

func empty(state State) *Run {
	return &Run{
		state: state, refs: map[string]int{}, copies: map[string]int{},
		books: map[string]*cacao.Playbook{}, labels: map[string]map[string]string{},
	}
}

func (r *Run) attach(p *cacao.Playbook) {
	r.books[p.Hash()] = p
	r.labels[p.Hash()] = labelSteps(p)
}

// checkState makes sure that no index or id of a stored state leads nowhere.
func (r *Run) checkState() error {
	s := &r.state
	for i, scope := range s.Scopes {
		if r.books[scope.Playbook] == nil {
			return fmt.Errorf("scope %d: %w", i, ErrState)
		}
	}
	for i, f := range s.Frames {
		if f.Owner < -1 || f.Owner >= len(s.Steps) || f.Scope < 0 || f.Scope >= len(s.Scopes) {
			return fmt.Errorf("frame %d: %w", i, ErrState)
		}
		// A frame is opened by a step of an earlier frame; so nothing goes round in a circle.
		if f.Owner >= 0 && (s.Steps[f.Owner].Frame < 0 || s.Steps[f.Owner].Frame >= i) {
			return fmt.Errorf("frame %d: %w", i, ErrState)
		}
	}
	for _, step := range s.Steps {
		if step.Frame < 0 || step.Frame >= len(s.Frames) || r.book(step.Frame).Step(step.Step) == nil {
			return fmt.Errorf("step %q: %w", step.Ref, ErrState)
		}
	}
	return nil
}

// Start reaches the first steps. inputs are values for external variables of
// the main playbook; others are ignored. A second start changes nothing.
func (r *Run) Start(inputs map[string]string) {
	if r.state.Started {
		return
	}
	r.state.Started = true
	main := r.books[r.state.Main]
	vars := startValues(main)
	for name, value := range inputs {
		if v, ok := main.Variables[name]; ok && v.External && !v.Constant && checkValue(v.Type, value) == nil {
			vars[name] = value
		}
	}
	r.state.Scopes = append(r.state.Scopes, Scope{Playbook: r.state.Main, Vars: vars})
	r.state.Frames = append(r.state.Frames, Frame{Owner: -1})
	r.push(0, main.WorkflowStart)
	r.drive()
}

// State returns a copy of the state.
func (r *Run) State() State { return r.state.clone() }

// Done reports whether the main workflow reached its end.
func (r *Run) Done() bool { return r.state.Ended }

// Steps returns the steps reached so far, in the order reached.
func (r *Run) Steps() []Instance { return cloneSteps(r.state.Steps) }

// Step returns the step with a ref.
func (r *Run) Step(ref string) (Instance, bool) {
	i, ok := r.refs[ref]
	if !ok {
		return Instance{}, false
	}
	step := r.state.Steps[i]
	step.Vars = maps.Clone(step.Vars)
	return step, true
}

// Source returns the playbook and the CACAO step behind a ref.
func (r *Run) Source(ref string) (*cacao.Playbook, *cacao.Step, bool) {
	i, ok := r.refs[ref]
	if !ok {
		return nil, nil, false
	}
	return r.book(r.state.Steps[i].Frame), r.definition(i), true
}

// Human reports whether a person has or had to do with the step: an action, a
// playbook carried out by hand, or a decision.
func (r *Run) Human(ref string) bool {
	i, ok := r.refs[ref]
	return ok && (r.definition(i).Type == cacao.Action || r.state.Steps[i].Ask != "")
}

func (r *Run) book(frame int) *cacao.Playbook {
	return r.books[r.state.Scopes[r.state.Frames[frame].Scope].Playbook]
}

func (r *Run) definition(i int) *cacao.Step {
	return r.book(r.state.Steps[i].Frame).Step(r.state.Steps[i].Step)
}
