package report_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/report"
)

// desk records on one case as the store does.
type desk struct {
	t      testing.TB
	c      *cases.Case
	wall   time.Time
	doubt  string
	seq    uint64
	events []event.Event
}

func newDesk(t testing.TB, kind string) *desk {
	d := &desk{t: t, c: &cases.Case{}, wall: time.Date(2026, 11, 21, 13, 2, 0, 0, time.UTC)}
	d.do(event.Said{}, func(c *cases.Case) error {
		return c.Open(cases.Opening{Number: "A-7", Kind: kind, Title: "Customer table read by a stranger", Severity: "high", TLP: "amber+strict"})
	})
	return d
}

// do records one thing a minute after the one before.
func (d *desk) do(said event.Said, fn func(c *cases.Case) error) {
	d.t.Helper()
	d.wall = d.wall.Add(time.Minute)
	stamp := event.Stamp{ID: event.ID{Log: "b3f1c2", Seq: d.seq}, Wall: d.wall, Actor: "officer-1", Case: "tag7", Doubt: d.doubt}
	rec := event.NewRecorder(stamp, said)
	d.c.Attach(rec)
	defer d.c.Attach(nil)
	if err := fn(d.c); err != nil {
		d.t.Fatal(err)
	}
	d.events = append(d.events, rec.Queued()...)
	d.seq += uint64(len(rec.Queued()))
}

// now records something said by nobody else, at the time of recording.
func (d *desk) now(fn func(c *cases.Case) error) {
	d.t.Helper()
	d.do(event.Said{}, fn)
}

func at(s string) instant.Instant {
	i, err := instant.Parse(s)
	if err != nil {
		panic(err) // a typing error in a test
	}
	return i
}

func id(_ string, err error) error { return err }

// incident is a case with something of everything.
func incident(t testing.TB, kind string) *desk {
	d := newDesk(t, kind)
	phone := event.Said{At: at("2026-11-21T13:58+01:00[Europe/Rome]"), Source: "phone call of the customer"}
	d.do(phone, func(c *cases.Case) error {
		return c.SetFact("detected", at("2026-11-21T13:40+01:00[Europe/Rome]"), "the alarm mail says so")
	})
	d.now(func(c *cases.Case) error {
		return c.SetFact("occurred_from", at("2026-11-20T22:10Z"), "first entry in the log")
	})
	d.now(func(c *cases.Case) error { return c.SetFact("aware", at("2026-11-21T13:05Z"), "") })
	d.now(func(c *cases.Case) error {
		return c.SetFact("detected", at("2026-11-21T13:38+01:00[Europe/Rome]"), "mail header, not its body")
	})
	d.now(func(c *cases.Case) error { return id(c.AddPerson("Made Wirawan", "technical", "+62 811 000 000")) })
	d.now(func(c *cases.Case) error { return id(c.AddPerson("Giulia Ferri", "counsel", "")) })
	d.now(func(c *cases.Case) error { return c.RemovePerson("P2", "conflict of interest") })
	d.now(func(c *cases.Case) error {
		return id(c.Decide("Cut the reporting replica off the network", "It is the only way in that we know", ""))
	})
	d.now(func(c *cases.Case) error {
		return id(c.AddTask("Ask the host for the flow logs", "officer-1", at("2026-11-22T09:00Z")))
	})
	d.now(func(c *cases.Case) error {
		return id(c.AddNote("The export ran as `report_ro` | from <10.0.0.7>\nsecond line"))
	})
	d.now(func(c *cases.Case) error { return id(c.AddIndicator("url", "http://evil.example.org/drop?x=1")) })
	d.now(func(c *cases.Case) error { return id(c.AddIndicator("ip", "203.0.113.9")) })
	d.now(func(c *cases.Case) error { return id(c.AddAsset("system", "reporting replica")) })
	d.now(func(c *cases.Case) error { return id(c.AddLink("I1", "A1", "received the export from")) })
	d.now(func(c *cases.Case) error {
		return id(c.ImportTimeline("proxy log", []cases.ImportRow{{At: at("2026-11-20T22:11Z"), Text: "POST 48 MB", Source: "proxy"}}))
	})
	d.now(func(c *cases.Case) error { return c.SetOffset("proxy", 90*time.Second) })
	collect(d)
	work(d)
	d.now(func(c *cases.Case) error { return c.Handle("E1/2", "viewed", "look for the session", "") })
	d.now(func(c *cases.Case) error { return c.Verified(3, nil) })
	d.now(func(c *cases.Case) error { return c.DestroyItem("E1/3", "a stranger's passport", nil, nil) })
	d.now(func(c *cases.Case) error {
		return id(c.SealEvidence(cases.Sealing{
			Collections: []string{"E1"}, ManifestSHA256: digest("m"), Signature: "-----BEGIN SSH SIGNATURE-----", Key: "ssh-ed25519 AAAAC3Nz officer-1",
			Words: "abandon ability able about above absent absorb abstract absurd abuse access accident",
		}))
	})
	d.now(func(c *cases.Case) error { return c.Exported("/media/usb/A-7", digest("t"), "public prosecutor") })
	d.doubt = "clock moved back 4 min"
	d.now(func(c *cases.Case) error { return c.Contain() })
	return d
}

// digest is a SHA-256 that tells by its last digit what it is of.
func digest(s string) string {
	return strings.Repeat("0123456789abcdef", 4)[:63] + string("0123456789abcdef"[s[0]%16])
}

// work runs a small playbook: one step done, one failed, one passed over, and
// some still to come.
func work(d *desk) {
	book, err := os.ReadFile("testdata/small.json")
	if err != nil {
		d.t.Fatal(err)
	}
	d.now(func(c *cases.Case) error { return id(c.StartRun(book)) })
	d.now(func(c *cases.Case) error { return c.StartStep("R1.1") })
	d.do(event.Said{Source: "database count"}, func(c *cases.Case) error {
		return c.FinishStep("R1.1", cases.StepResult{
			Answers:  map[string]string{"people": "100-250", "copy": "yes", "channel": "phone", "since": "2026-11-20T23:00+01:00[Europe/Rome]"},
			Evidence: []string{"E1/1"}, Note: "counted twice",
		})
	})
	d.now(func(c *cases.Case) error { return c.FailStep("R1.2", "the portal of the authority is down") })
	d.now(func(c *cases.Case) error { return c.SkipStep("R1.3", "no insurance", false) })
	d.now(func(c *cases.Case) error { return c.StartStep("R1.4") })
}

func collect(d *desk) {
	d.now(func(c *cases.Case) error {
		return id(c.Collect(cases.Collected{
			Title: "Logs of the replica", Kind: "folder", Paths: []string{"/srv/replica/log"}, Note: "read-only mount",
			Manifest: cases.Object{SHA256: digest("a"), Size: 900}, Items: 3, Bytes: 3 << 20, Skipped: 2,
			Skips: []cases.Skip{{Name: "log/lock", Reason: "a socket"}},
			Inline: []cases.Item{
				{N: 1, Name: "postgresql.log", Size: 2 << 20, SHA256: digest("b"), Kind: "file"},
				{N: 2, Name: "session\u202efdp.exe", Size: 900, SHA256: digest("c"), Kind: "file"},
				{N: 3, Name: "scan.jpg", Size: 1 << 20, SHA256: digest("d"), Kind: "file"},
			},
		}))
	})
	d.now(func(c *cases.Case) error {
		return id(c.Collect(cases.Collected{
			Title: "Open sockets", Kind: "command", Manifest: cases.Object{SHA256: digest("e"), Size: 90}, Items: 60, Bytes: 700,
			Command: &cases.Command{
				Argv: []string{"ss", "-tanp", "a b"}, Binary: "/usr/bin/ss", SHA256: digest("f"), Exit: 1,
				Start: at("2026-11-21T13:20Z"), End: at("2026-11-21T13:20:02Z"),
			},
		}))
	})
}

func (d *desk) input(lang string) report.Input {
	return report.Input{
		Case: d.c, Events: slices.Values(d.events), Organisation: "Contoh Perangkat Lunak", Lang: lang,
		Officer: func(id string) string {
			if id == "officer-1" {
				return "Sari Dewi"
			}
			return ""
		},
		Now: at("2026-11-21T15:00+01:00[Europe/Rome]"),
		Verification: report.Verification{
			Log: "b3f1c2", Entries: d.seq, Root: digest("r"), Ledger: report.CheckedOK, Solo: true,
			Checkpoint: "posko/b3f1c2\n27\nroot\n\n— device sig\n",
			Seals:      map[string]report.SealCheck{"S1": {OK: true}},
			Commands:   []string{"sha256sum -c manifest-sha256.txt"},
			Unverified: []string{"The backup disk was not looked at."},
		},
	}
}
