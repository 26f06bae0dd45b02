package run

import (
	"slices"
	"strconv"

	"github.com/posko-ir/posko/playbooks/cacao"
)

// A move is one step to enter.
type move struct {
	frame int
	step  string
}

func (r *Run) push(frame int, step string) { r.queue = append(r.queue, move{frame, step}) }

// drive carries out what needs no person, the newest move first, so that a
// branch is followed to its first waiting step before the next one is opened.
func (r *Run) drive() {
	for r.moves = 0; len(r.queue) > 0; r.moves++ {
		m := r.queue[len(r.queue)-1]
		r.queue = r.queue[:len(r.queue)-1]
		if r.moves >= maxMoves || len(r.state.Steps) >= MaxSteps {
			r.state.Overgrown = true
			r.queue = r.queue[:0]
			return
		}
		r.enter(m)
	}
}

func (r *Run) enter(m move) {
	if r.state.Frames[m.frame].Closed {
		return
	}
	step := r.book(m.frame).Step(m.step)
	switch step.Type {
	case cacao.Start:
		r.push(m.frame, wayOn(step, Done))
	case cacao.End:
		r.end(m.frame)
	case cacao.Action:
		r.reach(m, Open)
	case cacao.PlaybookAction:
		r.call(r.reach(m, Waiting))
	default:
		r.choose(r.reach(m, Waiting))
	}
}

// reach notes that a step was reached and returns its index.
func (r *Run) reach(m move, status Status) int {
	frame := &r.state.Frames[m.frame]
	hash := r.state.Scopes[frame.Scope].Playbook
	ref := r.freeRef(frame.refOf(r.labels[hash][m.step]))
	r.state.Steps = append(r.state.Steps, Instance{Ref: ref, Step: m.step, Frame: m.frame, Status: status})
	r.refs[ref] = len(r.state.Steps) - 1
	return r.refs[ref]
}

// ask hands a step to a person.
func (r *Run) ask(i int, why Ask, detail string) {
	step := &r.state.Steps[i]
	step.Status, step.Ask, step.Detail = Open, why, detail
}

// choose decides the branches of a branching step.
func (r *Run) choose(i int) {
	inst, step := &r.state.Steps[i], r.definition(i)
	if step.Type == cacao.Parallel {
		first := len(r.queue)
		for _, next := range step.NextSteps {
			r.open(i, next, nil)
		}
		slices.Reverse(r.queue[first:]) // the newest move is carried out first
		return
	}
	if step.Type == cacao.While && inst.Iteration >= MaxIterations {
		r.ask(i, AskIterations, strconv.Itoa(inst.Iteration))
		return
	}
	branch, err := evaluate(step, r.lookup(inst.Frame, step))
	if err != nil {
		r.ask(i, AskCondition, err.Error())
		return
	}
	r.take(i, branch)
}

// take goes into a branch, or on when there is none of that name.
func (r *Run) take(i int, branch string) {
	inst, step := &r.state.Steps[i], r.definition(i)
	inst.Status, inst.Branch = Waiting, branch
	at := slices.IndexFunc(step.Branches(), func(b cacao.Branch) bool { return b.Name == branch })
	if at < 0 {
		r.finish(i, Done)
		return
	}
	if step.Type == cacao.While {
		inst.Iteration++
		r.open(i, step.Branches()[at].Step, []int{inst.Iteration})
		return
	}
	r.open(i, step.Branches()[at].Step, nil)
}

// open opens a branch of step i in the same playbook; round is set in a loop.
func (r *Run) open(i int, first string, round []int) {
	inst := &r.state.Steps[i]
	parent := r.state.Frames[inst.Frame]
	inst.Inside++
	r.state.Frames = append(r.state.Frames, Frame{
		Owner: i, Scope: parent.Scope, Prefix: parent.Prefix,
		Loop: append(slices.Clone(parent.Loop), round...),
	})
	r.push(len(r.state.Frames)-1, first)
}

// call opens the playbook that step i names, or hands it to a person.
func (r *Run) call(i int) {
	step := r.definition(i)
	hash, why := r.resolve(step, r.calls(r.state.Steps[i].Frame))
	if why != "" {
		r.ask(i, why, step.PlaybookID)
		return
	}
	child := r.books[hash]
	r.state.Scopes = append(r.state.Scopes, Scope{Playbook: hash, Vars: r.passIn(i, child)})
	r.state.Steps[i].Inside++
	r.state.Frames = append(r.state.Frames, Frame{
		Owner: i, Scope: len(r.state.Scopes) - 1, Prefix: r.state.Steps[i].Ref + ".",
	})
	r.push(len(r.state.Frames)-1, child.WorkflowStart)
}

// resolve finds the playbook that a step calls, or says why a person carries it
// out; calls are the playbooks that are running around the step.
func (r *Run) resolve(step *cacao.Step, calls []string) (hash string, why Ask) {
	hash, known := r.state.Playbooks[step.PlaybookID]
	switch {
	case !known:
		return "", AskUnknown
	case step.PlaybookVersion != "" && step.PlaybookVersion != r.books[hash].Modified:
		return "", AskVersion
	case slices.Contains(calls, hash):
		return "", AskRecursion
	}
	return hash, ""
}

// calls lists the playbooks that are running in a frame, innermost first.
func (r *Run) calls(frame int) []string {
	var hashes []string
	for frame >= 0 {
		f := r.state.Frames[frame]
		hash := r.state.Scopes[f.Scope].Playbook
		if len(hashes) == 0 || hashes[len(hashes)-1] != hash {
			hashes = append(hashes, hash)
		}
		if f.Owner < 0 {
			break
		}
		frame = r.state.Steps[f.Owner].Frame
	}
	return hashes
}

// end closes a frame; the last one closed lets its owner go on.
func (r *Run) end(frame int) {
	f := &r.state.Frames[frame]
	f.Closed = true
	if f.Owner < 0 {
		r.state.Ended = true
		return
	}
	owner := &r.state.Steps[f.Owner]
	if owner.Inside--; owner.Inside > 0 {
		return
	}
	switch r.definition(f.Owner).Type {
	case cacao.While:
		r.choose(f.Owner)
		return
	case cacao.PlaybookAction:
		r.passOut(f.Owner, f.Scope)
	}
	r.finish(f.Owner, Done)
}

// finish gives a step its outcome and goes on from it, or halts there.
func (r *Run) finish(i int, outcome Status) {
	inst := &r.state.Steps[i]
	inst.Status, inst.Halted = outcome, false
	if next := wayOn(r.definition(i), outcome); next != "" {
		r.push(inst.Frame, next)
		return
	}
	inst.Halted = true
}

// wayOn is the step that follows an outcome; see the package comment.
func wayOn(step *cacao.Step, outcome Status) string {
	way := step.OnSuccess
	if outcome == Failed {
		way = step.OnFailure
	}
	if way == "" {
		way = step.OnCompletion
	}
	return way
}

// closeInside skips everything open inside a branching step or called playbook.
func (r *Run) closeInside(i int) {
	inside := map[int]bool{}
	for n := range r.state.Frames { // a frame stands behind the one it was opened in
		f := &r.state.Frames[n]
		if f.Owner == i || f.Owner >= 0 && inside[r.state.Steps[f.Owner].Frame] {
			f.Closed = true
			inside[n] = true
		}
	}
	for n := range r.state.Steps {
		if step := &r.state.Steps[n]; inside[step.Frame] && step.live() {
			step.Status, step.Halted, step.Inside = Skipped, false, 0
			step.Reason, step.With = r.state.Steps[i].Reason, r.state.Steps[i].Ref
		}
	}
	r.state.Steps[i].Inside = 0
}
