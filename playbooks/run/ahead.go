package run

import (
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/stix"
)

// A Planned is a step for a person that the run has not reached and may reach.
type Planned struct {
	Ref      string // as it will be called in the first round of a loop
	Step     string // CACAO id
	Playbook string // hash
	// Next says that it may follow directly what is open now.
	Next bool
	// Gate is the ref of the nearest condition before it that is not decided yet,
	// Branch the way it must go; both empty when the step comes in any case.
	Gate   string
	Branch string
	// IfFailed says that it comes only when the step before it fails.
	IfFailed bool
}

// The bounds of what is looked ahead: steps for a person, and steps walked through
// (playbooks that call each other many times over need not hold any for a person).
const (
	maxPlanned = 10_000
	maxWalked  = 100_000
)

// Upcoming lists what may still come, in the order of the workflow, without the
// rounds that loops may add.
func (r *Run) Upcoming() []Planned {
	w := r.look()
	list := make([]Planned, len(w.planned))
	for i, p := range w.planned {
		list[i] = *p
	}
	return list
}

// A walker goes through the workflow ahead of the run.
type walker struct {
	run     *Run
	planned []*Planned
	byRef   map[string]*Planned
	seen    map[string]bool // refs walked through, with their nearness
	gates   map[string]place
	live    map[int][]int // frame to its live steps
	inside  map[int][]int // step to its open frames
}

// A place is where in the workflow a step stands, reached or not.
type place struct {
	book  *cacao.Playbook
	step  *cacao.Step
	vars  map[string]string
	calls []string // hashes of the playbooks around it
	frame Frame    // for the ref
}

// A way is how a step is come to.
type way struct {
	near         bool // no step for a person lies between
	gate, branch string
	failed       bool
}

func (r *Run) look() *walker {
	w := &walker{run: r, byRef: map[string]*Planned{}, seen: map[string]bool{}, gates: map[string]place{}}
	w.live, w.inside = map[int][]int{}, map[int][]int{}
	for i := range r.state.Steps {
		if inst := &r.state.Steps[i]; inst.live() {
			w.live[inst.Frame] = append(w.live[inst.Frame], i)
		}
	}
	for n, f := range r.state.Frames {
		if !f.Closed {
			w.inside[f.Owner] = append(w.inside[f.Owner], n)
		}
	}
	if len(r.state.Frames) > 0 && !r.state.Frames[0].Closed {
		w.frame(0)
	}
	return w
}

// frame walks on from everything live in a frame and says whether its end is near.
func (w *walker) frame(n int) (near bool) {
	for _, i := range w.live[n] {
		inst, at, next := &w.run.state.Steps[i], w.placeOf(i), way{near: true}
		switch {
		case inst.decision():
			w.gates[inst.Ref] = at
			next.near = w.branches(at, inst.Ref, next, inst.Iteration+1) || skippable(at.step)
		case inst.Status == Waiting:
			for _, child := range w.inside[i] {
				next.near = w.frame(child) && next.near
			}
		}
		near = w.after(at, next) || near
	}
	return near
}

// skippable says whether a branching step may open no branch at all.
func skippable(s *cacao.Step) bool {
	switch s.Type {
	case cacao.While:
		return true
	case cacao.If:
		return s.OnFalse == ""
	case cacao.Switch:
		return !slices.ContainsFunc(s.Cases, func(c cacao.Case) bool { return c.Value == cacao.DefaultCase })
	}
	return false
}

func (w *walker) placeOf(i int) place {
	r := w.run
	n := r.state.Steps[i].Frame
	frame := r.state.Frames[n]
	return place{
		book: r.book(n), step: r.definition(i), frame: frame,
		vars: r.state.Scopes[frame.Scope].Vars, calls: r.calls(n),
	}
}

// after walks to what follows a step; true when the end of the branch is near.
func (w *walker) after(at place, by way) bool {
	near, done := false, wayOn(at.step, Done)
	for _, next := range []string{done, at.step.OnFailure} {
		if next != "" {
			one, to := by, at
			one.failed = next != done
			to.step = at.book.Step(next)
			near = w.enter(to, one) || near
		}
	}
	return near
}

// enter walks a step that is not reached; true when the end of the branch is near.
func (w *walker) enter(at place, by way) bool {
	switch at.step.Type {
	case cacao.End:
		return by.near
	case cacao.Start:
		return w.after(at, by)
	}
	ref := at.frame.refOf(w.run.labels[at.book.Hash()][at.step.ID])
	key := ref
	if by.near {
		key += " near"
	}
	if w.seen[key] || w.seen[ref+" near"] || len(w.planned) >= maxPlanned || len(w.seen) >= maxWalked {
		return false
	}
	w.seen[key] = true
	switch {
	case at.step.Type == cacao.Action:
		return w.plan(at, ref, by)
	case at.step.Type != cacao.PlaybookAction:
		w.gates[ref] = at
		by.near = w.branches(at, ref, by, 1) || by.near && skippable(at.step)
		return w.after(at, by)
	}
	hash, why := w.run.resolve(at.step, at.calls)
	if why != "" {
		return w.plan(at, ref, by)
	}
	child := w.run.books[hash]
	inner := place{book: child, step: child.Step(child.WorkflowStart), vars: startValues(child)}
	inner.calls = append(slices.Clone(at.calls), hash)
	inner.frame.Prefix = ref + "."
	by.near = w.enter(inner, by)
	return w.after(at, by)
}

func (w *walker) plan(at place, ref string, by way) bool {
	if _, reached := w.run.refs[ref]; !reached {
		if old := w.byRef[ref]; old != nil {
			old.Next = old.Next || by.near
		} else {
			p := &Planned{Ref: ref, Step: at.step.ID, Playbook: at.book.Hash(), Next: by.near, Gate: by.gate, Branch: by.branch, IfFailed: by.failed}
			w.planned = append(w.planned, p)
			w.byRef[ref] = p
		}
	}
	return w.after(at, way{gate: by.gate, branch: by.branch})
}

// branches walks into the branches that a step may open, those of a loop in the
// given round; true when what follows the step is near: after all branches of a
// parallel, after one of any other.
func (w *walker) branches(at place, ref string, by way, round int) bool {
	every, some := true, false
	for _, b := range at.step.Branches() {
		one, to := by, at
		to.step = at.book.Step(b.Step)
		if at.step.Type != cacao.Parallel {
			one.gate, one.branch = ref, b.Name
		}
		if at.step.Type == cacao.While {
			to.frame.Loop = append(slices.Clone(at.frame.Loop), round)
		}
		near := w.enter(to, one)
		every, some = every && near, some || near
	}
	if at.step.Type == cacao.Parallel {
		return every
	}
	return some
}

// An Explanation says why a branch is, was or would be taken.
type Explanation struct {
	Ref       string
	Step      string // CACAO id of the condition step
	Condition string // its text, or the variable of a switch
	Values    []Shown
	Branch    string // the branch taken, or the one it would take now; "" when it cannot be decided
	Taken     bool
	Err       error // why it cannot be decided now
}

// A Shown is a variable with its value now.
type Shown struct {
	Name  string
	Value string
	Known bool
}

// Explain explains a condition step, reached or not; for any other step that may
// come, it explains the condition before it. It is false when there is none.
func (r *Run) Explain(ref string) (Explanation, bool) {
	if i, ok := r.refs[ref]; ok {
		step := r.definition(i)
		if step.Condition == "" && step.Switch == "" {
			return Explanation{}, false
		}
		e := r.explain(ref, (&walker{run: r}).placeOf(i))
		if inst := r.state.Steps[i]; inst.Status != Open {
			e.Branch, e.Taken = inst.Branch, true
		}
		return e, true
	}
	w := r.look()
	if p := w.byRef[ref]; p != nil {
		ref = p.Gate
	}
	if _, ok := r.refs[ref]; ok {
		return r.Explain(ref)
	}
	at, ok := w.gates[ref]
	if !ok || at.step.Type == cacao.Parallel {
		return Explanation{}, false
	}
	return r.explain(ref, at), true
}

func (r *Run) explain(ref string, at place) Explanation {
	vars := lookupIn(at.book, at.vars, at.step)
	e := Explanation{Ref: ref, Step: at.step.ID, Condition: at.step.Condition}
	names := []string{strings.TrimSuffix(strings.TrimSpace(at.step.Switch), ":value")}
	if at.step.Type == cacao.Switch {
		e.Condition = at.step.Switch
	} else if condition, err := stix.Parse(at.step.Condition); err == nil {
		names = condition.Variables()
	} else {
		names = nil
	}
	for _, name := range names {
		value, ok := vars(name)
		e.Values = append(e.Values, Shown{Name: name, Value: value.Text, Known: ok})
	}
	e.Branch, e.Err = evaluate(at.step, vars)
	return e
}
