package cacao

import "math"

// decodeStep reads one step. It asks only for the properties that the type has,
// so that a property of another type is noted as unknown.
func decodeStep(r *Reader, id string, f *Fields) *Step {
	s := &Step{
		ID: id, Type: StepType(f.Required("type")), Name: f.Text("name"),
		Description: f.Text("description"), Owner: f.Text("owner"),
		OnCompletion: f.Text("on_completion"), OnSuccess: f.Text("on_success"), OnFailure: f.Text("on_failure"),
		Variables: variables(r, f, "step_variables"), Extensions: values(f, "step_extensions"),
	}
	s.Delay, _ = f.Int("delay", 0, math.MaxInt64)
	s.Timeout, _ = f.Int("timeout", 0, math.MaxInt64)
	f.Value("external_references")
	switch s.Type {
	case Action:
		s.Commands = commands(f)
		s.Agent, s.Targets = f.Required("agent"), f.Texts("targets")
		s.InArgs, s.OutArgs = f.Texts("in_args"), f.Texts("out_args")
	case PlaybookAction:
		s.PlaybookID, s.PlaybookVersion = f.Required("playbook_id"), f.Text("playbook_version")
		s.InArgs, s.OutArgs = f.Texts("in_args"), f.Texts("out_args")
	case Parallel:
		s.NextSteps = f.Texts("next_steps")
	case If:
		s.Condition, s.OnTrue, s.OnFalse = f.Required("condition"), f.Text("on_true"), f.Text("on_false")
	case While:
		s.Condition, s.OnTrue = f.Required("condition"), f.Text("on_true")
	case Switch:
		s.Switch, s.Cases = f.Required("switch"), cases(r, f)
	case Start, End:
	default:
		// The rest of a step of unknown type is not ours to judge.
		return s
	}
	f.Rest(Info)
	return s
}

func commands(f *Fields) []Command {
	list := f.List("commands")
	all := make([]Command, 0, len(list))
	for _, c := range list {
		all = append(all, Command{
			Type: c.Required("type"), Description: c.Text("description"),
			Command: c.Text("command"), CommandB64: c.Text("command_b64"), Activity: c.Text("playbook_activity"),
		})
	}
	return all
}

func cases(r *Reader, f *Fields) []Case {
	var all []Case
	for _, m := range f.Members("cases") {
		at := Child(f.Path("cases"), m.Name)
		if m.Value.Kind != String {
			r.kind(at, String, m.Value)
			continue
		}
		all = append(all, Case{Value: m.Name, Step: m.Value.Text()})
	}
	return all
}
