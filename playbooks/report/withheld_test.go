package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/report"
)

// withholding is the sample's report as one audience gets it.
func withholding(t *testing.T, d *desk, o audience.Order, lang string) report.Input {
	t.Helper()
	in := d.input(lang)
	in.Audience, in.Withheld = o.For, map[event.ID]report.Withholding{}
	for id, reason := range o.Withheld(d.c, d.events) {
		in.Withheld[id] = report.Withholding{Kind: "note.added/1", Reason: "because " + reason, Commit: digest("c")}
	}
	return in
}

func TestCopyForACustomerShowsWhatItWithholds(t *testing.T) {
	d := incident(t, "incident")
	for _, lang := range []string{"en", "id", "it"} {
		doc := report.Build(withholding(t, d, audience.Order{For: audience.Customer}, lang))
		var all string
		for i := range doc.Sections {
			all += section(doc, i)
		}
		for _, secret := range []string{"Made Wirawan", "+62 811", "report_ro", "flow logs", "POST 48 MB"} {
			if strings.Contains(all, secret) {
				t.Errorf("%s: %q is in a customer's copy", lang, secret)
			}
		}
		for _, said := range []string{"Cut the reporting replica", "because internal", "because people", digest("c")} {
			if !strings.Contains(all, said) {
				t.Errorf("%s: %q is missing", lang, said)
			}
		}
	}
}

func TestWholeCaseHasNoSuchSection(t *testing.T) {
	d := incident(t, "incident")
	m := report.NewModel(d.input("en"))
	if m.Audience != "" || len(m.Withheld) != 0 || strings.Contains(fmt.Sprint(m.Limits), "limit.withheld") {
		t.Error("the whole case says that something was withheld")
	}
	court := report.NewModel(withholding(t, d, audience.Order{For: audience.Court}, "en"))
	if len(court.Withheld) != 0 || len(court.Timeline) != len(m.Timeline) {
		t.Errorf("a court gets %d rows of %d", len(court.Timeline), len(m.Timeline))
	}
}
