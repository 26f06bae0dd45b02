package guide

import (
	"github.com/posko-ir/posko/playbooks/cacao"
)

// A Guide is a playbook together with what the extension says about it.
type Guide struct {
	Source   *cacao.Playbook
	Playbook Playbook
	steps    map[string]*Step
}

// Step returns what the extension says about the step with the CACAO id, or nil
// for a step without the extension.
func (g *Guide) Step(id string) *Step { return g.steps[id] }

// Decode reads and judges the extension in all of a playbook. A playbook without
// the extension has an empty guide and no findings; what cannot be read is left
// empty and noted.
func Decode(p *cacao.Playbook) (*Guide, []cacao.Finding) {
	r := &cacao.Reader{}
	g := &Guide{Source: p, steps: map[string]*Step{}}
	if v := p.Extensions[ExtensionID]; v != nil {
		g.Playbook = decodePlaybook(r.Fields(v, PlaybookPath()))
	}
	for _, s := range p.Steps {
		v := s.Extensions[ExtensionID]
		if v == nil {
			continue
		}
		if s.Type != cacao.Action && s.Type != cacao.PlaybookAction {
			r.Warnf(StepPath(s.ID), "guide-step", "use this extension on action and playbook-action steps only")
			continue
		}
		if step := decodeStep(r.Fields(v, StepPath(s.ID))); step != nil {
			g.steps[s.ID] = step
		}
	}
	check(g, r)
	return g, r.Findings()
}

// StepPath is the JSON pointer of the extension in a step.
func StepPath(stepID string) string {
	return cacao.Child(cacao.Child("/workflow", stepID)+"/step_extensions", ExtensionID)
}

// PlaybookPath is the JSON pointer of the extension in the playbook.
func PlaybookPath() string { return cacao.Child("/playbook_extensions", ExtensionID) }

func decodeStep(f *cacao.Fields) *Step {
	if f == nil {
		return nil
	}
	s := &Step{
		Number: f.Required("number"), Lane: f.Required("lane"), Role: f.Required("role"),
		Due: f.Text("due"), Every: f.Text("every"), Law: f.Bool("law"), Mandatory: f.Bool("mandatory"),
		Approval: f.Text("approval"), Action: f.Text("action"), Suggest: f.Texts("suggest"), Book: f.Texts("book"),
	}
	if proof := f.Fields("proof"); proof != nil {
		s.Proof = &Proof{Kinds: proof.Texts("kinds"), NoneBecause: proof.Text("none_because")}
		proof.Rest(cacao.Warning)
	}
	if waive := f.Fields("waive"); waive != nil {
		s.Waive = &Waive{Role: waive.Required("role")}
		waive.Rest(cacao.Warning)
	}
	for _, a := range f.List("answers") {
		s.Answers = append(s.Answers, decodeAnswer(a))
	}
	f.Rest(cacao.Warning)
	return s
}

func decodeAnswer(f *cacao.Fields) Answer {
	a := Answer{
		Key: f.Required("key"), Type: f.Required("type"), Label: f.Required("label"),
		Required: f.Bool("required"), Variable: f.Text("variable"),
		Fact: f.Text("fact"), When: f.Texts("when"),
	}
	for _, c := range f.List("choices") {
		a.Choices = append(a.Choices, Choice{Value: c.Required("value"), Label: c.Required("label")})
		c.Rest(cacao.Warning)
	}
	f.Rest(cacao.Warning)
	return a
}

func decodePlaybook(f *cacao.Fields) Playbook {
	p := Playbook{Kind: f.Text("kind"), Short: f.Text("short"), Symptoms: f.Texts("symptoms")}
	for _, fact := range f.List("facts") {
		p.Facts = append(p.Facts, Fact{Key: fact.Required("key"), Label: fact.Required("label")})
		fact.Rest(cacao.Warning)
	}
	p.Drill = decodeDrill(f.Fields("drill"))
	text := f.Fields("text")
	for _, m := range f.Members("text") {
		if one := text.Fields(m.Name); one != nil {
			if p.Text == nil {
				p.Text = map[string]Text{}
			}
			p.Text[m.Name] = decodeText(one)
		}
	}
	f.Rest(cacao.Warning)
	return p
}

func decodeDrill(f *cacao.Fields) *Drill {
	if f == nil {
		return nil
	}
	d := &Drill{Scenario: f.Required("scenario")}
	for _, fact := range f.List("facts") {
		d.Facts = append(d.Facts, DrillFact{Key: fact.Required("key"), At: fact.Required("at")})
		fact.Rest(cacao.Warning)
	}
	for _, news := range f.List("injects") {
		d.Injects = append(d.Injects, Inject{Key: news.Required("key"), At: news.Required("at"), Text: news.Required("text")})
		news.Rest(cacao.Warning)
	}
	f.Rest(cacao.Warning)
	return d
}

func decodeText(f *cacao.Fields) Text {
	t := Text{
		Name: f.Text("name"), Description: f.Text("description"),
		Symptoms: f.Texts("symptoms"), Facts: labels(f, "facts"),
		Scenario: f.Text("scenario"), Injects: labels(f, "injects"),
	}
	steps := f.Fields("steps")
	for _, m := range f.Members("steps") {
		one := steps.Fields(m.Name)
		if one == nil {
			continue
		}
		if t.Steps == nil {
			t.Steps = map[string]StepText{}
		}
		t.Steps[m.Name] = decodeStepText(one)
	}
	f.Rest(cacao.Warning)
	return t
}

func decodeStepText(f *cacao.Fields) StepText {
	t := StepText{
		Name: f.Text("name"), Description: f.Text("description"),
		Answers: labels(f, "answers"), NoneBecause: f.Text("none_because"),
	}
	choices := f.Fields("choices")
	for _, m := range f.Members("choices") {
		if t.Choices == nil {
			t.Choices = map[string]map[string]string{}
		}
		t.Choices[m.Name] = labels(choices, m.Name)
	}
	f.Rest(cacao.Warning)
	return t
}

func labels(f *cacao.Fields, name string) map[string]string {
	inner := f.Fields(name)
	if inner == nil {
		return nil
	}
	list := map[string]string{}
	for _, m := range f.Members(name) {
		list[m.Name] = inner.Text(m.Name)
	}
	return list
}
