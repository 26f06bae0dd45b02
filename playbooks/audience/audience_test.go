package audience_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// record folds a case as the store would and returns its events.
func record(t *testing.T, steps ...func(c *cases.Case) error) (*cases.Case, []event.Event) {
	t.Helper()
	c, all := &cases.Case{}, []event.Event(nil)
	for i, step := range steps {
		stamp := event.Stamp{ID: event.ID{Log: "aa", Seq: uint64(len(all))}, Wall: time.Date(2026, 11, 22, 9, i, 0, 0, time.UTC), Actor: "rina"}
		rec := event.NewRecorder(stamp, event.Said{})
		c.Attach(rec)
		if err := step(c); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		all = append(all, rec.Queued()...)
	}
	c.Attach(nil)
	return c, all
}

func add(fn func(c *cases.Case) (string, error)) func(c *cases.Case) error {
	return func(c *cases.Case) error { _, err := fn(c); return err }
}

func sample(t *testing.T) (*cases.Case, []event.Event) {
	return record(t,
		func(c *cases.Case) error { return c.Open(cases.Opening{Number: "A-1", Title: "Leak"}) },
		add(func(c *cases.Case) (string, error) { return c.AddNote("we may be liable") }),
		func(c *cases.Case) error { return c.ForCounsel("N1") },
		add(func(c *cases.Case) (string, error) { return c.AddNote("the export ran at night") }),
		func(c *cases.Case) error { return c.WithdrawNote("N2", "it ran at noon") },
		add(func(c *cases.Case) (string, error) { return c.AddPerson("Sari Dewi", "counsel", "+62 811") }),
		add(func(c *cases.Case) (string, error) { return c.AddTask("call the bank", "Budi", instant.Instant{}) }),
		func(c *cases.Case) error { return c.DropTask("T1", "the bank called us") },
		add(func(c *cases.Case) (string, error) { return c.AddIndicator("ip", "203.0.113.7") }),
		add(func(c *cases.Case) (string, error) { return c.AddAsset("host", "web01") }),
		add(func(c *cases.Case) (string, error) { return c.AddLink("I1", "A1", "signed in to") }),
		add(func(c *cases.Case) (string, error) { return c.Decide("cut it off", "it spreads", "") }),
	)
}

func TestWithheldByAudience(t *testing.T) {
	c, events := sample(t)
	for _, test := range []struct {
		order audience.Order
		want  []uint64
	}{
		{audience.Order{For: audience.Court}, []uint64{1, 2}},
		{audience.Order{For: audience.Insurer}, []uint64{1, 2}},
		{audience.Order{For: audience.Court, With: []string{"N1"}}, nil},
		{audience.Order{For: audience.Customer}, []uint64{1, 2, 3, 4, 5, 6, 7}},
		{audience.Order{For: audience.Customer, With: []string{"N2", "T1"}}, []uint64{1, 2, 5}},
		{audience.Order{For: audience.Court, Without: map[string]string{"I1": "still watched"}}, []uint64{1, 2, 8, 10}},
		{audience.Order{For: audience.Court, With: []string{"N1"}, Without: map[string]string{"N1": "no"}}, []uint64{1, 2}},
	} {
		got := []uint64(nil)
		for id := range test.order.Withheld(c, events) {
			got = append(got, id.Seq)
		}
		slices.Sort(got)
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v withholds %v, want %v", test.order, got, test.want)
		}
	}
}

// Nothing that was withheld can be read in what is left of the case.
func TestWithoutSaysNothingOfIt(t *testing.T) {
	c, events := sample(t)
	before, _ := json.Marshal(c)
	entries := audience.Order{For: audience.Customer}.Withheld(c, events)
	copied := c.Without(func(id event.ID) bool { return entries[id] != "" })
	left, err := json.Marshal(copied)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"liable", "at night", "at noon", "Sari", "+62", "bank", "Budi"} {
		if !strings.Contains(string(before), secret) {
			t.Errorf("the sample lacks %q", secret)
		}
		if strings.Contains(string(left), secret) {
			t.Errorf("%q is left in the copy", secret)
		}
	}
	for _, said := range []string{"203.0.113.7", "web01", "cut it off"} {
		if !strings.Contains(string(left), said) {
			t.Errorf("%q went out with the rest", said)
		}
	}
	if after, _ := json.Marshal(c); string(after) != string(before) {
		t.Error("the case itself changed")
	}
}

func TestCheck(t *testing.T) {
	c, _ := sample(t)
	for _, test := range []struct {
		order audience.Order
		want  error
	}{
		{audience.Order{For: "press"}, audience.ErrAudience},
		{audience.Order{}, audience.ErrAudience},
		{audience.Order{For: audience.Court, With: []string{"N9"}}, audience.ErrReference},
		{audience.Order{For: audience.Court, Without: map[string]string{"E1": "x"}}, audience.ErrReference},
	} {
		if err := test.order.Check(c); !errors.Is(err, test.want) {
			t.Errorf("%+v: %v", test.order, err)
		}
	}
	if err := (audience.Order{For: audience.Court, Without: map[string]string{"N1": " "}}).Check(c); err == nil {
		t.Error("withholding without a reason passed")
	}
	if err := (audience.Order{For: audience.Court, With: []string{"L1"}}).Check(c); err != nil {
		t.Errorf("a link: %v", err)
	}
	if err := (audience.Order{For: audience.Court, With: []string{"N1"}}).Check(c); err != nil {
		t.Error(err)
	}
}

func TestBytesByName(t *testing.T) {
	type row struct {
		order audience.Order
		text  bool
		in    bool
	}
	named := audience.Order{For: audience.Customer, With: []string{"E1/2"}}
	without := audience.Order{For: audience.Court, Without: map[string]string{"E1": "not theirs"}}
	for i, test := range []row{
		{audience.Order{For: audience.Court}, false, true},
		{audience.Order{For: audience.Authority}, false, true},
		{audience.Order{For: audience.Customer}, false, false},
		{audience.Order{For: audience.Customer}, true, true},
		{audience.Order{For: audience.Auditor}, false, false},
		{audience.Order{For: audience.Insurer}, false, false},
		{named, false, true},
		{without, true, false},
	} {
		reason, in := test.order.Bytes("E1", "E1/2", test.text)
		if in != test.in || in != (reason == "") {
			t.Errorf("row %d: %v %q", i, in, reason)
		}
	}
	if _, in := named.Bytes("E1", "E1/3", false); in {
		t.Error("naming one item gives out another")
	}
}
