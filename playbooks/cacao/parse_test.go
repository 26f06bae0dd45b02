package cacao

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

// id makes a test identifier.
func id(kind, last string) string {
	return kind + "--00000000-0000-4000-8000-" + strings.Repeat("0", 12-len(last)) + last
}

func cellar(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/cellar.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t testing.TB, data []byte) (*Playbook, []Finding) {
	t.Helper()
	p, found, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return p, found
}

// codes lists the findings that are more than information.
func codes(found []Finding) string {
	var list []string
	for _, f := range found {
		if f.Severity != Info {
			list = append(list, f.Code)
		}
	}
	return strings.Join(list, " ")
}

func TestParseReadsEveryStepType(t *testing.T) {
	p, found := parse(t, cellar(t))
	if codes(found) != "" || !p.Runnable() {
		t.Fatalf("findings %v, runnable %v", found, p.Runnable())
	}
	if p.Name != "Water in the cellar" || p.Priority != 7 || p.Modified != "2026-03-02T08:00:00.000Z" {
		t.Errorf("metadata: %q %d %q", p.Name, p.Priority, p.Modified)
	}
	valve := p.Step(id("action", "2"))
	if valve.Timeout != 600000 || valve.OnFailure != id("action", "4") || valve.OutArgs[0] != "__dry__" {
		t.Errorf("action: %+v", valve)
	}
	if got := valve.Extensions[id("extension-definition", "80")].Get("weight").Text(); got != "1.50" {
		t.Errorf("extension number = %q", got)
	}
	plumber := p.Step(id("action", "4"))
	if text, err := plumber.Commands[0].Text(); err != nil || text != "Phone the plumber" {
		t.Errorf("command_b64 = %q, %v", text, err)
	}
}

func TestParseReadsBranchesAndVariables(t *testing.T) {
	p, _ := parse(t, cellar(t))
	floor := p.Step(id("switch-condition", "7"))
	if len(floor.Cases) != 2 || floor.Cases[1].Value != DefaultCase {
		t.Errorf("cases: %+v", floor.Cases)
	}
	if dry, depth := p.Variables["__dry__"], p.Variables["__depth__"]; !dry.Null || depth.Null || depth.Value != "3" {
		t.Errorf("variables: %+v %+v", dry, depth)
	}
	if got := p.Step(id("playbook-action", "18")).PlaybookID; got != id("playbook", "99") {
		t.Errorf("playbook_id = %q", got)
	}
}

func TestMarshalKeepsEveryByte(t *testing.T) {
	for name, data := range map[string][]byte{
		"as written":      cellar(t),
		"byte order mark": append([]byte(byteOrderMark), cellar(t)...),
		"windows lines":   bytes.ReplaceAll(cellar(t), []byte("\n"), []byte("\r\n")),
	} {
		p, _ := parse(t, data)
		if !bytes.Equal(p.Marshal(), data) || p.Hash() != Hash(data) {
			t.Errorf("%s: bytes changed", name)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	deep := `{"type":"playbook","x":` + strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1) + "}"
	steps := `{"type":"playbook","workflow":{` + strings.Repeat(`"a":1,`, MaxSteps) + `"b":1}}`
	for name, test := range map[string]struct {
		data string
		want error
	}{
		"empty":         {"", ErrNotJSON},
		"trailing data": {`{"type":"playbook"} {}`, ErrNotJSON},
		"latin-1":       {"{\"type\":\"playbook\",\"name\":\"caf\xe9\"}", ErrNotJSON},
		"cut off":       {`{"type":"playbook"`, ErrNotJSON},
		"a list":        {`["playbook"]`, ErrNotPlaybook},
		"a bundle":      {`{"type":"bundle"}`, ErrNotPlaybook},
		"other case":    {`{"Type":"playbook"}`, ErrNotPlaybook},
		"too deep":      {deep, ErrTooLarge},
		"many steps":    {steps, ErrTooLarge},
		"many values":   {`{"type":"playbook","x":[` + strings.Repeat("1,", MaxValues) + `1]}`, ErrTooLarge},
		"long name":     {`{"type":"playbook","` + strings.Repeat("n", MaxName+1) + `":1}`, ErrTooLarge},
		"too long":      {`{"type":"playbook"}` + strings.Repeat(" ", MaxBytes), ErrTooLarge},
	} {
		if _, _, err := Parse([]byte(test.data)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestAttack08_DuplicateAndCaseVariantKeys(t *testing.T) {
	data := string(cellar(t))
	twice := strings.Replace(data, `"priority": 7,`, `"priority": 7, "priority": 8,`, 1)
	p, found := parse(t, []byte(twice))
	if codes(found) != "duplicate" || p.Runnable() || p.Priority != 7 {
		t.Errorf("duplicate: %v, runnable %v", found, p.Runnable())
	}
	deep := strings.Replace(data, `"name": "Cellar"`, `"name": "Cellar", "na\u006de": "Attic"`, 1)
	if p, found := parse(t, []byte(deep)); codes(found) != "duplicate" || p.Runnable() {
		t.Errorf("escaped duplicate: %v", found)
	}
	variant := strings.Replace(data, `"name": "Water in the cellar"`, `"name": "Water in the cellar", "Name": "Fire"`, 1)
	p, found = parse(t, []byte(variant))
	if codes(found) != "case-variant" || p.Name != "Water in the cellar" {
		t.Errorf("case variant: %v, name %q", found, p.Name)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(cellar(f))
	f.Add([]byte(`{"type":"playbook","workflow":{"start--1":{"type":"start","on_completion":"start--1"}},"workflow_start":"start--1"}`))
	f.Add([]byte("\xef\xbb\xbf" + `{"type":"playbook","a":1,"a":[null,true,"\ud800"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, found, err := Parse(data)
		if err != nil {
			return
		}
		if !bytes.Equal(p.Marshal(), data) {
			t.Fatal("the bytes changed")
		}
		if Blocked(found) == p.Runnable() {
			t.Fatalf("runnable %v, findings %v", p.Runnable(), found)
		}
		again, _, err := p.Set("/x_fuzz", []string{"<é>"})
		if errors.Is(err, ErrTooLarge) {
			return
		}
		if err != nil {
			t.Fatalf("set: %v", err)
		}
		if again.root.Get("x_fuzz") == nil || again.ID != p.ID || len(again.Steps) != len(p.Steps) {
			t.Fatal("the edit changed something else")
		}
	})
}
