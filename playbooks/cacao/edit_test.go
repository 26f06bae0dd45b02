package cacao

import (
	"errors"
	"strings"
	"testing"
)

func TestEditsOfSmallDocuments(t *testing.T) {
	const base = `{"type":"playbook","list":[1, 2, 3],"none":{},"a/b":{"m~n":0}}`
	for _, test := range []struct {
		do, pointer string
		value       any
		want        string // what stands for the part behind the type
	}{
		{"set", "/list/1", 9, `"list":[1, 9, 3],"none":{},"a/b":{"m~n":0}}`},
		{"set", "/list/-", 4, `"list":[1, 2, 3,4],"none":{},"a/b":{"m~n":0}}`},
		{"set", "/none/x", "y", `"list":[1, 2, 3],"none":{"x": "y"},"a/b":{"m~n":0}}`},
		{"set", "/a~1b/m~0n", nil, `"list":[1, 2, 3],"none":{},"a/b":{"m~n":null}}`},
		{"set", "/new", []int{}, `"list":[1, 2, 3],"none":{},"a/b":{"m~n":0},"new": []}`},
		{"remove", "/list/0", nil, `"list":[2, 3],"none":{},"a/b":{"m~n":0}}`},
		{"remove", "/list/1", nil, `"list":[1, 3],"none":{},"a/b":{"m~n":0}}`},
		{"remove", "/list/2", nil, `"list":[1, 2],"none":{},"a/b":{"m~n":0}}`},
		{"remove", "/none", nil, `"list":[1, 2, 3],"a/b":{"m~n":0}}`},
		{"remove", "/a~1b", nil, `"list":[1, 2, 3],"none":{}}`},
		{"remove", "/a~1b/m~0n", nil, `"list":[1, 2, 3],"none":{},"a/b":{}}`},
	} {
		p, _ := parse(t, []byte(base))
		var err error
		if test.do == "set" {
			p, _, err = p.Set(test.pointer, test.value)
		} else {
			p, _, err = p.Remove(test.pointer)
		}
		if err != nil {
			t.Errorf("%s %s: %v", test.do, test.pointer, err)
			continue
		}
		if got := string(p.Marshal()); got != `{"type":"playbook",`+test.want {
			t.Errorf("%s %s:\n%s", test.do, test.pointer, got)
		}
	}
}

func TestEditsThatAreRefused(t *testing.T) {
	p, _ := parse(t, []byte(`{"type":"playbook","list":[1]}`))
	for _, pointer := range []string{"", "type", "/list/1", "/list/x", "/list/00", "/nowhere/x", "/type/x"} {
		if _, _, err := p.Set(pointer, 1); !errors.Is(err, ErrNoPlace) {
			t.Errorf("set %q: %v", pointer, err)
		}
		if _, _, err := p.Remove(pointer); !errors.Is(err, ErrNoPlace) {
			t.Errorf("remove %q: %v", pointer, err)
		}
	}
	if _, _, err := p.Set("/x", func() {}); err == nil {
		t.Error("a function was written as JSON")
	}
	if _, _, err := p.Set("/type", "bundle"); !errors.Is(err, ErrNotPlaybook) {
		t.Errorf("an edit that leaves no playbook: %v", err)
	}
	if _, _, err := p.Set("/x", strings.Repeat("x", MaxBytes)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an edit over the limit: %v", err)
	}
}

func TestMarshalGivesACopy(t *testing.T) {
	p, _ := parse(t, []byte(`{"type":"playbook"}`))
	p.Marshal()[0] = 'x'
	if p.Marshal()[0] != '{' {
		t.Error("the caller can change the document")
	}
}

func TestBranchesAndNext(t *testing.T) {
	p, _ := parse(t, cellar(t))
	for _, test := range []struct{ kind, last, next, branches string }{
		{"start", "1", "2", ""},
		{"action", "2", "3 4", ""},
		{"parallel", "3", "12", "1=5 2=7"},
		{"switch-condition", "7", "11", "upper=8 default=10"},
		{"if-condition", "12", "18", "true=13 false=17"},
		{"while-condition", "13", "16", "true=14"},
		{"end", "19", "", ""},
	} {
		s := p.Step(id(test.kind, test.last))
		short := func(id string) string { return strings.TrimLeft(id[len(id)-12:], "0") }
		var next, branches []string
		for _, to := range s.Next() {
			next = append(next, short(to))
		}
		for _, b := range s.Branches() {
			branches = append(branches, b.Name+"="+short(b.Step))
		}
		if n, b := strings.Join(next, " "), strings.Join(branches, " "); n != test.next || b != test.branches {
			t.Errorf("%s: next %q, branches %q", s.ID, n, b)
		}
	}
}
