package cases_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/guide"
)

const mailHead = "Received: from mx.example by mail\r\n\tfor <a@b>\r\nFrom: x <x@example>\r\nSubject: y\r\n\r\nbody"

// What the items look like decides, by name, by first bytes, or by how they were
// collected; what is empty proves nothing.
func TestProofIsOfTheKindThatTheStepAsksFor(t *testing.T) {
	for name, tt := range map[string]struct {
		sight cases.Sight
		want  bool // R1.2 of the playbook asks for mail or photo
	}{
		"mail by name":        {cases.Sight{Name: "a/Alarm.EML", Kind: "file", Size: 9}, true},
		"mail by its head":    {cases.Sight{Name: "1700.M1P2", Kind: "file", Size: 9, Head: []byte(mailHead)}, true},
		"mbox by its head":    {cases.Sight{Name: "inbox", Kind: "file", Size: 9, Head: []byte("From a@b Sat\nDate: x\n\n")}, true},
		"cut in a header":     {cases.Sight{Name: "m", Kind: "file", Size: 9, Head: []byte("From: a\nTo: b\nReferences: <1@")}, true},
		"png by its head":     {cases.Sight{Name: "shot", Kind: "file", Size: 9, Head: []byte("\x89PNG\r\n\x1a\n.")}, true},
		"heic by its head":    {cases.Sight{Name: "IMG_1", Kind: "file", Size: 9, Head: []byte("\x00\x00\x00\x18ftypheic....")}, true},
		"webp by its head":    {cases.Sight{Name: "x", Kind: "file", Size: 9, Head: []byte("RIFF\x01\x02\x03\x04WEBPVP8 ")}, true},
		"a scan":              {cases.Sight{Name: "letter", Kind: "file", Size: 9, Head: []byte("%PDF-1.7")}, true},
		"photo by collection": {cases.Sight{Name: "x.raw", Kind: "photo", Size: 9}, true},
		"empty mail":          {cases.Sight{Name: "alarm.eml", Kind: "mail"}, false},
		"one usual field":     {cases.Sight{Name: "x", Kind: "file", Size: 9, Head: []byte("to: do\n\nwash")}, false},
		"yaml":                {cases.Sight{Name: "x", Kind: "file", Size: 9, Head: []byte("name: a\nports:\n - 1\n")}, false},
		"a log":               {cases.Sight{Name: "proxy.log", Kind: "file", Size: 9, Head: []byte("2026-11-20 GET")}, false},
		"command output":      {cases.Sight{Name: "stdout", Kind: "output", Size: 9}, false},
		"a page":              {cases.Sight{Name: "index.html", Kind: "file", Size: 9}, false},
		"a link":              {cases.Sight{Name: "alarm.eml", Kind: "symlink"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := runDesk(t)
			d.do(finish("R1.1", answers("rights", "no")))
			result := cases.StepResult{Evidence: []string{"E1/1"}, Seen: map[string][]cases.Sight{"E1/1": {tt.sight}}}
			err := mayFinishErr(d, result)
			if got := err == nil; got != tt.want {
				t.Errorf("taken as proof: %v (%v)", got, err)
			}
		})
	}
}

func mayFinishErr(d *desk, result cases.StepResult) error {
	return d.try(event.Said{}, func(c *cases.Case) error { return c.MayFinishStep("R1.2", result, 0) })
}

// An item without bytes is refused also where the answers alone are proof enough.
func TestAnEmptyItemIsNoProofBesideAnswers(t *testing.T) {
	d := runDesk(t)
	result := answers("rights", "no")
	result.Evidence = []string{"E1/1"}
	result.Seen = map[string][]cases.Sight{"E1/1": {{Name: "shot.png", Kind: "photo"}}}
	d.refused("proof-empty", finish("R1.1", result))
	result.Seen["E1/1"][0].Size = 9
	d.do(finish("R1.1", result))
}

// Every kind of item proves what it should, and no other kind of it.
func TestWhatEachKindOfItemProves(t *testing.T) {
	for name, tt := range map[string]struct {
		sight cases.Sight
		want  string
	}{
		"a command": {cases.Sight{Name: "stdout", Kind: "cmd", Size: 1}, "file cmd read-back"},
		"a text":    {cases.Sight{Name: "said", Kind: "text", Size: 1}, "answer text table file cmd read-back"},
		"a picture": {cases.Sight{Name: "a.png", Kind: "file", Size: 1}, "file page photo read-back"},
		"a pdf":     {cases.Sight{Name: "a.pdf", Kind: "file", Size: 1}, "table file page photo read-back"},
		"a page":    {cases.Sight{Name: "a.mhtml", Kind: "file", Size: 1}, "file page read-back"},
		"a capture": {cases.Sight{Name: "body", Kind: "web", Size: 1}, "file page read-back"},
		"html":      {cases.Sight{Name: "x", Kind: "file", Size: 1, Head: []byte("\xef\xbb\xbf \n<!DOCTYPE html>")}, "file page read-back"},
		"a warc":    {cases.Sight{Name: "x.warc.gz", Kind: "file", Size: 1}, "file page read-back"},
		"a sheet":   {cases.Sight{Name: "list.XLSX", Kind: "file", Size: 1}, "table file"},
		"a disk":    {cases.Sight{Name: "disk.img", Kind: "file", Size: 1}, "file"},
		"archive":   {cases.Sight{Name: "logs.gz", Kind: "file", Size: 1}, "file"},
		"a thing":   {cases.Sight{Name: "laptop", Kind: "thing"}, "thing"},
		"nothing":   {cases.Sight{Name: "a.csv", Kind: "file"}, ""},
	} {
		given, items := guide.ProofKinds()
		var got []string
		for _, kind := range append(given, items...) {
			if cases.Proves(tt.sight, kind) {
				got = append(got, kind)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s proves %q, want %q", name, got, tt.want)
		}
	}
}

// Without anybody looking, what the entries say of name and size decides.
func TestProofByTheEntriesAlone(t *testing.T) {
	d := runDesk(t)
	d.do(finish("R1.1", answers("rights", "no")))
	d.add(func(c *cases.Case) (string, error) { return c.Collect(collected("many", 60)) })
	d.add(func(c *cases.Case) (string, error) {
		got := collected("a log", 1)
		got.Kind, got.Inline = "file", []cases.Item{{N: 1, Name: "a.log", Size: 5, SHA256: sum, Kind: "file"}}
		return c.Collect(got)
	})
	cite := func(ref string) func(c *cases.Case) error {
		return finish("R1.2", cases.StepResult{Evidence: []string{ref}})
	}
	d.refused("proof-kind", cite("E2")) // its members are in its manifest
	d.refused("proof-kind", cite("E3/1"))
	d.do(func(c *cases.Case) error { return c.DestroyItem("E1/1", "not ours", nil, nil) })
	d.do(func(c *cases.Case) error { return c.DestroyItem("E1/2", "not ours", nil, nil) })
	d.refused("proof-empty", cite("E1"))
	d.refused("unknown-item", cite("E1/1"))
}

func TestAcceptedProofIsRecordedWithItsReason(t *testing.T) {
	d := runDesk(t)
	d.do(finish("R1.1", answers("rights", "no")))
	other := cases.StepResult{
		Evidence: []string{"E1/2"}, AcceptProof: "the console prints no mail",
		Seen: map[string][]cases.Sight{"E1/2": {{Name: "console.log", Kind: "file", Size: 3}}},
	}
	unsaid := other
	unsaid.AcceptProof = ""
	r := d.refused("proof-kind", finish("R1.2", unsaid))
	if !strings.Contains(r.Message, "mail, photo") || !strings.Contains(r.Message, "like this: file") || !strings.Contains(r.Hint, "--accept-proof") {
		t.Errorf("refusal %q, hint %q", r.Message, r.Hint)
	}
	short, empty := other, other
	short.AcceptProof = "x"
	d.refused("reason", finish("R1.2", short))
	empty.Seen = map[string][]cases.Sight{"E1/2": {{Name: "console.log", Kind: "file"}}}
	d.refused("proof-empty", finish("R1.2", empty))
	d.refused("proof-missing", finish("R1.2", cases.StepResult{AcceptProof: "nobody has any"}))
	d.do(finish("R1.2", other))
	x := d.step("R1.2").Result.Accepted
	if x == nil || x.Reason != other.AcceptProof || !slices.Equal(x.Wanted, []string{"mail", "photo"}) || !slices.Equal(x.Given, []string{"file"}) {
		t.Fatalf("accepted %+v", x)
	}
	again := d.all[len(d.all)-1]
	again.ID.Log = "77aa00"
	c := fold(append(slices.Clone(d.all), again))
	if n := len(c.Conflicts); n != 1 || c.Conflicts[0].Reason != "nothing-to-accept" {
		t.Errorf("accepted twice: %+v", c.Conflicts)
	}
	if last := d.c.Rows(d.all[len(d.all)-1], "it"); !strings.Contains(last[0].Text, "messaggio di posta, foto") {
		t.Errorf("row %q", last[0].Text)
	}
}

// A reason that is not needed is no deviation.
func TestProofOfTheRightKindNeedsNoAcceptance(t *testing.T) {
	d := runDesk(t)
	d.do(finish("R1.1", answers("rights", "no")))
	d.do(finish("R1.2", cases.StepResult{Evidence: []string{"E1/2"}, AcceptProof: "to be sure"}))
	if x := d.step("R1.2").Result.Accepted; x != nil {
		t.Errorf("accepted %+v", x)
	}
}

func FuzzSightOfAnything(f *testing.F) {
	f.Add("a.eml", []byte(mailHead), int64(1))
	f.Add("", []byte("%PDF-"), int64(0))
	f.Fuzz(func(t *testing.T, name string, head []byte, size int64) {
		s := cases.Sight{Name: name, Kind: "file", Size: size, Head: head}
		if got := cases.Proves(s, "file"); got != (size > 0) {
			t.Errorf("%q of %d bytes proves a file: %v", name, size, got)
		}
		if cases.Proves(s, "cmd") || cases.Proves(s, "seal") || cases.Proves(s, "thing") {
			t.Errorf("%q proves what no file can", name)
		}
	})
}
