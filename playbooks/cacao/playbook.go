package cacao

// A Playbook is a CACAO 2.0 playbook: a typed view for reading beside the
// document it was read from. The view must not be changed; [Playbook.Set] and
// [Playbook.Remove] make a new version. Timestamps stay strings as written.
type Playbook struct {
	ID                string
	Name              string
	Description       string
	CreatedBy         string
	Created           string
	Modified          string
	ValidFrom         string
	ValidUntil        string
	Revoked           bool
	Types             []string
	Activities        []string
	Labels            []string
	Priority          int64 // 0 means unspecified
	Severity          int64
	Impact            int64
	Markings          []string
	Variables         map[string]Variable
	WorkflowStart     string
	WorkflowException string
	Steps             []*Step
	Agents            map[string]Agent
	Targets           map[string]Agent
	Definitions       map[string]Definition // extension_definitions
	Extensions        map[string]*Value     // playbook_extensions
	MarkingDefs       map[string]*Value     // data_marking_definitions
	Signatures        []*Value              // kept as they are, not verified here

	document         []byte
	root             *Value
	byID             map[string]*Step
	hash             string
	blockingFindings bool
}

// A StepType is the type of a workflow step.
type StepType string

// The types of workflow step.
const (
	Start          StepType = "start"
	End            StepType = "end"
	Action         StepType = "action"
	PlaybookAction StepType = "playbook-action"
	Parallel       StepType = "parallel"
	If             StepType = "if-condition"
	While          StepType = "while-condition"
	Switch         StepType = "switch-condition"
)

// A Step is one step of the workflow; which fields are used depends on its type.
type Step struct {
	ID           string
	Type         StepType
	Name         string
	Description  string
	Owner        string
	Delay        int64 // milliseconds
	Timeout      int64 // milliseconds
	Variables    map[string]Variable
	OnCompletion string
	OnSuccess    string
	OnFailure    string
	Extensions   map[string]*Value // step_extensions

	Commands []Command // action
	Agent    string    // action
	Targets  []string  // action
	InArgs   []string  // action, playbook-action
	OutArgs  []string  // action, playbook-action

	PlaybookID      string // playbook-action
	PlaybookVersion string // playbook-action: the modified timestamp meant

	NextSteps []string // parallel
	Condition string   // if, while
	OnTrue    string   // if, while
	OnFalse   string   // if
	Switch    string   // switch: the variable
	Cases     []Case   // switch, in document order
}

// A Case is one branch of a switch; the value "default" is taken when no other fits.
type Case struct {
	Value string
	Step  string
}

// DefaultCase is the case of a switch that is taken when no other fits.
const DefaultCase = "default"

// A Command is what an agent carries out in an action step.
type Command struct {
	Type        string
	Description string
	Command     string
	CommandB64  string
	Activity    string
}

// An Agent is who carries out a command, or the target it is carried out on.
type Agent struct {
	Type        string
	Name        string
	Description string
}

// A Variable is a declared variable. Null says that it has no value, which is not the same as an empty one.
type Variable struct {
	Type        string
	Description string
	Value       string
	Null        bool
	Constant    bool
	External    bool
}

// A Definition declares an extension.
type Definition struct {
	Name        string
	Description string
	CreatedBy   string
	Schema      string
	Version     string
}

// Step returns the step with the id, or nil.
func (p *Playbook) Step(id string) *Step { return p.byID[id] }

// Hash returns the SHA-256 of the document the playbook was read from, in hex.
func (p *Playbook) Hash() string { return p.hash }

// Runnable reports whether the workflow can be carried out: no finding blocks it.
func (p *Playbook) Runnable() bool { return !p.blockingFindings }

// Marshal returns the document: the very bytes it was read from, or those of the last edit.
func (p *Playbook) Marshal() []byte { return append([]byte(nil), p.document...) }

// Next lists the steps that may follow s in the same branch.
func (s *Step) Next() []string { return nonEmpty(s.OnCompletion, s.OnSuccess, s.OnFailure) }

// A Branch is one way a branching step can open.
type Branch struct {
	Name string // true, false, a case value, or the position in next_steps from 1
	Step string
}

// Branches lists the branches that s may open, in document order.
func (s *Step) Branches() []Branch {
	var list []Branch
	add := func(name, step string) {
		if step != "" {
			list = append(list, Branch{Name: name, Step: step})
		}
	}
	switch s.Type {
	case Parallel:
		for i, step := range s.NextSteps {
			add(ordinal(i), step)
		}
	case If:
		add("true", s.OnTrue)
		add("false", s.OnFalse)
	case While:
		add("true", s.OnTrue)
	case Switch:
		for _, c := range s.Cases {
			add(c.Value, c.Step)
		}
	}
	return list
}
