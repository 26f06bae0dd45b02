package guide

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
)

const (
	one = "action--00000001-0000-4000-8000-000000000000"
	two = "action--00000002-0000-4000-8000-000000000000"
)

const goodStep = `{"number":"1","lane":"contain","role":"technical","due":"aware+24h","every":"14d","law":true,
	"mandatory":true,"proof":{"kinds":["read-back","call"]},"waive":{"role":"lead"},"approval":"four-eyes",
	"action":"evidence.seal","suggest":["playbook--1"],"book":["contact:insurer"],"answers":[
	{"key":"leak","type":"choice","label":"Is it closed?","required":true,"variable":"__leak__","fact":"cut","when":["yes"],
	 "choices":[{"value":"yes","label":"Yes"},{"value":"no","label":"No"}]},
	{"key":"rows","type":"integer","label":"Rows","variable":"__rows__"},
	{"key":"at","type":"instant","label":"When","fact":"aware"}]}`

const goodPlaybook = `{"kind":"incident","short":"leak","facts":[{"key":"cut","label":"Access was cut"}],
	"symptoms":["Data is for sale"],"text":{"it":{"name":"Fuga","description":"Dati fuori.","symptoms":["Dati in vendita"],
	"facts":{"cut":"Accesso chiuso"},"steps":{
	"` + one + `":{"name":"Chiudi","description":"Chiudi la falla.","answers":{"leak":"Chiusa?","rows":"Righe","at":"Quando"},
	 "choices":{"leak":{"yes":"Sì","no":"No"}}},
	"` + two + `":{"name":"Nota","none_because":"Solo un promemoria"}}}}}`

const goodSecond = `{"number":"2","lane":"investigate","role":"lead","proof":{"none_because":"A reminder only"}}`

// source wraps extensions into a playbook of two actions.
func source(t testing.TB, playbook, first, second string) *cacao.Playbook {
	t.Helper()
	ext := func(name, body string) string {
		if body == "" {
			return ""
		}
		return fmt.Sprintf(`,%q:{%q:%s}`, name, ExtensionID, body)
	}
	p, _, err := cacao.Parse([]byte(`{"type":"playbook","name":"Leak","description":"Data got out."` +
		ext("playbook_extensions", playbook) + `,"playbook_variables":{"__leak__":{"type":"string"},"__rows__":{"type":"integer"},
		"__fixed__":{"type":"string","value":"x","constant":true}},"workflow":{
		"start--1":{"type":"start","on_completion":"` + one + `"` + ext("step_extensions", "") + `},
		"` + one + `":{"type":"action","name":"Close","description":"Close the leak."` + ext("step_extensions", first) + `},
		"` + two + `":{"type":"action","name":"Note"` + ext("step_extensions", second) + `}}}`))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDecode(t *testing.T) {
	g, found := Decode(source(t, goodPlaybook, goodStep, goodSecond))
	if len(found) != 0 {
		t.Fatalf("findings %v", found)
	}
	s := g.Step(one)
	if s.Number != "1" || s.Due != "aware+24h" || !s.Law || !s.Mandatory || s.Waive.Role != "lead" || len(s.Answers) != 3 {
		t.Errorf("step %+v", s)
	}
	if g.Playbook.Short != "leak" || g.Playbook.Facts[0].Key != "cut" || g.Step("start--1") != nil {
		t.Errorf("playbook %+v", g.Playbook)
	}
	g, found = Decode(source(t, "", "", ""))
	if len(found) != 0 || g.Step(one) != nil || g.StepText("it", one).Name != "Close" {
		t.Errorf("without the extension: %v", found)
	}
}

func TestFindings(t *testing.T) {
	for _, test := range []struct{ old, new, path, code string }{
		{`"number":"1"`, `"number":"2"`, "/number", "guide-number"},
		{`"number":"1"`, `"number":"1.2"`, "/number", "guide-number"},
		{`"number":"1"`, `"Number":"1"`, "", "missing"},
		{`"lane":"contain"`, `"lane":"panic"`, "/lane", "guide-word"},
		{`"role":"technical"`, `"role":"ciso"`, "/role", "guide-word"},
		{`"due":"aware+24h"`, `"due":"soon"`, "/due", "guide-fact"},
		{`"due":"aware+24h"`, `"due":"aware+1w"`, "/due", "guide-due"},
		{`"due":"aware+24h",`, ``, "/law", "guide-due"},
		{`"every":"14d"`, `"every":"often"`, "/every", "guide-due"},
		{`"law":true`, `"law":"yes"`, "/law", "wrong-type"},
		{`"law":true`, `"lawful":true`, "/lawful", "unknown-property"},
		{`"mandatory":true,`, ``, "/waive", "guide-waive"},
		{`"waive":{"role":"lead"}`, `"waive":{"role":"boss"}`, "/waive/role", "guide-word"},
		{`"approval":"four-eyes"`, `"approval":"two"`, "/approval", "guide-word"},
		{`"action":"evidence.seal"`, `"action":"rm -rf"`, "/action", "guide-action"},
		{`"book":["contact:insurer"]`, `"book":["contact:friend"]`, "/book/0", "guide-word"},
		{`"suggest":["playbook--1"]`, `"suggest":["breach"]`, "/suggest/0", "guide-suggest"},
		{`"kinds":["read-back","call"]`, `"kinds":["oath"]`, "/proof/kinds/0", "guide-word"},
		{`"kinds":["read-back","call"]`, `"kinds":[]`, "/proof", "guide-proof"},
		{`"kinds":["read-back","call"]`, `"kinds":["call"],"none_because":"x"`, "/proof", "guide-proof"},
		{`"proof":{"kinds":["read-back","call"]},`, ``, "", "guide-proof"},
		{`"key":"rows"`, `"key":"leak"`, "/answers/1/key", "guide-answer"},
		{`"key":"rows"`, `"key":"Rows"`, "/answers/1/key", "guide-answer"},
		{`"type":"integer"`, `"type":"decimal"`, "/answers/1/type", "guide-word"},
		{`"type":"integer"`, `"type":"text"`, "/answers/1/variable", "guide-variable"},
		{`"__rows__"`, `"__cols__"`, "/answers/1/variable", "guide-variable"},
		{`"__leak__"`, `"__fixed__"`, "/answers/0/variable", "guide-variable"},
		{`"value":"no"`, `"value":"yes"`, "/answers/0/choices/1/value", "guide-answer"},
		{`"value":"no"`, `"value":"not yet"`, "/answers/0/choices/1/value", "guide-answer"},
		{`"label":"Rows"`, `"label":"Rows","choices":[{"value":"a","label":"A"}]`, "/answers/1/choices", "guide-answer"},
		{`"fact":"cut"`, `"fact":"gone"`, "/answers/0/fact", "guide-fact"},
		{`"when":["yes"]`, `"when":["maybe"]`, "/answers/0/when/0", "guide-word"},
		{`"when":["yes"]`, `"when":[]`, "/answers/0", "guide-fact"},
		{`"fact":"aware"}`, `"fact":"aware","when":["x"]}`, "/answers/2/when", "guide-fact"},
		{`"label":"Rows"`, `"label":"Rows","fact":"aware","when":["1"]`, "/answers/1/fact", "guide-fact"},
		{`"label":"Rows"`, `"label":"Rows","when":["1"]`, "/answers/1/when", "guide-fact"},
	} {
		if !strings.Contains(goodStep, test.old) {
			t.Fatalf("the fixture does not hold %s", test.old)
		}
		_, found := Decode(source(t, goodPlaybook, strings.Replace(goodStep, test.old, test.new, 1), goodSecond))
		want := StepPath(one) + test.path
		if test.code == "guide-number" && test.new == `"number":"2"` {
			want = StepPath(two) + test.path // the second of the two is at fault
		}
		if !slices.ContainsFunc(found, func(f cacao.Finding) bool { return f.Path == want && f.Code == test.code }) {
			t.Errorf("%s: no %s at %s in %v", test.new, test.code, want, found)
		}
	}
}

func TestPlaybookFindings(t *testing.T) {
	for _, test := range []struct{ old, new, path, code string }{
		{`"kind":"incident"`, `"kind":"party"`, "/kind", "guide-word"},
		{`"short":"leak"`, `"short":"Leak!"`, "/short", "guide-short"},
		{`"key":"cut"`, `"key":"aware"`, "/facts/0/key", "guide-fact"},
		{`"key":"cut"`, `"key":"the cut"`, "/facts/0/key", "guide-fact"},
		{`"it":`, `"ita":`, "/text/ita", "guide-text"},
		{`"name":"Fuga",`, ``, "/text/it/name", "guide-text"},
		{`"symptoms":["Dati in vendita"],`, ``, "/text/it/symptoms", "guide-text"},
		{`{"cut":"Accesso chiuso"}`, `{}`, "/text/it/facts/cut", "guide-text"},
		{`"yes":"Sì",`, ``, "/text/it/steps/" + one + "/choices/leak/yes", "guide-text"},
		{`"rows":"Righe"`, `"row":"Righe"`, "/text/it/steps/" + one + "/answers/row", "guide-text"},
		{`"name":"Nota"`, `"title":"Nota"`, "/text/it/steps/" + two + "/title", "unknown-property"},
		{`"` + two + `":{`, `"action--9":{},"` + two + `":{`, "/text/it/steps/action--9", "guide-text"},
	} {
		if !strings.Contains(goodPlaybook, test.old) {
			t.Fatalf("the fixture does not hold %s", test.old)
		}
		_, found := Decode(source(t, strings.Replace(goodPlaybook, test.old, test.new, 1), goodStep, goodSecond))
		want := PlaybookPath() + test.path
		if !slices.ContainsFunc(found, func(f cacao.Finding) bool { return f.Path == want && f.Code == test.code }) {
			t.Errorf("%s: no %s at %s in %v", test.new, test.code, want, found)
		}
	}
}

func TestProofSatisfied(t *testing.T) {
	proof := func(kinds ...string) *Step { return &Step{Proof: &Proof{Kinds: kinds}} }
	for _, test := range []struct {
		step     *Step
		answered bool
		items    []string
		want     bool
	}{
		{nil, false, nil, true},
		{&Step{}, false, nil, true},
		{&Step{Proof: &Proof{NoneBecause: "x"}}, false, nil, true},
		{proof("call"), false, nil, false},
		{proof("call"), true, nil, true},
		{proof("call"), false, []string{"file"}, false},
		{proof("table"), false, []string{"table", "file"}, true},
		{proof("photo"), true, nil, false},
		{proof("photo"), false, []string{"photo"}, true},
		{proof("photo"), false, []string{"file"}, false},
		{proof("photo", "text"), true, nil, true},
		{proof("photo", "text"), false, []string{"photo", "page"}, true},
		{proof("photo", "text"), false, nil, false},
		{proof("oath"), true, []string{"oath"}, false},
	} {
		if got := ProofSatisfied(test.step, test.answered, test.items); got != test.want {
			t.Errorf("%+v answered %v, items %v: %v", test.step, test.answered, test.items, got)
		}
	}
}

// The schema is what other programs see, the vocabularies are what this one judges by.
func TestSchemaAgrees(t *testing.T) {
	data, err := os.ReadFile("guide.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	type prop struct {
		Enum  []string
		Items struct{ Enum []string }
	}
	var schema struct {
		ID   string `json:"$id"`
		Defs map[string]struct {
			Enum       []string
			Properties map[string]prop
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	given, items := ProofKinds()
	for name, pair := range map[string][2][]string{
		"role":   {schema.Defs["role"].Enum, Roles()},
		"lane":   {schema.Defs["step"].Properties["lane"].Enum, Lanes()},
		"answer": {schema.Defs["answer"].Properties["type"].Enum, AnswerTypes()},
		"kind":   {schema.Defs["playbook"].Properties["kind"].Enum, Kinds()},
		"proof":  {schema.Defs["proof"].Properties["kinds"].Items.Enum, append(given, items...)},
		"book":   {schema.Defs["bookword"].Enum, BookWords()},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s: schema %v, code %v", name, pair[0], pair[1])
		}
	}
	if schema.ID != Schema {
		t.Errorf("the schema calls itself %s", schema.ID)
	}
}

// What the types write must be what Decode reads: no field under another name.
func TestTypesRoundTrip(t *testing.T) {
	g, _ := Decode(source(t, goodPlaybook, goodStep, goodSecond))
	first, err := json.Marshal(g.Step(one))
	if err != nil {
		t.Fatal(err)
	}
	playbook, err := json.Marshal(g.Playbook)
	if err != nil {
		t.Fatal(err)
	}
	again, found := Decode(source(t, string(playbook), string(first), goodSecond))
	if len(found) != 0 {
		t.Fatalf("findings %v", found)
	}
	if a, b := fmt.Sprintf("%+v", again.Playbook), fmt.Sprintf("%+v", g.Playbook); a != b {
		t.Errorf("\n%s\n%s", a, b)
	}
	second, err := json.Marshal(again.Step(one))
	if err != nil || string(second) != string(first) {
		t.Errorf("\n%s\n%s", first, second)
	}
}
