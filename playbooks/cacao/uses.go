package cacao

import (
	"regexp"
	"strconv"
	"strings"
)

// A condition may name a variable without :value, other text may not: __init__ is no variable.
var (
	bareVariable = regexp.MustCompile(`__[a-zA-Z_][a-zA-Z0-9_-]{0,199}?__`)
	readVariable = regexp.MustCompile(`__[a-zA-Z_][a-zA-Z0-9_-]{0,199}?__:value`)
)

func isVariableName(name string) bool {
	if len(name) < 5 || len(name) > 204 || !strings.HasPrefix(name, "__") || !strings.HasSuffix(name, "__") {
		return false
	}
	for i, c := range []byte(name[2 : len(name)-2]) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return true
}

// checkUses warns of variables that are read and declared nowhere in reach:
// neither in the step nor in the playbook.
func checkUses(p *Playbook, f *findings) {
	for _, s := range p.Steps {
		path := Child("/workflow", s.ID)
		use := func(at string, names []string) {
			for _, name := range names {
				name = strings.TrimSuffix(name, ":value")
				if !declared(p, s, name) {
					f.warnf(at, "undefined-variable", "declare the variable %s in playbook_variables", shorten(name))
				}
			}
		}
		use(Child(path, "condition"), bareVariable.FindAllString(s.Condition, -1))
		use(Child(path, "switch"), bareVariable.FindAllString(s.Switch, -1))
		use(Child(path, "in_args"), s.InArgs)
		use(Child(path, "out_args"), s.OutArgs)
		for i, c := range s.Commands {
			if text, err := c.Text(); err == nil {
				use(Child(Child(path, "commands"), strconv.Itoa(i)), readVariable.FindAllString(text, -1))
			}
		}
	}
}

func declared(p *Playbook, s *Step, name string) bool {
	_, local := s.Variables[name]
	_, global := p.Variables[name]
	return local || global
}
