package report_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/render/markdown"
	"github.com/posko-ir/posko/playbooks/render/pdf"
	"github.com/posko-ir/posko/playbooks/report"
)

// custodyCase is a case with a thing, a page, and three forms: one back, one out,
// one withdrawn.
func custodyCase(t testing.TB) *desk {
	d := newDesk(t, "incident")
	d.now(func(c *cases.Case) error {
		return id(c.RecordThing(
			cases.Collected{Title: "Laptop of finance", Manifest: cases.Object{SHA256: digest("a"), Size: 9}, Items: 1},
			cases.Thing{Serial: "PF-3XK9", SealNumber: "004711", State: "asleep", Description: "lid closed", Place: "desk 12", Keeper: "Sari Dewi"},
		))
	})
	d.now(func(c *cases.Case) error {
		return id(c.Collect(cases.Collected{
			Title: "hxxps://evil[.]example/login", Kind: cases.WebCollection, Paths: []string{"https://evil.example/login"},
			Manifest: cases.Object{SHA256: digest("b"), Size: 9}, Items: 1,
			Inline: []cases.Item{{N: 1, Name: "login.html", Size: 4, SHA256: digest("c"), Kind: "web"}},
		}))
	})
	for _, to := range []string{"Insp. Conti", "Budi", "The insurer"} {
		d.now(func(c *cases.Case) error {
			return id(c.HandOver(cases.Handover{Item: "E2", From: "Sari Dewi", To: to, Place: "Via Roma 1", Purpose: "imaging", SHA256: digest("f")}))
		})
	}
	signed := event.Said{At: at("2026-11-21T14:04+01:00[Europe/Rome]")}
	d.do(signed, func(c *cases.Case) error { return c.FormBack("F1", "E2/1") })
	d.now(func(c *cases.Case) error { return c.WithdrawForm("F2", "on leave") })
	d.now(func(c *cases.Case) error {
		return c.Move(cases.Move{Item: "E1", Place: "safe", Keeper: "Budi", Reason: "over night"})
	})
	return d
}

func TestThingsAndFormsAreInTheReport(t *testing.T) {
	d := custodyCase(t)
	m := report.NewModel(d.input("en"))
	if got := m.Evidence[0].Thing; got == nil || got.Now != (report.Now{Place: "safe", Keeper: "Budi", Action: "moved"}) || got.Keeper != "Sari Dewi" {
		t.Errorf("thing %+v", got)
	}
	limits := m.LimitTexts()
	out := func(l string) bool { return strings.Contains(l, "went out and did not come back") }
	if i := slices.IndexFunc(limits, out); i < 0 || !strings.Contains(limits[i], "F3") || !strings.Contains(limits[i], "The insurer") || slices.IndexFunc(limits[i+1:], out) >= 0 {
		t.Errorf("limits %q", limits)
	}
	for _, lang := range []string{"en", "id", "it"} {
		doc := report.Build(d.input(lang))
		evidence, custody := section(doc, 7), section(doc, 8)
		for _, want := range []string{"PF-3XK9", "004711", "lid closed", "desk 12, Sari Dewi", "safe, Budi", `hxxps://evil[.]example/login`} {
			if !strings.Contains(evidence, want) {
				t.Errorf("%s: the evidence does not say %q", lang, want)
			}
		}
		if strings.Contains(evidence, "https://evil.example") {
			t.Errorf("%s: the address of the page is a link", lang)
		}
		for _, want := range []string{"F1", "F2", "F3", "on leave", "E2/1", "Sari Dewi → Insp. Conti", "14:04:00 +01:00", "imaging", "over night"} {
			if !strings.Contains(custody, want) {
				t.Errorf("%s: the custody does not say %q:\n%s", lang, want, custody)
			}
		}
	}
}

func form(lang string, thing bool) report.Handover {
	h := report.Handover{
		Lang: lang, Organisation: "Contoh Perangkat Lunak", Case: "A-7", Form: "F3", Made: at("2026-11-21T15:00+01:00[Europe/Rome]"),
		Item: "E1/1", Title: "Laptop of finance", SHA256: digest("a"), From: "Sari Dewi", To: "Ispettore " + strings.Repeat("Capo ", 20) + "Conti",
		Place: "Questura di Roma", Purpose: "Imaging by the forensic lab",
	}
	if thing {
		h.Thing = &report.Tangible{
			Serial: "PF-3XK9", SealNumber: "004711", State: "asleep", Description: "lid closed", Place: "desk 12", Keeper: "secret keeper",
			Now: report.Now{Place: "safe", Keeper: "secret keeper"},
		}
	}
	return h
}

func TestTheFormSaysWhatIsSigned(t *testing.T) {
	for _, lang := range []string{"en", "id", "it"} {
		for _, thing := range []bool{true, false} {
			d := form(lang, thing).Document()
			text := ""
			for i := range d.Sections {
				text += section(d, i) + "\n"
			}
			for _, want := range []string{"E1/1", "Laptop of finance", digest("a"), "Sari Dewi", "Questura di Roma", "Imaging by the forensic lab", "F3"} {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q is not on the form", lang, want)
				}
			}
			if strings.Contains(text, "PF-3XK9") != thing || strings.Contains(text, "secret keeper") || strings.Contains(text, "desk 12") {
				t.Errorf("%s: the form says who had it before, or no serial:\n%s", lang, text)
			}
		}
	}
	drill := form("en", true)
	drill.Drill = true
	if drill.Document().Drill == "" {
		t.Error("a form of a drill can pass for a real one")
	}
}

func TestTheFormIsOnePage(t *testing.T) {
	for _, lang := range []string{"en", "id", "it"} {
		d := form(lang, true).Document()
		var b, md bytes.Buffer
		if err := pdf.Render(&b, d); err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(b.Bytes(), []byte("/Type /Page\n")); n != 1 {
			t.Errorf("%s: %d pages", lang, n)
		}
		if err := markdown.Render(&md, d); err != nil || !strings.Contains(md.String(), "Sari Dewi") {
			t.Errorf("%s: %v\n%s", lang, err, md.String())
		}
	}
}
