package cases_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

var start = time.Date(2026, 11, 21, 13, 2, 0, 0, time.UTC)

// desk records on one case as the store does: each update gets a recorder, a
// minute passes between updates, and the queue becomes the log.
type desk struct {
	t    testing.TB
	log  string
	seq  uint64
	wall time.Time
	c    *cases.Case
	all  []event.Event
}

func newDesk(t testing.TB) *desk {
	return &desk{t: t, log: "b3f1c2", wall: start, c: &cases.Case{}}
}

// openDesk is a desk with an open incident A-7.
func openDesk(t testing.TB) *desk {
	d := newDesk(t)
	d.do(func(c *cases.Case) error { return c.Open(cases.Opening{Number: "A-7", Title: "Mailbox read"}) })
	return d
}

func (d *desk) try(said event.Said, fn func(c *cases.Case) error) error {
	d.wall = d.wall.Add(time.Minute)
	rec := event.NewRecorder(event.Stamp{ID: event.ID{Log: d.log, Seq: d.seq}, Wall: d.wall, Actor: "rina", Case: "tag7"}, said)
	d.c.Attach(rec)
	defer d.c.Attach(nil)
	err := fn(d.c)
	if err == nil {
		d.all = append(d.all, rec.Queued()...)
		d.seq += uint64(len(rec.Queued()))
	}
	return err
}

func (d *desk) do(fn func(c *cases.Case) error) {
	d.t.Helper()
	if err := d.try(event.Said{}, fn); err != nil {
		d.t.Fatal(err)
	}
}

// add records something and returns its id.
func (d *desk) add(fn func(c *cases.Case) (string, error)) string {
	d.t.Helper()
	var id string
	d.do(func(c *cases.Case) (err error) {
		id, err = fn(c)
		return err
	})
	return id
}

// refused demands that fn is refused by a rule and changes nothing.
func (d *desk) refused(rule string, fn func(c *cases.Case) error) *cases.Refusal {
	d.t.Helper()
	before := state(d.t, d.c)
	err := d.try(event.Said{}, fn)
	var r *cases.Refusal
	if !errors.As(err, &r) {
		d.t.Fatalf("got %v, want the refusal %q", err, rule)
	}
	if r.Rule != rule || r.Message == "" || strings.Contains(r.Message+r.Hint, "{") {
		d.t.Errorf("refused by %q: %q, hint %q; want %q", r.Rule, r.Message, r.Hint, rule)
	}
	if after := state(d.t, d.c); after != before {
		d.t.Errorf("%s: the refused method changed the case\nfrom %s\nto   %s", rule, before, after)
	}
	return r
}

func id(_ string, err error) error { return err }

func state(t testing.TB, c *cases.Case) string {
	t.Helper()
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func fold(events []event.Event) *cases.Case {
	c := &cases.Case{}
	for _, e := range events {
		c.Apply(e)
	}
	return c
}

// reload is the case after a snapshot was written and read.
func reload(t testing.TB, c *cases.Case) *cases.Case {
	t.Helper()
	again := &cases.Case{}
	if err := json.Unmarshal([]byte(state(t, c)), again); err != nil {
		t.Fatal(err)
	}
	return again
}

// sameCase compares every exported field deeply.
func sameCase(t *testing.T, what string, got, want *cases.Case) {
	t.Helper()
	a, b := reflect.ValueOf(*got), reflect.ValueOf(*want)
	for i := range a.NumField() {
		f := a.Type().Field(i)
		if f.IsExported() && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			t.Errorf("%s: %s differs\n%+v\n%+v", what, f.Name, a.Field(i).Interface(), b.Field(i).Interface())
		}
	}
}

func at(t testing.TB, s string) instant.Instant {
	t.Helper()
	i, err := instant.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

var sum = strings.Repeat("ab", 32)

func collected(title string, items int) cases.Collected {
	return cases.Collected{
		Title: title, Kind: "folder", Paths: []string{"/srv/mail"}, Items: items, Bytes: 4096, Skipped: 1,
		Skips:    []cases.Skip{{Name: "fifo", Reason: "not a file"}},
		Manifest: cases.Object{SHA256: sum, Size: 210, Extents: json.RawMessage(`[{"segment":"a<b","offset":0,"length":210}]`)},
		Segments: []cases.Segment{{Name: "ab01", Plain: 5000, Cipher: 5300, SHA256: sum}},
		Inline:   []cases.Item{{N: 1, Name: "inbox.mbox", Size: 4096, SHA256: sum, Kind: "file"}, {N: 2, Name: "screen.png", Size: 90, SHA256: sum, Kind: "file"}}[:min(items, 2)],
	}
}

var heads = []cases.Head{{Log: "b3f1c2", Size: 12, Root: sum}}

// rich is a case with at least one thing of every kind beside runs.
func rich(t testing.TB) *desk {
	d := openDesk(t)
	told := event.Said{At: at(t, "2026-11-21T13:30+01:00[Europe/Rome]"), Source: "hotline"}
	if err := d.try(told, func(c *cases.Case) error { return id(c.AddNote("Caller says a mailbox forwards itself.\nTwo lines.")) }); err != nil {
		t.Fatal(err)
	}
	for _, fn := range []func(c *cases.Case) error{
		func(c *cases.Case) error { return c.Retitle("Mailbox of finance read <by> somebody") },
		func(c *cases.Case) error { return c.SetSeverity("high", "money moved") },
		func(c *cases.Case) error { return c.SetTLP("amber+strict") },
		func(c *cases.Case) error {
			return c.SetFact("aware", at(t, "2026-11-21T14:02+01:00"), "confirmed by sign-in log")
		},
		func(c *cases.Case) error {
			return c.SetFact("aware", at(t, "2026-11-21T13:58+01:00"), "call ended earlier")
		},
		func(c *cases.Case) error { return c.WithdrawNote("N1", "wrong mailbox") },
		func(c *cases.Case) error { return id(c.Decide("Block the account", "it forwards mail", "")) },
		func(c *cases.Case) error { return id(c.AddPerson("Budi Santoso", "technical", "+62 21 555 0101")) },
		func(c *cases.Case) error { return c.RemovePerson("P1", "on leave") },
		func(c *cases.Case) error {
			return id(c.AddTask("Call the bank", "Rina", at(t, "2026-11-21T18:00+07:00")))
		},
		func(c *cases.Case) error { return c.ReassignTask("T1", "Budi") },
		func(c *cases.Case) error { return c.FinishTask("T1") },
		func(c *cases.Case) error { return id(c.AddTask("Ask the provider", "", instant.Instant{})) },
		func(c *cases.Case) error { return c.DropTask("T2", "they called us") },
		func(c *cases.Case) error { return id(c.AddAsset("account", "finance@corp.example")) },
		func(c *cases.Case) error { return id(c.AddIndicator("url", "hxxps://Evil[.]example/Login?x=1")) },
		func(c *cases.Case) error { return id(c.AddLink("A1", "I1", "logged in at")) },
		func(c *cases.Case) error {
			return id(c.LinkRecord("", "customer", "CUS-A1", "Müller & Söhne", "affected"))
		},
		func(c *cases.Case) error { return c.SetOffset("fw", 90*time.Second) },
		func(c *cases.Case) error {
			return id(c.ImportTimeline("firewall", []cases.ImportRow{{At: at(t, "2026-11-21T12:00Z"), Text: "allowed", Source: "fw"}}))
		},
		func(c *cases.Case) error { return id(c.Collect(collected("Mail folder", 1))) },
		func(c *cases.Case) error { return c.Handle("E1/1", "viewed", "to find the rule", "Budi") },
		func(c *cases.Case) error { return c.Verified(1, nil) },
		func(c *cases.Case) error { return c.Verified(1, []cases.Finding{{Item: "E1/1", Problem: "hash"}}) },
		func(c *cases.Case) error {
			return id(c.SealEvidence(cases.Sealing{Collections: []string{"E1"}, ManifestSHA256: sum, Signature: "-----BEGIN", Key: "ssh-ed25519 A", Words: "one two"}))
		},
		func(c *cases.Case) error { return id(c.BeginExport("/media/usb", "police", heads)) },
		func(c *cases.Case) error { return c.Exported("/media/usb", sum, "police") },
		func(c *cases.Case) error { return c.FinishExport("X1") },
		func(c *cases.Case) error { return id(c.BeginExport("/media/usb2", "", heads)) },
		func(c *cases.Case) error { return c.DropExport("X2", "the stick broke") },
		func(c *cases.Case) error { return id(c.BeginExport("/media/usb3", "", heads)) },
		func(c *cases.Case) error { return c.Contain() },
		func(c *cases.Case) error { return c.Reopen("it went on") },
		func(c *cases.Case) error { return c.Close() },
		func(c *cases.Case) error {
			return c.DestroyItem("E1/1", "retention ended", json.RawMessage(`{"a":"<"}`), nil)
		},
		func(c *cases.Case) error { return c.Reopen("a new report") },
	} {
		d.do(fn)
	}
	return d
}
