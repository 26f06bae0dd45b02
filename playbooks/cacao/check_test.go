package cacao

import (
	"bytes"
	"strings"
	"testing"
)

func TestFindings(t *testing.T) {
	flow := "/workflow/"
	for _, test := range []struct {
		at     string
		value  any // nil removes
		want   string
		blocks bool
	}{
		{"/spec_version", "cacao-1.1", "spec-version", true},
		{"/id", "playbook--00000000-0000-7000-8000-000000000001", "uuid-version", false},
		{"/id", "playbook--1", "identifier", false},
		{"/id", "bundle--00000000-0000-4000-8000-000000000001", "identifier-type", false},
		{"/name", nil, "missing", false},
		{"/name", "", "empty", false},
		{"/name", 7, "wrong-type", false},
		{"/created", "2026-03-01T08:00:00Z", "timestamp-precision", false},
		{"/created", "2026-03-01 08:00", "timestamp", false},
		{"/created", "2026-03-05T08:00:00.000Z", "time-order", false},
		{"/priority", 101, "out-of-range", false},
		{"/priority", 1.5, "out-of-range", false},
		{"/revoked", true, "revoked", false},
		{"/labels", []string{}, "empty-list", false},
		{"/labels", []any{"a", 1}, "wrong-type", false},
		{"/markings", []string{"marking-tlp--1"}, "dangling-marking", false},
		{"/playbook_variables/__dry__", nil, "undefined-variable undefined-variable", false},
		{"/playbook_variables/dry", map[string]string{"type": "bool"}, "variable-name", false},
		{"/playbook_variables/__a__", map[string]any{"type": "bool", "constant": true}, "constant-empty", false},
		{"/extension_definitions", nil, "extension-undeclared", false},
		{"/authentication_info_definitions", map[string]any{"user-auth--1": map[string]string{"password": "x"}}, "secret", false},
		{"/workflow", nil, "missing dangling-step", true},
		{"/workflow_start", nil, "missing missing", true},
		{"/workflow_start", id("action", "2"), "start-type unreachable", true},
		{"/workflow_exception", id("end", "55"), "dangling-step", true},
		{flow + id("action", "2") + "/agent", id("individual", "5"), "dangling-agent", false},
		{flow + id("action", "2") + "/agent", nil, "missing", false},
		{flow + id("action", "2") + "/targets", []string{id("ssh", "5")}, "dangling-target", false},
		{flow + id("action", "2") + "/commands", []any{}, "no-commands", false},
		{flow + id("action", "4") + "/commands/0/command_b64", "%%", "base64", false},
		{flow + id("action", "5") + "/commands/0/command", " ", "empty-command", false},
		{flow + id("action", "5") + "/commands/0/command", "Ask __who__:value about __init__", "undefined-variable", false},
		{flow + id("action", "5") + "/type", "single", "identifier-type step-type", true},
		{flow + id("action", "5") + "/on_completion", nil, "no-way-on unreachable", true},
		{flow + id("action", "5") + "/on_completion", id("end", "44"), "dangling-step unreachable", true},
		{flow + id("action", "5") + "/on_completion", id("end", "9"), "shared-step unreachable", false},
		{flow + id("action", "5") + "/on_completion", id("parallel", "3"), "cycle shared-step unreachable", true},
		{flow + id("action", "5") + "/on_completion", id("start", "1"), "leads-to-start cycle shared-step unreachable", true},
		{flow + id("action", "14") + "/on_completion", id("while-condition", "13"), "cycle shared-step unreachable", true},
		{flow + id("action", "2") + "/on_completion", id("parallel", "3"), "two-ways-on", false},
		{flow + id("action", "2") + "/on_success", nil, "no-way-on", true},
		{flow + id("end", "19") + "/on_completion", id("end", "9"), "end-goes-on shared-step", false},
		{flow + id("start", "1") + "/on_failure", id("end", "19"), "two-ways-on", false},
		{flow + id("parallel", "3") + "/next_steps", []string{id("action", "5")}, "parallel-short unreachable unreachable unreachable unreachable unreachable", false},
		{flow + id("if-condition", "12") + "/condition", nil, "missing", false},
		{flow + id("if-condition", "12") + "/on_true", nil, "no-branch unreachable unreachable unreachable unreachable", true},
		{flow + id("if-condition", "12") + "/on_false", nil, "unreachable", false},
		{flow + id("switch-condition", "7") + "/cases", map[string]string{}, "no-cases unreachable unreachable unreachable", false},
		{flow + id("switch-condition", "7") + "/cases/upper", true, "wrong-type unreachable unreachable", false},
		{flow + id("playbook-action", "18") + "/playbook_id", id("playbook", "1"), "calls-itself", false},
		{flow + id("end", "33"), map[string]string{"type": "end"}, "unreachable", false},
		{flow + "end--x", 5, "wrong-type", false},
	} {
		t.Run(test.at+"="+test.want, func(t *testing.T) {
			p, _ := parse(t, cellar(t))
			var found []Finding
			var err error
			if test.value == nil {
				p, found, err = p.Remove(test.at)
			} else {
				p, found, err = p.Set(test.at, test.value)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := codes(found); got != test.want || p.Runnable() == test.blocks {
				t.Errorf("got %q, runnable %v, want %q\n%v", got, p.Runnable(), test.want, found)
			}
		})
	}
}

func TestFindingsSayWhere(t *testing.T) {
	p, _ := parse(t, cellar(t))
	_, found, err := p.Set("/workflow/"+id("parallel", "3")+"/next_steps/1", id("action", "77"))
	if err != nil {
		t.Fatal(err)
	}
	want := "/workflow/" + id("parallel", "3") + "/next_steps/1"
	if found[0].Path != want || found[0].Code != "dangling-step" {
		t.Errorf("first finding %v, want it at %s", found[0], want)
	}
}

func TestFindingsAreBounded(t *testing.T) {
	names := make([]string, 0, 3*maxFindings)
	for range 3 * maxFindings {
		names = append(names, `"x":1`)
	}
	p, found := parse(t, []byte(`{"type":"playbook",`+strings.Join(names, ",")+`}`))
	if len(found) != maxFindings || p.Runnable() || !Blocked(found) {
		t.Errorf("%d findings, runnable %v", len(found), p.Runnable())
	}
}

func TestLongChainIsJudgedWithoutRecursion(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"type":"playbook","workflow_start":"s0","workflow":{"s0":{"type":"start","on_completion":"s1"}`)
	for i := 1; i < MaxSteps-1; i++ {
		b.WriteString(`,"s` + ordinal(i-1) + `":{"type":"playbook-action","on_completion":"s` + ordinal(i) + `"}`)
	}
	b.WriteString(`,"s` + ordinal(MaxSteps-2) + `":{"type":"end"}}}`)
	p, found := parse(t, []byte(b.String()))
	for _, f := range found {
		if f.Code == "dangling-step" || f.Code == "cycle" || f.Code == "unreachable" {
			t.Fatalf("finding %v", f)
		}
	}
	if len(p.Steps) != MaxSteps {
		t.Errorf("%d steps", len(p.Steps))
	}
}

func TestEditTouchesOnlyItsPlace(t *testing.T) {
	data := cellar(t)
	p, _ := parse(t, data)
	edited, _, err := p.Set("/name", "Wasser <im> Keller")
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Replace(data, []byte(`"Water in the cellar"`), []byte(`"Wasser <im> Keller"`), 1)
	if !bytes.Equal(edited.Marshal(), want) || !bytes.Equal(p.Marshal(), data) {
		t.Error("other bytes changed, or the original did")
	}
	added, _, err := edited.Set("/labels", []string{"drill"})
	if err != nil || added.Labels[0] != "drill" {
		t.Fatalf("add a property: %v", err)
	}
	longer, _, err := added.Set("/labels/-", "water")
	if err != nil || len(longer.Labels) != 2 {
		t.Fatalf("append to a list: %v", err)
	}
	back, _, err := longer.Remove("/labels")
	if err != nil || !bytes.Equal(back.Marshal(), want) {
		t.Fatalf("remove what was added: %v", err)
	}
	for _, pointer := range []string{"", "name", "/nowhere/x", "/name/x", "/labels/7"} {
		if _, _, err := longer.Set(pointer, 1); err == nil {
			t.Errorf("set %q: no error", pointer)
		}
		if _, _, err := longer.Remove(pointer); err == nil {
			t.Errorf("remove %q: no error", pointer)
		}
	}
}
