package run

import (
	"errors"
	"strings"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/stix"
)

// Check notes the conditions of a playbook that nobody but a person can decide:
// text that is no condition, and a switch over something that is no variable. The
// playbook runs all the same.
func Check(p *cacao.Playbook) []cacao.Finding {
	var found []cacao.Finding
	note := func(path, code, message string) {
		found = append(found, cacao.Finding{Severity: cacao.Error, Path: path, Code: code, Message: message})
	}
	for _, s := range p.Steps {
		path := cacao.Child("/workflow", s.ID)
		switch s.Type {
		case cacao.If, cacao.While:
			var wrong *stix.SyntaxError
			if _, err := stix.Parse(s.Condition); errors.As(err, &wrong) && s.Condition != "" {
				note(path+"/condition", "condition", "mend the condition, or a person decides here: "+wrong.Error())
			}
		case cacao.Switch:
			name := strings.TrimSuffix(strings.TrimSpace(s.Switch), ":value")
			if e, err := stix.Parse(name); s.Switch != "" && (err != nil || e.String() != name+":value") {
				note(path+"/switch", "switch", "name one variable like __name__:value, or a person decides here")
			}
		}
	}
	return found
}
