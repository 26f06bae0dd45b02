package run

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/stix"
)

// startValues are the values that a playbook's variables begin with.
func startValues(p *cacao.Playbook) map[string]string {
	vars := map[string]string{}
	for name, v := range p.Variables {
		if !v.Null {
			vars[name] = v.Value
		}
	}
	return vars
}

// lookup reads variables as a step sees them: its own first, then the playbook's.
func (r *Run) lookup(frame int, step *cacao.Step) stix.Lookup {
	scope := r.state.Scopes[r.state.Frames[frame].Scope]
	return lookupIn(r.books[scope.Playbook], scope.Vars, step)
}

func lookupIn(p *cacao.Playbook, vars map[string]string, step *cacao.Step) stix.Lookup {
	return func(name string) (stix.Value, bool) {
		if own, ok := step.Variables[name]; ok {
			return stix.Value{Type: own.Type, Text: own.Value}, !own.Null
		}
		value, ok := vars[name]
		return stix.Value{Type: p.Variables[name].Type, Text: value}, ok
	}
}

// evaluate names the branch that a condition step takes.
func evaluate(step *cacao.Step, vars stix.Lookup) (string, error) {
	if step.Type == cacao.Switch {
		name := strings.TrimSuffix(strings.TrimSpace(step.Switch), ":value")
		value, ok := vars(name)
		if !ok {
			return "", fmt.Errorf("%s: %w", name, stix.ErrUndefined)
		}
		fallback := ""
		for _, c := range step.Cases {
			if c.Value == value.Text {
				return c.Value, nil
			}
			if c.Value == cacao.DefaultCase {
				fallback = c.Value
			}
		}
		return fallback, nil
	}
	condition, err := stix.Parse(step.Condition)
	if err != nil {
		return "", err
	}
	holds, err := condition.Eval(vars)
	if err != nil {
		return "", err
	}
	return strconv.FormatBool(holds), nil
}

// passIn gives a called playbook its variables: its own values, then those of
// the caller's external variables of the same name, then the in_args.
func (r *Run) passIn(i int, child *cacao.Playbook) map[string]string {
	step := r.definition(i)
	outer := r.lookup(r.state.Steps[i].Frame, step)
	vars := startValues(child)
	for name, v := range child.Variables {
		if value, ok := outer(name); ok && v.External && !v.Constant {
			vars[name] = value.Text
		}
	}
	for _, name := range step.InArgs {
		name = strings.TrimSuffix(name, ":value")
		if value, ok := outer(name); ok && !child.Variables[name].Constant {
			vars[name] = value.Text
		}
	}
	return vars
}

// passOut brings the out_args of a called playbook back to the caller.
func (r *Run) passOut(i, scope int) {
	vars := map[string]string{}
	for _, name := range r.definition(i).OutArgs {
		name = strings.TrimSuffix(name, ":value")
		if value, ok := r.state.Scopes[scope].Vars[name]; ok && r.settable(i, name, value) == nil {
			vars[name] = value
		}
	}
	r.set(i, vars)
}

// set writes variables: a variable that the step itself declares stays with the
// step, others go to the playbook.
func (r *Run) set(i int, vars map[string]string) {
	if len(vars) == 0 {
		return
	}
	inst, step := &r.state.Steps[i], r.definition(i)
	scope := &r.state.Scopes[r.state.Frames[inst.Frame].Scope]
	for name, value := range vars {
		if _, own := step.Variables[name]; !own {
			if scope.Vars == nil {
				scope.Vars = map[string]string{}
			}
			scope.Vars[name] = value
		}
	}
	if inst.Vars == nil {
		inst.Vars = map[string]string{}
	}
	maps.Copy(inst.Vars, vars)
}

// settable says why a variable cannot be set to a value at a step.
func (r *Run) settable(i int, name, value string) error {
	v, ok := r.definition(i).Variables[name]
	if !ok {
		v, ok = r.book(r.state.Steps[i].Frame).Variables[name]
	}
	switch {
	case !ok:
		return fmt.Errorf("set %.80s: the playbook declares no such variable: %w", name, ErrVariable)
	case v.Constant:
		return fmt.Errorf("set %s: it is a constant: %w", name, ErrVariable)
	}
	if err := checkValue(v.Type, value); err != nil {
		return fmt.Errorf("set %s: %w: %w", name, err, ErrVariable)
	}
	return nil
}

var (
	errTooLong = errors.New("the value is too long")
	errBool    = errors.New("the value must be true or false")
	errNumber  = errors.New("the value must be a number")
)

// checkValue judges a value by the declared type, where conditions depend on it.
func checkValue(declared, value string) error {
	if len(value) > MaxValue {
		return errTooLong
	}
	switch declared {
	case "bool":
		if _, err := strconv.ParseBool(strings.ToLower(value)); err != nil {
			return errBool
		}
	case "integer", "long":
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return errNumber
		}
	case "float":
		if _, err := strconv.ParseFloat(value, 64); err != nil {
			return errNumber
		}
	}
	return nil
}

var variableInText = regexp.MustCompile(`__[a-zA-Z_][a-zA-Z0-9_-]{0,199}?__:value`)

// Expand writes the values of variables into text as the step with the ref sees
// them, for showing a command. A variable without a value stays as it is written.
func (r *Run) Expand(ref, text string) string {
	i, ok := r.refs[ref]
	if !ok {
		return text
	}
	vars, inst := r.lookup(r.state.Steps[i].Frame, r.definition(i)), r.state.Steps[i]
	return variableInText.ReplaceAllStringFunc(text, func(found string) string {
		name := strings.TrimSuffix(found, ":value")
		if value, ok := inst.Vars[name]; ok {
			return value
		}
		if value, ok := vars(name); ok {
			return value.Text
		}
		return found
	})
}
