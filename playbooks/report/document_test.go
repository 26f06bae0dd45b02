package report_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/report"
)

// words gathers every text of a section, cell by cell.
func words(s report.Section) []string {
	out := []string{s.Title}
	for _, block := range s.Blocks {
		switch b := block.(type) {
		case report.Heading:
			out = append(out, b.Text)
		case report.Paragraph:
			out = append(out, b.Text)
		case report.Callout:
			out = append(out, b.Title, b.Text)
		case report.List:
			out = append(out, b.Items...)
		case report.KeyValues:
			for _, item := range b.Items {
				out = append(out, item.Key, item.Value)
			}
		case report.Table:
			for _, c := range b.Columns {
				out = append(out, c.Title)
			}
			for _, row := range b.Rows {
				out = append(out, row...)
			}
		default:
			panic(fmt.Sprintf("a new block: %T", block))
		}
	}
	return out
}

// section returns a section by its place; they come in a fixed order.
func section(d report.Document, n int) string { return strings.Join(words(d.Sections[n]), "\n") }

const (
	summary = iota
	facts
	people
	decisions
	steps
	timeline
	findings
	evidence
	custody
	seals
	limits
	sections
)

func TestEmptyCaseSaysSoInEverySection(t *testing.T) {
	for lang, none := range map[string]string{"en": "None recorded.", "id": "Tidak ada catatan.", "it": "Nessuna registrazione."} {
		in := newDesk(t, "incident").input(lang)
		in.Events, in.Verification = nil, report.Verification{}
		d := report.Build(in)
		if len(d.Sections) != sections {
			t.Fatalf("%d sections, want %d", len(d.Sections), sections)
		}
		for n, s := range d.Sections {
			if len(s.Blocks) == 0 {
				t.Errorf("%s: section %q is empty", lang, s.Title)
			}
			if n >= people && n <= seals && !strings.Contains(section(d, n), none) {
				t.Errorf("%s: section %q does not say that there is nothing", lang, s.Title)
			}
		}
	}
}

func TestNoKeyAndNoGapReachesTheReader(t *testing.T) {
	gap := regexp.MustCompile(`^[a-z]+(\.[a-z+-]+)+$|\{\d\}|%!|%d`)
	for _, lang := range []string{"en", "id", "it", "xx"} {
		d := report.Build(incident(t, "drill").input(lang))
		all := []string{d.Title, d.Subtitle, d.Drill, d.Words.Missing}
		for _, s := range d.Sections {
			all = append(all, words(s)...)
		}
		for _, text := range all {
			if gap.MatchString(text) && !strings.Contains(text, ".log") {
				t.Errorf("%s: %q", lang, text)
			}
		}
	}
}

func TestDrillIsMarked(t *testing.T) {
	if d := report.Build(incident(t, "drill").input("en")); d.Drill == "" || !strings.Contains(section(d, summary), d.Drill) {
		t.Error("the report of a drill does not say so")
	}
	if d := report.Build(incident(t, "incident").input("en")); d.Drill != "" || titled(d, "Drill sheet") {
		t.Error("the report of a real case says it is a drill")
	}
	d := report.Build(incident(t, "drill").input("en"))
	if d.Sections[1].Title != "Drill sheet" {
		t.Fatal("the report of a drill has no sheet behind the summary")
	}
	sheet := section(d, 1)
	for _, want := range []string{"R1.2", "the portal of the authority is down", "1 skipped, 1 failed"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("the sheet lacks %q:\n%s", want, sheet)
		}
	}
}

func TestAttack11_IndicatorIsDefangedAndFlagged(t *testing.T) {
	d := incident(t, "incident")
	d.now(func(c *cases.Case) error { return id(c.AddIndicator("account", "\u0430dmin")) }) // a Cyrillic a
	got := section(report.Build(d.input("en")), findings)
	if strings.Contains(got, "evil.example") || strings.Contains(got, "http://") {
		t.Errorf("an indicator can be clicked:\n%s", got)
	}
	if want := cases.SuspicionText("en", cases.SuspectMixed); want == "" || !strings.Contains(got, "\u0430dmin\n"+want) {
		t.Errorf("want the warning %q beside the account:\n%s", want, got)
	}
}

func TestTimelineGivesBothTimesWhereTheyDiffer(t *testing.T) {
	d := newDesk(t, "incident")
	note := func(c *cases.Case) error { return id(c.AddNote("seen")) }
	d.do(event.Said{At: at("2026-11-21T13:03:30Z")}, note) // recorded 13:04
	d.do(event.Said{At: at("2026-11-21T12:00:00Z")}, note) // recorded 13:05
	m := report.NewModel(d.input("en"))
	for i := 1; i < len(m.Timeline); i++ {
		if m.Timeline[i].At.Time().Before(m.Timeline[i-1].At.Time()) {
			t.Errorf("row %d happened before row %d", i, i-1)
		}
	}
	got := section(m.Document(), timeline)
	if strings.Count(got, "recorded 2026-11-21 13:05:00 UTC") != 1 || strings.Contains(got, "recorded 2026-11-21 13:04:00") {
		t.Errorf("want the second recorded time only:\n%s", got)
	}
}

func TestCorrectionsAreKeptBelowTheValueThatCounts(t *testing.T) {
	got := section(report.Build(incident(t, "incident").input("en")), facts)
	now, before := strings.Index(got, "13:38:00 +01:00"), strings.Index(got, "13:40:00 +01:00")
	if now < 0 || before < now || !strings.Contains(got, "Detected (corrected)") {
		t.Errorf("got:\n%s", got)
	}
	if !strings.Contains(got, "No reason given.") {
		t.Error("awareness without a reason is not pointed out")
	}
}

func TestDueTimes(t *testing.T) {
	for name, test := range map[string]struct{ aware, want string }{
		"fact missing": {"", "cannot be computed: “Aware” is not known (aware+72h)"},
		"in time":      {"2026-11-21T13:05Z", "due 2026-11-24 13:05:00 UTC"},
		"overdue":      {"2026-11-10T13:05Z", "OVERDUE since 2026-11-13 13:05:00 UTC"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, "incident")
			if test.aware != "" {
				d.now(func(c *cases.Case) error { return c.SetFact("aware", at(test.aware), "told by phone") })
			}
			book, err := os.ReadFile("testdata/small.json")
			if err != nil {
				t.Fatal(err)
			}
			d.now(func(c *cases.Case) error { return id(c.StartRun(book)) })
			answers := map[string]string{"people": "3", "copy": "no"}
			d.now(func(c *cases.Case) error { return c.FinishStep("R1.1", cases.StepResult{Answers: answers}) })
			if got := section(report.Build(d.input("en")), steps); !strings.Contains(got, test.want) {
				t.Errorf("want %q in:\n%s", test.want, got)
			}
		})
	}
}

func TestCustodyNamesEachActOnce(t *testing.T) {
	d := newDesk(t, "incident")
	collect(d)
	d.now(func(c *cases.Case) error { return c.Handle("E1", "collected", "taken from the rack", "") })
	acts := report.NewModel(d.input("en")).Custody
	var got []string
	for _, c := range acts {
		got = append(got, c.Item+" "+c.Action)
	}
	if want := []string{"E2 collected", "E1 collected"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v: what custody says itself counts", got, want)
	}
}

func TestItemsOfTheManifestAreListedWhenGiven(t *testing.T) {
	d := incident(t, "incident")
	in := d.input("en")
	in.Items = map[string][]cases.Item{}
	for n := 1; n <= 60; n++ {
		in.Items["E2"] = append(in.Items["E2"], cases.Item{N: n, Name: fmt.Sprintf("socket-%d", n), SHA256: digest("x")})
	}
	got := section(report.Build(in), evidence)
	if !strings.Contains(got, "E2/60\nsocket-60") || strings.Contains(got, "not repeated here") {
		t.Errorf("the items are not listed:\n%s", got)
	}
}

func TestOfficerWithoutANameIsNamedByID(t *testing.T) {
	in := incident(t, "incident").input("en")
	in.Officer = nil
	if got := section(report.Build(in), custody); !strings.Contains(got, "officer-1") {
		t.Errorf("nobody is named:\n%s", got)
	}
}

// TestLimits holds that each thing that was not proved is said, and is not
// said when it was.
func TestLimits(t *testing.T) {
	arrives := func(e event.Event) func(d *desk, in *report.Input) {
		return func(d *desk, _ *report.Input) {
			e.Stamp = event.Stamp{ID: event.ID{Log: "b3f1c2", Seq: d.seq}, Wall: d.wall, Actor: "officer-1"}
			d.c.Apply(e)
		}
	}
	check := func(change func(v *report.Verification)) func(*desk, *report.Input) {
		return func(_ *desk, in *report.Input) { change(&in.Verification) }
	}
	tests := map[string]struct {
		change func(d *desk, in *report.Input)
		key    string
		want   bool
	}{
		"one officer":      {check(func(v *report.Verification) { v.Solo = true }), "limit.solo", true},
		"several officers": {check(func(v *report.Verification) { v.Solo = false }), "limit.solo", false},
		"no witness":       {check(func(*report.Verification) {}), "limit.no-witness", true},
		"a witness": {check(func(v *report.Verification) {
			v.Witnesses = []report.Witness{{Name: "B", Entries: 9, At: time.Unix(9, 0)}}
		}), "limit.no-witness", false},
		"ledger unchecked":   {check(func(v *report.Verification) { v.Ledger = "" }), "limit.ledger-unchecked", true},
		"ledger wrong":       {check(func(v *report.Verification) { v.Ledger, v.Problem = report.CheckedFailed, "entry 7" }), "limit.ledger-failed", true},
		"ledger right":       {check(func(v *report.Verification) { v.Ledger = report.CheckedOK }), "limit.ledger-failed", false},
		"keychain":           {check(func(v *report.Verification) { v.Keychain = true }), "limit.no-keychain", false},
		"seal right":         {check(func(*report.Verification) {}), "limit.seal", false},
		"seal unchecked":     {check(func(v *report.Verification) { v.Seals = nil }), "limit.seal", true},
		"seal wrong":         {check(func(v *report.Verification) { v.Seals["S1"] = report.SealCheck{Problem: "another key"} }), "limit.seal", true},
		"entry of newer":     {arrives(event.Event{Kind: "shiny.thing/9"}), "limit.newer", true},
		"no entry of newer":  {check(func(*report.Verification) {}), "limit.newer", false},
		"conflict":           {arrives(event.Event{Kind: cases.KindTaskDone, Data: json.RawMessage(`{"task":"T99"}`)}), "limit.conflict", true},
		"destroyed":          {arrives(event.Event{Kind: cases.KindNote, Destroyed: true}), "limit.destroyed", true},
		"nothing destroyed":  {check(func(*report.Verification) {}), "limit.destroyed", false},
		"clock in doubt":     {check(func(*report.Verification) {}), "limit.clock", true},
		"skipped files":      {check(func(*report.Verification) {}), "limit.skipped", true},
		"unsealed":           {check(func(*report.Verification) {}), "limit.unsealed", true},
		"mandatory not done": {check(func(*report.Verification) {}), "limit.not-done", true},
		"last check wrong": {func(d *desk, _ *report.Input) {
			d.now(func(c *cases.Case) error { return c.Verified(3, []cases.Finding{{Item: "E1/2", Problem: "differs"}}) })
		}, "limit.evidence-failed", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := incident(t, "incident")
			in := d.input("en")
			test.change(d, &in)
			m := report.NewModel(in)
			got := slices.ContainsFunc(m.Limits, func(l report.Limit) bool { return l.Key == test.key })
			if got != test.want {
				t.Errorf("%s is said: %v, want %v; %v", test.key, got, test.want, m.Limits)
			}
			if text := section(m.Document(), limits); strings.Contains(text, "limit.") || strings.Contains(text, "{") {
				t.Errorf("a limit has a gap:\n%s", text)
			}
		})
	}
}

func TestModelHasNoNullLists(t *testing.T) {
	for name, in := range map[string]report.Input{"empty": newDesk(t, "incident").input("en"), "full": incident(t, "incident").input("en")} {
		in.Verification = report.Verification{}
		data, err := json.Marshal(report.NewModel(in))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "null") {
			t.Errorf("%s: a program would have to tell null from none: %s", name, data)
		}
	}
}

func titled(d report.Document, title string) bool {
	return slices.ContainsFunc(d.Sections, func(s report.Section) bool { return s.Title == title })
}
