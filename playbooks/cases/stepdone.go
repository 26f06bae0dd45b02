package cases

import (
	"maps"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/run"
)

// StepResult is what a person gives to a step when it is done.
type StepResult struct {
	Answers  map[string]string // by key, as typed
	Evidence []string          // "E1/3", or "E1" for all of a collection
	Note     string

	// Seen is what the program sees of the items, by reference; of one that is not
	// there the entries tell.
	Seen map[string][]Sight
	// AcceptProof is why items of another kind than the step asks for are proof.
	AcceptProof string
}

// FinishStep records that a step is done. Its required answers must be there
// and valid, and its demand for proof met, or a reason given why other proof is
// accepted. Answers that set a fact of the
// case, and a decision that is the proof, are recorded in the same update.
func (c *Case) FinishStep(ref string, result StepResult) error {
	list, err := c.finished(ref, result, 0)
	if err != nil {
		return err
	}
	for _, each := range list {
		if err := c.record(each); err != nil {
			return err
		}
	}
	return nil
}

// MayFinishStep says why FinishStep would refuse once there are that many items
// of evidence more, or nil. It records nothing: ask before the program collects
// for a step.
func (c *Case) MayFinishStep(ref string, result StepResult, more int) error {
	_, err := c.finished(ref, result, more)
	return err
}

// finished checks a result and returns everything that it records. It counts
// more items as there, which are still to be collected.
func (c *Case) finished(ref string, result StepResult, more int) ([]payload, error) {
	if err := c.mayRecord(); err != nil {
		return nil, err
	}
	var in input
	p := &stepDone{stepRef: c.newStepRef(ref), Evidence: slices.Clone(result.Evidence), Note: in.maybeText("note", result.Note)}
	if r := c.misfit(p); r != nil { // before the answers: a closed step asks for none
		return nil, r
	}
	l, inside := c.stepAt(ref)
	_, step, _ := l.guide(inside)
	p.Answers = checkAnswers(&in, ref, step, result.Answers)
	for _, item := range p.Evidence {
		if !c.itemExists(item) {
			in.refuse("unknown-item", item)
		}
	}
	answered := len(p.Answers) > 0 || p.Note != ""
	accepted := c.demandProof(&in, ref, step, result, answered, more)
	if err := in.err(); err != nil {
		return nil, err
	}
	follow, err := c.followUps(p, step)
	if err != nil {
		return nil, err
	}
	p.Vars = variables(step, p.Answers)
	list := append([]payload{p}, follow...)
	if accepted != nil {
		list = append(list, accepted)
	}
	return list, nil
}

// checkAnswers returns the canonical values of what was answered.
func checkAnswers(in *input, ref string, step *guide.Step, raw map[string]string) map[string]string {
	var fields []guide.Answer
	if step != nil {
		fields = step.Answers
	}
	values, keys, missing := map[string]string{}, []string{}, []string{}
	for i := range fields {
		a := &fields[i]
		keys = append(keys, a.Key)
		typed := strings.ReplaceAll(raw[a.Key], "\r\n", "\n")
		if a.Required && strings.TrimSpace(typed) == "" {
			missing = append(missing, a.Key)
			continue
		}
		value, err := guide.CheckAnswer(a, typed)
		if err != nil {
			in.refuse("answer-invalid", strings.TrimSuffix(err.Error(), ": "+guide.ErrAnswer.Error()))
		} else if value = in.maybeText("text", value); value != "" {
			values[a.Key] = value
		}
	}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if !slices.Contains(keys, key) {
			in.refuse("answer-unknown", ref, key, keys)
		}
	}
	if len(missing) > 0 {
		in.refuse("answers-missing", ref, missing)
	}
	if len(values) == 0 {
		return nil
	}
	return values
}

// variables are the playbook variables that the answers set.
func variables(step *guide.Step, answers map[string]string) map[string]string {
	if step == nil {
		return nil
	}
	var vars map[string]string
	for _, a := range step.Answers {
		if value := answers[a.Key]; value != "" && a.Variable != "" {
			if vars == nil {
				vars = map[string]string{}
			}
			vars[a.Variable] = value
		}
	}
	return vars
}

// followUps are the facts and the decision that come with a finished step,
// checked before anything is recorded.
func (c *Case) followUps(p *stepDone, step *guide.Step) ([]payload, error) {
	if step == nil {
		return nil, nil
	}
	var list []payload
	for i := range step.Answers {
		a := &step.Answers[i]
		at := c.rec.Happened()
		switch a.SetsFact(p.Answers[a.Key]) {
		case guide.NoFact:
			continue
		case guide.FactFromValue:
			at, _ = instant.Parse(p.Answers[a.Key])
		}
		f, err := c.newFact(a.Fact, at, p.Answers["reason"], "step "+p.Step)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	decided := p.Answers["decision"]
	if step.Proof != nil && slices.Contains(step.Proof.Kinds, "decision") && decided != "" {
		var in input
		list = append(list, &decisionMade{
			ID: c.next("D"), Text: p.Name + ": " + label(step, "decision", decided), Step: p.Step,
			Reason: in.reason(first(p.Answers["reason"], p.Note)),
		})
		return list, in.err()
	}
	return list, nil
}

// label is the English label of a choice, or the value itself.
func label(step *guide.Step, key, value string) string {
	for _, a := range step.Answers {
		for _, choice := range a.Choices {
			if a.Key == key && choice.Value == value {
				return choice.Label
			}
		}
	}
	return value
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

type stepDone struct {
	stepRef
	Answers  map[string]string `json:"answers,omitempty"`
	Vars     map[string]string `json:"vars,omitempty"` // playbook variables that the answers set
	Evidence []string          `json:"evidence,omitempty"`
	Note     string            `json:"note,omitempty"`
}

func (p *stepDone) event(inside string) run.Event {
	return run.Complete{Ref: inside, Outcome: run.Done, Vars: p.Vars}
}

func (*stepDone) Kind() string            { return KindStepDone }
func (p *stepDone) fits(c *Case) *Refusal { return p.allows(c, p.event) }

func (p *stepDone) apply(c *Case, e event.Event) {
	p.happens(c, e, p.event, StepEvent{What: StepDone, Answers: p.Answers, Evidence: p.Evidence, Note: p.Note})
}

func (p *stepDone) describe(lang string) string {
	s := text(lang, "row.step-done", p.Step, p.Name)
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(p.Answers)) {
		pairs = append(pairs, key+": "+p.Answers[key])
	}
	if p.Note != "" {
		pairs = append(pairs, p.Note)
	}
	if len(pairs) > 0 {
		s += text(lang, "row.answers", strings.Join(pairs, "; "))
	}
	if len(p.Evidence) > 0 {
		s += text(lang, "row.evidence", p.Evidence)
	}
	return s
}
