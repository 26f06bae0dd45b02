package cacao

import (
	"strconv"
	"strings"
)

// checkStep judges one step by itself; the graph is judged afterwards.
func checkStep(p *Playbook, s *Step, f *findings) {
	path := Child("/workflow", s.ID)
	checkID(f, path, s.ID, string(s.Type))
	checkID(f, Child(path, "owner"), s.Owner, "")
	checkFollowers(s, f, path)
	for _, name := range sortedKeys(s.Variables) {
		at := Child(Child(path, "step_variables"), name)
		checkVariable(f, at, name, s.Variables[name])
		if _, both := p.Variables[name]; both {
			f.infof(at, "variable-shadows", "the playbook has a variable of this name too; rename one of them")
		}
	}
	for _, id := range sortedKeys(s.Extensions) {
		if _, ok := p.Definitions[id]; !ok {
			f.errorf(Child(Child(path, "step_extensions"), id), "extension-undeclared", "declare this extension in extension_definitions")
		}
	}
	switch s.Type {
	case Action:
		checkAction(p, s, f, path)
	case PlaybookAction:
		checkID(f, Child(path, "playbook_id"), s.PlaybookID, "playbook")
		if s.PlaybookID == p.ID && p.ID != "" {
			f.warnf(Child(path, "playbook_id"), "calls-itself", "the playbook calls itself; it is then carried out by hand")
		}
		checkTime(f, Child(path, "playbook_version"), s.PlaybookVersion)
	case Parallel:
		if len(s.NextSteps) < 2 {
			f.errorf(Child(path, "next_steps"), "parallel-short", "name two or more steps, or use no parallel step")
		}
	case Switch:
		if len(s.Cases) == 0 {
			f.errorf(Child(path, "cases"), "no-cases", "add at least one case")
		}
	case If, While:
		if s.OnTrue == "" {
			f.blockf(path, "no-branch", "add on_true")
		}
	}
}

// checkFollowers judges which of the three ways on a step has.
func checkFollowers(s *Step, f *findings, path string) {
	switch s.Type {
	case Start, End, Action, PlaybookAction, Parallel, If, While, Switch:
	default:
		f.blockf(Child(path, "type"), "step-type", "use one of the step types of CACAO 2.0, not %q", shorten(string(s.Type)))
		return
	}
	outcome := s.OnSuccess != "" || s.OnFailure != ""
	switch {
	case s.Type == End:
		if outcome || s.OnCompletion != "" {
			f.errorf(path, "end-goes-on", "remove on_completion, on_success and on_failure from the end step")
		}
	case s.OnCompletion == "" && s.OnSuccess == "":
		f.blockf(path, "no-way-on", "add on_completion or on_success, so that the branch reaches an end step")
	case s.OnCompletion != "" && outcome:
		f.errorf(path, "two-ways-on", "use either on_completion, or on_success with on_failure")
	case s.Type == Start && outcome:
		f.errorf(path, "start-outcome", "use on_completion in the start step")
	}
}

func checkAction(p *Playbook, s *Step, f *findings, path string) {
	if len(s.Commands) == 0 {
		f.errorf(Child(path, "commands"), "no-commands", "add at least one command")
	}
	for i, c := range s.Commands {
		at := Child(Child(path, "commands"), strconv.Itoa(i))
		text, err := c.Text()
		switch {
		case err != nil:
			f.errorf(Child(at, "command_b64"), "base64", "write standard base64")
		case c.Type == "manual" && strings.TrimSpace(text+c.Description) == "":
			f.warnf(at, "empty-command", "say what the person has to do")
		case c.Command != "" && c.CommandB64 != "":
			f.warnf(at, "two-commands", "use either command or command_b64; command_b64 counts")
		}
	}
	if _, ok := p.Agents[s.Agent]; s.Agent != "" && !ok {
		f.errorf(Child(path, "agent"), "dangling-agent", "define the agent %q in agent_definitions", shorten(s.Agent))
	}
	for i, target := range s.Targets {
		if _, ok := p.Targets[target]; !ok {
			f.errorf(Child(Child(path, "targets"), strconv.Itoa(i)), "dangling-target", "define the target %q in target_definitions", shorten(target))
		}
	}
}
