package run

import (
	"maps"
	"slices"
)

// The limits of a run.
const (
	MaxIterations = 1000     // rounds of one while before a person decides
	MaxSteps      = 20_000   // steps reached in one run
	MaxValue      = 64 << 10 // bytes in one variable
	maxMoves      = 100_000  // steps carried out at once after one event
)

// A Status says where a step stands.
type Status string

// The statuses. Waiting is a branching step or called playbook whose inside is
// not finished; open waits for a person.
const (
	Waiting       Status = "waiting"
	Open          Status = "open"
	InWork        Status = "in-work"
	Done          Status = "done"
	Failed        Status = "failed"
	Skipped       Status = "skipped"
	NotApplicable Status = "not-applicable"
)

// An Ask says why a person is asked where the program would have gone on.
type Ask string

// The reasons to ask.
const (
	AskCondition  Ask = "condition"  // the condition could not be decided
	AskIterations Ask = "iterations" // the loop went round too often
	AskUnknown    Ask = "unknown"    // the called playbook is not at hand
	AskVersion    Ask = "version"    // another version of it is at hand
	AskRecursion  Ask = "recursion"  // it is running already further up
)

// A State is a run as plain data. It is complete together with the playbooks,
// which it names by hash.
type State struct {
	ID        string            `json:"id"`
	Main      string            `json:"main"`                // hash of the playbook
	Playbooks map[string]string `json:"playbooks,omitempty"` // id of a called playbook to its hash
	Steps     []Instance        `json:"steps,omitempty"`     // in the order reached
	Frames    []Frame           `json:"frames,omitempty"`
	Scopes    []Scope           `json:"scopes,omitempty"`
	Started   bool              `json:"started,omitempty"`
	Ended     bool              `json:"ended,omitempty"`
	// Overgrown says that a limit cut a branch off. The rest goes on; the run never ends by itself.
	Overgrown bool `json:"overgrown,omitempty"`
}

// An Instance is one step that was reached. In a loop the same step is reached
// once per round.
type Instance struct {
	Ref       string            `json:"ref"`  // short name in the run: 3, 0.2, 4#2
	Step      string            `json:"step"` // CACAO id in its playbook
	Frame     int               `json:"frame"`
	Status    Status            `json:"status"`
	Halted    bool              `json:"halted,omitempty"` // failed, and there is no way on
	Again     bool              `json:"again,omitempty"`  // reopened after the run had gone on from it
	Ask       Ask               `json:"ask,omitempty"`
	Detail    string            `json:"detail,omitempty"`    // what exactly was wrong, for Ask
	Branch    string            `json:"branch,omitempty"`    // the branch taken
	Iteration int               `json:"iteration,omitempty"` // rounds begun
	Inside    int               `json:"inside,omitempty"`    // frames still open
	Reason    string            `json:"reason,omitempty"`
	With      string            `json:"with,omitempty"` // the step around it with which it was skipped
	Vars      map[string]string `json:"vars,omitempty"` // what was set here
}

// A Frame is one branch, one round of a loop, or one playbook.
type Frame struct {
	Owner  int    `json:"owner"` // the step that opened it; -1 for the run itself
	Scope  int    `json:"scope"`
	Prefix string `json:"prefix,omitempty"` // of the refs in a called playbook
	Loop   []int  `json:"loop,omitempty"`   // rounds of the loops around, outermost first
	Closed bool   `json:"closed,omitempty"`
}

// A Scope is the variables of one playbook in one use. A variable without a value is not in it.
type Scope struct {
	Playbook string            `json:"playbook"` // hash
	Vars     map[string]string `json:"vars,omitempty"`
}

// clone copies a state so that the copy shares nothing that changes.
func (s State) clone() State {
	s.Playbooks = maps.Clone(s.Playbooks)
	s.Steps, s.Frames, s.Scopes = cloneSteps(s.Steps), slices.Clone(s.Frames), slices.Clone(s.Scopes)
	for i := range s.Scopes {
		s.Scopes[i].Vars = maps.Clone(s.Scopes[i].Vars)
	}
	return s
}

func cloneSteps(steps []Instance) []Instance {
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Vars = maps.Clone(steps[i].Vars)
	}
	return steps
}

// live says whether something can still happen to the step.
func (i *Instance) live() bool {
	return i.Status == Open || i.Status == InWork || i.Status == Waiting || i.Halted
}

// decision says whether a person has to choose a branch here.
func (i *Instance) decision() bool {
	return i.Status == Open && (i.Ask == AskCondition || i.Ask == AskIterations)
}
