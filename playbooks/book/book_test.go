package book_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// desk records on one book as the store does, on any log.
type desk struct {
	t   testing.TB
	b   *book.Book
	seq map[string]uint64
	all []event.Event
}

func newDesk(t testing.TB) *desk {
	d := &desk{t: t, b: new(book.Book), seq: map[string]uint64{}}
	d.apply("a0", "log.started/1", `{"id":"a0","letter":"A"}`)
	d.apply("b0", "log.started/1", `{"id":"b0","letter":"B"}`)
	return d
}

// apply folds an event as it comes from elsewhere.
func (d *desk) apply(log, kind, data string) {
	e := event.Event{Stamp: event.Stamp{ID: event.ID{Log: log, Seq: d.seq[log]}}, Kind: kind, Data: json.RawMessage(data), Destroyed: data == ""}
	d.seq[log]++
	d.all = append(d.all, e)
	d.b.Apply(e)
}

func (d *desk) try(log string, said event.Said, fn func(*book.Book) error) error {
	wall := time.Date(2026, 11, 21, 13, len(d.all)%60, 0, 0, time.UTC)
	rec := event.NewRecorder(event.Stamp{ID: event.ID{Log: log, Seq: d.seq[log]}, Wall: wall, Actor: "sari"}, said)
	d.b.Attach(rec)
	defer d.b.Attach(nil)
	err := fn(d.b)
	d.seq[log] += uint64(len(rec.Queued()))
	d.all = append(d.all, rec.Queued()...)
	return err
}

func (d *desk) do(fn func(*book.Book) error) {
	d.t.Helper()
	if err := d.try("a0", event.Said{}, fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) add(log, register string, pairs ...string) string {
	d.t.Helper()
	var id string
	err := d.try(log, event.Said{Source: "the files"}, func(b *book.Book) (err error) {
		id, err = b.Add(register, fields(pairs...))
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

func fields(pairs ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func state(t testing.TB, b *book.Book) string {
	t.Helper()
	data, err := json.MarshalIndent(b, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// rich has one of everything, on two logs.
func rich(t testing.TB) *desk {
	d := newDesk(t)
	d.add("a0", book.System, "name", "Billing", "owner", "Rina", "logs_days", "90", "rto", "4H", "rpo", "1 d", "data", "names\r\ninvoices")
	d.add("a0", book.Contact, "name", "Hotline", "organisation", "Sure Insurance", "role", "Assicuratore", "phone", "+39 06 1234")
	d.add("a0", book.Contact, "name", "Hotline", "organisation", "State police", "role", "police", "phone", "112")
	d.add("a0", book.Customer, "name", "Müller & Söhne", "aliases", "MS;  Mueller ; MS", "domains", "Mueller.Example, ms.example", "business_days", "sì", "notice_hours", "048")
	d.add("b0", book.Supplier, "name", "Mail host", "security_email", "sec@mail.example", "systems", "Billing")
	d.do(func(b *book.Book) error {
		_, err := b.Change("cus-a1", fields("phone", "+49 30 1", "notice_hours", ""))
		return err
	})
	d.do(func(b *book.Book) error { return b.Remove("CON-A2", "another number now") })
	return d
}

func TestRecordsGetIdsToSayOnThePhone(t *testing.T) {
	d := rich(t)
	want := []string{"SYS-A1", "CON-A1", "CON-A2", "CUS-A1", "SUP-B1"}
	for i, r := range d.b.Records {
		if r.ID != want[i] {
			t.Errorf("record %d is %s, want %s", i, r.ID, want[i])
		}
	}
	got, _ := d.b.Find(" cus-a1 ")
	wantFields := fields("name", "Müller & Söhne", "aliases", "MS; Mueller", "domains", "mueller.example; ms.example", "business_days", "yes", "phone", "+49 30 1")
	if !reflect.DeepEqual(got.Fields, wantFields) {
		t.Errorf("got %v", got.Fields)
	}
	if r, _ := d.b.Find("SYS-A1"); r.Fields["rto"] != "4h" || r.Fields["rpo"] != "1d" || r.Fields["data"] != "names\ninvoices" || r.Added.Source != "the files" {
		t.Errorf("got %+v", r)
	}
	if r := d.b.Role("insurer"); len(r) != 1 || len(d.b.Role("police")) != 0 || len(d.b.List(book.Contact)) != 1 {
		t.Errorf("roles %v", r)
	}
}

func TestReplayAndSnapshotGiveTheSameState(t *testing.T) {
	d := rich(t)
	again := new(book.Book)
	for _, e := range d.all {
		again.Apply(e)
	}
	if got, want := state(t, again), state(t, d.b); got != want {
		t.Errorf("replayed\n%s\nwant\n%s", got, want)
	}
	loaded := new(book.Book)
	if err := json.Unmarshal([]byte(state(t, d.b)), loaded); err != nil {
		t.Fatal(err)
	}
	d.b = loaded
	if id := d.add("a0", book.System, "name", "CRM"); id != "SYS-A2" {
		t.Errorf("after a snapshot the next system is %s", id)
	}
}

func TestRefusals(t *testing.T) {
	change := func(id string, pairs ...string) func(*book.Book) error {
		return func(b *book.Book) error { _, err := b.Change(id, fields(pairs...)); return err }
	}
	add := func(register string, pairs ...string) func(*book.Book) error {
		return func(b *book.Book) error { _, err := b.Add(register, fields(pairs...)); return err }
	}
	for name, tt := range map[string]struct {
		rule string
		do   func(*book.Book) error
	}{
		"no such register":      {"register", add("printer", "name", "x")},
		"no name":               {"missing", add(book.System, "owner", "x")},
		"blank name":            {"missing", add(book.System, "name", "  ")},
		"no such field":         {"no-column", add(book.System, "name", "x", "phone", "1")},
		"same name":             {"known-already", add(book.Customer, "name", "müller  &  SÖHNE")},
		"same contact":          {"known-already", add(book.Contact, "name", "hotline", "organisation", "sure insurance")},
		"contact of nobody":     {"known-already", add(book.Contact, "name", "hotline")},
		"change nothing":        {"nothing-changed", change("SYS-A1", "owner", " Rina ")},
		"change no field":       {"nothing-changed", change("SYS-A1")},
		"clear the name":        {"missing", change("SYS-A1", "name", "")},
		"change what is no":     {"unknown-record", change("SYS-A9", "owner", "x")},
		"change what is gone":   {"removed-already", change("CON-A2", "phone", "110")},
		"field of another kind": {"no-column", change("SYS-A1", "phone", "110")},
		"remove without reason": {"reason", func(b *book.Book) error { return b.Remove("SYS-A1", " x ") }},
		"remove twice":          {"removed-already", func(b *book.Book) error { return b.Remove("CON-A2", "again") }},
	} {
		d := rich(t)
		before := state(t, d.b)
		err := d.try("a0", event.Said{}, tt.do)
		var r *book.Refusal
		if !errors.As(err, &r) || r.Rule != tt.rule {
			t.Errorf("%s: got %v, want %s", name, err, tt.rule)
			continue
		}
		for _, lang := range []string{"en", "id", "it"} {
			if message, hint := r.Text(lang); message == "" || hint == "" || strings.Contains(message+hint, "{") {
				t.Errorf("%s in %s: %q, %q", name, lang, message, hint)
			}
		}
		if state(t, d.b) != before {
			t.Errorf("%s: the refusal changed the book", name)
		}
	}
	d := rich(t)
	later := event.Said{At: instant.Of(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))}
	if err := d.try("a0", later, add(book.System, "name", "x")); err == nil {
		t.Error("something was recorded that has not happened yet")
	}
	if _, err := d.b.Add(book.System, fields("name", "x")); !errors.Is(err, event.ErrNoRecorder) {
		t.Errorf("without a recorder: %v", err)
	}
}

func TestRenamingOntoAnotherIsRefused(t *testing.T) {
	d := rich(t)
	d.add("a0", book.Customer, "name", "Other")
	err := d.try("a0", event.Said{}, func(b *book.Book) error {
		_, err := b.Change("CUS-A2", fields("name", "MÜLLER & SÖHNE"))
		return err
	})
	var r *book.Refusal
	if !errors.As(err, &r) || r.Rule != "known-already" {
		t.Errorf("got %v", err)
	}
	d.do(func(b *book.Book) error { _, err := b.Change("CUS-A1", fields("name", "MÜLLER & SÖHNE")); return err })
}

// What two laptops did apart comes together without a loss.
func TestMergedEntriesAreKept(t *testing.T) {
	d := rich(t)
	d.apply("b0", book.KindAdded, `{"id":"CUS-B1","register":"customer","fields":{"name":"MÜLLER &  Söhne"}}`)
	d.apply("b0", book.KindAdded, `{"id":"CUS-A1","register":"customer","fields":{"name":"Forged"}}`)
	if got := d.b.Doubled(); !reflect.DeepEqual(got, map[string][]string{"CUS-A1": {"CUS-B1"}, "CUS-B1": {"CUS-A1"}}) {
		t.Errorf("doubled %v", got)
	}
	if r, ok := d.b.Find("CUS-A1'"); !ok || r.Name() != "Forged" {
		t.Error("a second record of one id was lost")
	}
	before := d.b.Records
	d.apply("b0", book.KindChanged, `{"id":"CON-A2","fields":{"phone":"110"}}`)
	d.apply("b0", book.KindChanged, `{"id":"CON-A9","fields":{"phone":"110"}}`)
	d.apply("b0", book.KindRemoved, `{"id":"CON-A2","reason":"again"}`)
	d.apply("b0", book.KindRemoved, `{"id":"CON-A9","reason":"again"}`)
	d.apply("b0", book.KindAdded, `{"id":"CUS-B2","register":"printer","fields":{"name":"x"}}`)
	d.apply("b0", book.KindAdded, `{"id":"CUS-B2","register":"system","fields":{"name":"x"}}`)
	d.apply("b0", book.KindAdded, `[`)
	d.apply("b0", "book.painted/1", `{}`)
	if !reflect.DeepEqual(before, d.b.Records) {
		t.Error("an entry that does not fit changed something")
	}
	want := []string{"removed-already", "unknown-record", "removed-already", "unknown-record", "unreadable", "unreadable", "unreadable", "newer"}
	var got []string
	for _, x := range d.b.Conflicts {
		got = append(got, x.Reason)
		if book.ConflictText("it", x.Reason) == "" {
			t.Errorf("no text for %s", x.Reason)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("conflicts %v, want %v", got, want)
	}
}

// A number that a damaged entry used up is not given out again.
func TestDamagedEntriesKeepTheirNumber(t *testing.T) {
	d := rich(t)
	d.apply("a0", book.KindAdded, "")
	if id := d.add("a0", book.System, "name", "CRM"); id != "SYS-A3" {
		t.Errorf("got %s", id)
	}
	d.apply("c0", "log.started/1", "")
	if id := d.add("c0", book.System, "name", "Shop"); id != "SYS-X1" {
		t.Errorf("without a letter: %s", id)
	}
}

func TestChangesDoNotReachIntoWhatWasRead(t *testing.T) {
	d := rich(t)
	read, _ := d.b.Find("SYS-A1")
	d.do(func(b *book.Book) error { _, err := b.Change("SYS-A1", fields("owner", "Budi")); return err })
	if read.Fields["owner"] != "Rina" {
		t.Error("a record that was read changed")
	}
}

func TestIDs(t *testing.T) {
	for typed, want := range map[string]bool{
		"SYS-A1": true, " cus-ab12 ": true, "con-a1'": true, "SYS-A0": false, "SYS-1": false, "A1": false, "E1/3": false, "R1-2bac.4": false, "PRN-A1": false, "": false,
	} {
		if id, ok := book.ID(typed); ok != want {
			t.Errorf("%q: %v (%s)", typed, ok, id)
		}
	}
}
