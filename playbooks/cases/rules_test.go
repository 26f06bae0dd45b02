package cases_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

func TestOpening(t *testing.T) {
	d := openDesk(t)
	c := d.c
	if c.Kind != "incident" || c.Severity != "medium" || c.TLP != "amber" || c.State != cases.StateOpen || c.Tag != "tag7" {
		t.Errorf("defaults: %+v", c.Summary())
	}
	if opened, ok := c.Fact("opened"); !ok || !opened.Time().Equal(start.Add(time.Minute)) {
		t.Errorf("opened at %s", opened)
	}
	drill := newDesk(t)
	drill.do(func(c *cases.Case) error {
		return c.Open(cases.Opening{Number: "B-12", Kind: "drill", Title: " Cafe\u0301 ", Severity: "LOW", TLP: "red"})
	})
	if s := drill.c.Summary(); !s.Drill || s.Title != "Caf\u00e9" || s.Severity != "low" {
		t.Errorf("drill: %+v", s)
	}
}

func TestOpeningRefused(t *testing.T) {
	good := cases.Opening{Number: "A-7", Title: "x"}
	for name, tt := range map[string]struct {
		rule   string
		change func(o *cases.Opening)
	}{
		"no title":        {"missing", func(o *cases.Opening) { o.Title = " " }},
		"long title":      {"too-long", func(o *cases.Opening) { o.Title = strings.Repeat("é", 201) }},
		"two lines":       {"one-line", func(o *cases.Opening) { o.Title = "a\nb" }},
		"not UTF-8":       {"not-utf8", func(o *cases.Opening) { o.Title = "\xff" }},
		"no kind":         {"choice", func(o *cases.Opening) { o.Kind = "fragment" }},
		"severity":        {"choice", func(o *cases.Opening) { o.Severity = "huge" }},
		"TLP":             {"choice", func(o *cases.Opening) { o.TLP = "white" }},
		"no number":       {"number", func(o *cases.Opening) { o.Number = "" }},
		"number is path":  {"number", func(o *cases.Opening) { o.Number = "../7" }},
		"number with nul": {"number", func(o *cases.Opening) { o.Number = "A-07" }},
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			tt.change(&o)
			newDesk(t).refused(tt.rule, func(c *cases.Case) error { return c.Open(o) })
		})
	}
	openDesk(t).refused("opened-already", func(c *cases.Case) error { return c.Open(good) })
	newDesk(t).refused("not-open-yet", func(c *cases.Case) error { return id(c.AddNote("x")) })
}

func TestRulesRefuse(t *testing.T) {
	d := rich(t)
	now := at(t, "2026-11-21T13:00Z")
	long := strings.Repeat("x", cases.MaxText+1)
	for name, tt := range map[string]struct {
		rule string
		fn   func(c *cases.Case) error
	}{
		"empty note":           {"missing", func(c *cases.Case) error { return id(c.AddNote("\n")) }},
		"long note":            {"too-long", func(c *cases.Case) error { return id(c.AddNote(long)) }},
		"note with escape":     {"control-characters", func(c *cases.Case) error { return id(c.AddNote("a\x1b[2J")) }},
		"withdrawn twice":      {"struck-already", func(c *cases.Case) error { return c.WithdrawNote("N1", "again") }},
		"no such note":         {"unknown-id", func(c *cases.Case) error { return c.WithdrawNote("N9", "again") }},
		"no reason":            {"reason", func(c *cases.Case) error { return id(c.Decide("x", " y ", "")) }},
		"decision elsewhere":   {"unknown-id", func(c *cases.Case) error { return id(c.Decide("x", "because", "R9.1")) }},
		"unknown fact":         {"unknown-fact", func(c *cases.Case) error { return c.SetFact("known", now, "") }},
		"no instant":           {"missing", func(c *cases.Case) error { return c.SetFact("aware", instant.Instant{}, "") }},
		"future":               {"future", func(c *cases.Case) error { return c.SetFact("aware", now.Add(24*time.Hour), "") }},
		"removed twice":        {"removed-already", func(c *cases.Case) error { return c.RemovePerson("P1", "") }},
		"no such person":       {"unknown-id", func(c *cases.Case) error { return c.RemovePerson("P2", "") }},
		"task done twice":      {"task-ended", func(c *cases.Case) error { return c.FinishTask("T1") }},
		"dropped reassigned":   {"task-ended", func(c *cases.Case) error { return c.ReassignTask("T2", "Budi") }},
		"no such task":         {"unknown-id", func(c *cases.Case) error { return c.DropTask("T3", "because") }},
		"asset type":           {"choice", func(c *cases.Case) error { return id(c.AddAsset("laptop", "x")) }},
		"indicator twice":      {"indicator-known", func(c *cases.Case) error { return id(c.AddIndicator("url", "HTTPS://evil.EXAMPLE/Login?x=1")) }},
		"link to nothing":      {"unknown-id", func(c *cases.Case) error { return id(c.AddLink("A1", "I2", "x")) }},
		"link to missing item": {"unknown-id", func(c *cases.Case) error { return id(c.AddLink("A1", "E1/2", "x")) }},
		"link to itself":       {"link-to-itself", func(c *cases.Case) error { return id(c.AddLink("A1", "A1", "x")) }},
		"link twice":           {"linked-already", func(c *cases.Case) error { return id(c.AddLink("A1", "I1", "logged in at")) }},
		"open already":         {"not-closed", func(c *cases.Case) error { return c.Reopen("because") }},
		"offset":               {"offset", func(c *cases.Case) error { return c.SetOffset("fw", 1e6*time.Hour) }},
		"empty import":         {"missing", func(c *cases.Case) error { return id(c.ImportTimeline("fw", nil)) }},
		"big import": {"too-many-rows", func(c *cases.Case) error {
			return id(c.ImportTimeline("fw", make([]cases.ImportRow, cases.MaxRows+1)))
		}},
		"nothing collected": {"nothing-collected", func(c *cases.Case) error { return id(c.Collect(cases.Collected{Title: "x", Kind: "file"})) }},
		"no manifest": {"manifest", func(c *cases.Case) error {
			return id(c.Collect(cases.Collected{Title: "x", Kind: "file", Items: 1}))
		}},
		"nothing to seal":   {"nothing-to-seal", func(c *cases.Case) error { return id(c.SealEvidence(cases.Sealing{Collections: []string{"E1"}})) }},
		"handle destroyed":  {"unknown-item", func(c *cases.Case) error { return c.Handle("E1/1", "viewed", "", "") }},
		"destroy destroyed": {"unknown-item", func(c *cases.Case) error { return c.DestroyItem("E1/1", "again", nil, nil) }},
		"custody action":    {"choice", func(c *cases.Case) error { return c.Handle("E1", "eaten", "", "") }},
		"export unhashed":   {"manifest", func(c *cases.Case) error { return c.Exported("/x", "abc", "") }},
	} {
		t.Run(name, func(t *testing.T) {
			d.t = t
			r := d.refused(tt.rule, tt.fn)
			for _, lang := range []string{"id", "it"} {
				if m, _ := r.Text(lang); m == "" || m == r.Message {
					t.Errorf("no %s text: %q", lang, m)
				}
			}
		})
	}
}

func TestFactsKeepEveryCorrection(t *testing.T) {
	d := rich(t)
	all := d.c.Facts["aware"]
	now, _ := d.c.Fact("aware")
	if len(all) != 2 || now.String() != "2026-11-21T13:58:00+01:00" || all[0].Reason != "confirmed by sign-in log" {
		t.Fatalf("aware: %s, of %+v", now, all)
	}
	d.do(func(c *cases.Case) error { return c.SetFact("occurred_from", at(t, "2026-11-20T10:00Z"), "") })
	d.refused("backwards", func(c *cases.Case) error { return c.SetFact("occurred_to", at(t, "2026-11-20T09:00Z"), "") })
	d.do(func(c *cases.Case) error { return c.SetFact("occurred_to", at(t, "2026-11-20T11:00Z"), "") })
	d.refused("backwards", func(c *cases.Case) error { return c.SetFact("occurred_from", at(t, "2026-11-20T12:00Z"), "") })
	d.do(func(c *cases.Case) error { return c.SetFact("first_due", at(t, "2026-11-24T10:00Z"), "") })
	if _, ok := d.c.Fact("detected"); ok {
		t.Error("a fact nobody set is known")
	}
	if got := d.c.FactLabel("it", "aware"); got != "Conoscenza acquisita" {
		t.Errorf("label %q", got)
	}
}

func TestEventTimeIsApartFromRecording(t *testing.T) {
	d := rich(t)
	n := d.c.Notes[0]
	if n.Source != "hotline" || n.Happened().String() != "2026-11-21T13:30:00+01:00[Europe/Rome]" || !n.Wall.After(n.At.Time()) {
		t.Errorf("note %+v", n.Origin)
	}
}

func TestNothingHappensInTheFuture(t *testing.T) {
	d := openDesk(t)
	before := state(t, d.c)
	err := d.try(event.Said{At: at(t, "2026-11-22T14:00Z")}, func(c *cases.Case) error { return id(c.AddNote("tomorrow")) })
	var r *cases.Refusal
	if !errors.As(err, &r) || r.Rule != "future" || state(t, d.c) != before {
		t.Fatalf("got %v", err)
	}
}

func TestSealsSupplement(t *testing.T) {
	d := openDesk(t)
	seal := func(ids ...string) func(c *cases.Case) error {
		return func(c *cases.Case) error {
			return id(c.SealEvidence(cases.Sealing{Collections: ids, ManifestSHA256: sum, Signature: "s", Key: "k"}))
		}
	}
	d.refused("nothing-to-seal", seal())
	d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("one", 1)) })
	d.refused("unknown-item", seal("E2"))
	d.refused("sealed-already", seal("E1", "E1"))
	d.refused("unsigned", func(c *cases.Case) error { return id(c.SealEvidence(cases.Sealing{Collections: []string{"E1"}})) })
	d.do(seal("E1"))
	d.refused("nothing-to-seal", seal("E1"))
	d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("two", 60)) })
	d.refused("sealed-already", seal("E1", "E2"))
	r := d.refused("not-closable", func(c *cases.Case) error { return c.Close() })
	if !strings.Contains(r.Message, "E2 (two)") || strings.Contains(r.Message, "E1") {
		t.Errorf("the refusal names %q", r.Message)
	}
	if m, _ := r.Text("id"); !strings.Contains(m, "bukti E2 (two) belum disegel") {
		t.Errorf("in Indonesian: %q", m)
	}
	d.do(seal("E2"))
	if s := d.c.Seals[1]; s.Supplements != "S1" || d.c.Collections[1].Seal != "S2" || d.c.Collections[1].Inline != nil {
		t.Errorf("second seal %+v", s)
	}
	d.do(func(c *cases.Case) error { return c.Close() })
}

func TestClosedCaseTakesOnlyWhatHappensToItsEvidence(t *testing.T) {
	d := openDesk(t)
	d.do(func(c *cases.Case) error { return id(c.Collect(collected("one", 3))) })
	d.do(func(c *cases.Case) error {
		return id(c.SealEvidence(cases.Sealing{Collections: []string{"E1"}, ManifestSHA256: sum, Signature: "s", Key: "k"}))
	})
	d.do(func(c *cases.Case) error { return c.Close() })
	for _, fn := range []func(c *cases.Case) error{
		func(c *cases.Case) error { return id(c.AddNote("x")) },
		func(c *cases.Case) error { return c.Contain() },
		func(c *cases.Case) error { return c.Close() },
		func(c *cases.Case) error { return id(c.Collect(collected("two", 1))) },
		func(c *cases.Case) error { return c.SetFact("aware", at(t, "2026-11-21T13:00Z"), "") },
	} {
		d.refused("closed", fn)
	}
	d.do(func(c *cases.Case) error { return c.Handle("E1/2", "exported", "court", "judge") })
	d.do(func(c *cases.Case) error { return c.Verified(3, nil) })
	d.do(func(c *cases.Case) error { return c.Exported("/media/usb", sum, "court") })
	d.do(func(c *cases.Case) error { return c.DestroyItem("E1", "retention ended", nil, nil) })
	d.refused("unknown-item", func(c *cases.Case) error { return c.Handle("E1/3", "viewed", "", "") })
	d.refused("reason", func(c *cases.Case) error { return c.Reopen("") })
	d.do(func(c *cases.Case) error { return c.Reopen("new report") })
	d.do(func(c *cases.Case) error { return id(c.AddNote("x")) })
	for ref, want := range map[string]string{
		"E1/2": "collected sealed exported verified exported destroyed",
		"E1/3": "collected sealed verified exported destroyed",
		"E1":   "collected sealed exported verified exported destroyed",
		"":     "collected sealed exported verified exported destroyed",
		"E2":   "verified exported",
	} {
		var got []string
		for _, x := range d.c.CustodyOf(ref) {
			got = append(got, x.Action)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("custody of %q: %v, want %s", ref, got, want)
		}
	}
}

func TestSkippedListIsCapped(t *testing.T) {
	d := openDesk(t)
	got := collected("many", 60)
	got.Skips = slices.Repeat(got.Skips, cases.MaxSkipped+20)
	got.Paths = []string{"/srv/\xff"}
	d.do(func(c *cases.Case) error { return id(c.Collect(got)) })
	c := d.c.Collections[0]
	if c.Skipped != cases.MaxSkipped+20 || len(c.Skips) != cases.MaxSkipped || c.Paths[0] != "/srv/\uFFFD" || got.Paths[0] != "/srv/\xff" {
		t.Errorf("%d skipped, %d kept, from %q", c.Skipped, len(c.Skips), c.Paths)
	}
}

func TestRefusalIsAnError(t *testing.T) {
	d := openDesk(t)
	err := d.try(event.Said{}, func(c *cases.Case) error { return c.Retitle("") })
	var r *cases.Refusal
	if !errors.As(err, &r) || err.Error() != "The title is missing." || r.Hint != "Fill it in." {
		t.Fatalf("got %v", err)
	}
}
