package run

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/guide"
)

// stepID makes an identifier out of a kind and a short name.
func stepID(kind, name string) string {
	return fmt.Sprintf("%s--%08x-0000-4000-8000-000000000000", kind, name)
}

func kindOf(word string) string {
	switch word {
	case "if", "while", "switch":
		return word + "-condition"
	case "call":
		return "playbook-action"
	}
	return word
}

// book makes a playbook out of lines like
//
//	var __x__ integer 3 [constant|external]
//	action a next=b n=7
//	if i cond=__x__>2 true=a false=e next=z
//
// In a condition ~ stands for a space. step variables: own=__x__.
func book(t testing.TB, name, flow string) *cacao.Playbook {
	t.Helper()
	ids, vars, steps := map[string]string{}, map[string]any{}, []string{}
	lines := strings.Split(strings.TrimSpace(flow), "\n")
	for _, line := range lines {
		if f := strings.Fields(line); f[0] != "var" {
			ids[f[1]] = stepID(kindOf(f[0]), f[1])
		}
	}
	for _, line := range lines {
		f := strings.Fields(line)
		if f[0] == "var" {
			v := map[string]any{"type": f[2]}
			for _, word := range f[3:] {
				if word == "constant" || word == "external" {
					v[word] = true
				} else {
					v["value"] = word
				}
			}
			vars[f[1]] = v
			continue
		}
		text, err := json.Marshal(flowStep(f, ids))
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, fmt.Sprintf("%q:%s", ids[f[1]], text))
	}
	text, err := json.Marshal(vars)
	if err != nil {
		t.Fatal(err)
	}
	p, found, err := cacao.Parse(fmt.Appendf(nil, `{"type":"playbook","spec_version":"cacao-2.0","id":%q,"name":%q,
		"created_by":"identity--00000000-0000-4000-8000-000000000000","created":"2026-01-01T00:00:00.000Z",
		"modified":"2026-01-01T00:00:00.000Z","playbook_variables":%s,"workflow_start":%q,"workflow":{%s}}`,
		stepID("playbook", name), name, text, stepID("start", "s"), strings.Join(steps, ",")))
	if err != nil || !p.Runnable() {
		t.Fatalf("%s: %v %v", name, err, found)
	}
	return p
}

func flowStep(f []string, ids map[string]string) map[string]any {
	step := map[string]any{"type": kindOf(f[0]), "name": f[1]}
	cases := map[string]string{}
	for _, word := range f[2:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "next", "ok", "fail", "true", "false":
			name := map[string]string{"next": "completion", "ok": "success", "fail": "failure"}[key]
			step["on_"+cmp.Or(name, key)] = ids[value]
		case "cond", "on", "version":
			name := map[string]string{"cond": "condition", "on": "switch", "version": "playbook_version"}[key]
			step[name] = strings.ReplaceAll(value, "~", " ")
		case "steps":
			var list []string
			for _, name := range strings.Split(value, ",") {
				list = append(list, ids[name])
			}
			step["next_steps"] = list
		case "do":
			step["playbook_id"] = stepID("playbook", value)
		case "in", "out":
			step[key+"_args"] = strings.Split(value, ",")
		case "own":
			step["step_variables"] = map[string]any{value: map[string]string{"type": "string"}}
		case "n":
			step["step_extensions"] = map[string]any{guide.ExtensionID: map[string]string{"number": value}}
		default: // :case=step
			cases[strings.TrimPrefix(key, ":")] = ids[value]
		}
	}
	if f[0] == "switch" {
		step["cases"] = cases
	}
	if f[0] == "action" {
		step["commands"] = []any{map[string]string{"type": "manual", "command": f[1]}}
		step["agent"] = stepID("individual", "x")
	}
	return step
}

// begin starts a run of the first playbook; the others can be called.
func begin(t testing.TB, books ...*cacao.Playbook) *Run {
	t.Helper()
	others := map[string]*cacao.Playbook{}
	for _, p := range books[1:] {
		others[p.ID] = p
	}
	r, err := New("run-1", books[0], others)
	if err != nil {
		t.Fatal(err)
	}
	r.Start(nil)
	return r
}

// show writes the steps reached as ref:status, a decision with a question mark.
func show(r *Run) string {
	words := []string{}
	for _, s := range r.Steps() {
		word := s.Ref + ":" + string(s.Status)
		if s.Halted {
			word += "!"
		}
		if s.decision() {
			word += "?"
		}
		words = append(words, word)
	}
	if r.Done() {
		words = append(words, "END")
	}
	return strings.Join(words, " ")
}

// play applies events written as words:
// "3+" done, "3-" failed, "3s" skipped, "3n" not applicable, "3>" started,
// "3^" reopened, "3=true" decided, "3+__x__=5" done with a variable.
func play(t testing.TB, r *Run, words string) {
	t.Helper()
	for _, word := range strings.Fields(words) {
		if c := r.Apply(event(word)); c != nil {
			t.Fatalf("%s: %v\n%s", word, c, show(r))
		}
	}
}

func event(word string) Event {
	at := strings.IndexAny(word, "+-sn>^=")
	ref, rest := word[:at], word[at+1:]
	outcome := map[byte]Status{'+': Done, '-': Failed, 's': Skipped, 'n': NotApplicable}
	switch word[at] {
	case '>':
		return StartStep{Ref: ref}
	case '^':
		return Reopen{Ref: ref}
	case '=':
		return Decide{Ref: ref, Branch: rest, Reason: "seen on site"}
	}
	e := Complete{Ref: ref, Outcome: outcome[word[at]], Reason: "because"}
	if name, value, ok := strings.Cut(rest, "="); ok {
		e.Vars = map[string]string{name: value}
	}
	return e
}
