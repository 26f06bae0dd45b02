package guide

import (
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
)

const goodDrill = `{
 "short":"leak","facts":[{"key":"cut","label":"Access was cut"}],
 "drill":{"scenario":"A researcher calls.",
  "facts":[{"key":"told","at":"opened-5m"},{"key":"cut","at":"opened"}],
  "injects":[{"key":"press","at":"opened+2h","text":"A journalist asks."}]},
 "text":{"it":{"name":"Fuga","description":"Dati fuori",
  "facts":{"cut":"Accesso chiuso"},"scenario":"Chiama una ricercatrice.","injects":{"press":"Chiede una giornalista."}}}
}`

func TestDrill(t *testing.T) {
	g, _ := Decode(source(t, goodDrill, "", ""))
	d := g.Playbook.Drill
	if d == nil || d.Scenario != "A researcher calls." || d.Facts[0].At != "opened-5m" || d.Injects[0].Key != "press" {
		t.Fatalf("drill %+v", d)
	}
	it, en := g.Text("it"), g.Text("id")
	if it.Scenario != "Chiama una ricercatrice." || it.Injects["press"] != "Chiede una giornalista." {
		t.Errorf("Italian %+v", it)
	}
	if en.Scenario != d.Scenario || en.Injects["press"] != "A journalist asks." {
		t.Errorf("a silent language %+v", en)
	}
}

func TestDrillFindings(t *testing.T) {
	for _, test := range []struct{ old, new, path, code string }{
		{`"scenario":"A researcher calls."`, `"story":"x"`, "/drill", "missing"},
		{`"key":"told"`, `"key":"heard"`, "/drill/facts/0/key", "guide-fact"},
		{`"key":"told"`, `"key":"opened"`, "/drill/facts/0/key", "guide-fact"},
		{`"opened-5m"`, `"opened+5m"`, "/drill/facts/0/at", "guide-drill"},
		{`"opened-5m"`, `"told-5m"`, "/drill/facts/0/at", "guide-drill"},
		{`"opened+2h"`, `"opened-2h"`, "/drill/injects/0/at", "guide-drill"},
		{`"opened+2h"`, `"soon"`, "/drill/injects/0/at", "guide-drill"},
		{`"key":"press"`, `"key":"The press"`, "/drill/injects/0/key", "guide-drill"},
		{`"text":"A journalist asks."`, `"say":"x"`, "/drill/injects/0", "missing"},
		{`"scenario":"Chiama una ricercatrice.",`, ``, "/text/it/scenario", "guide-text"},
		{`{"press":"Chiede una giornalista."}`, `{}`, "/text/it/injects/press", "guide-text"},
	} {
		if !strings.Contains(goodDrill, test.old) {
			t.Fatalf("the fixture does not hold %s", test.old)
		}
		_, found := Decode(source(t, strings.Replace(goodDrill, test.old, test.new, 1), "", ""))
		want := PlaybookPath() + test.path
		if !slices.ContainsFunc(found, func(f cacao.Finding) bool { return f.Path == want && f.Code == test.code }) {
			t.Errorf("%s: no %s at %s in %v", test.new, test.code, want, found)
		}
	}
}
