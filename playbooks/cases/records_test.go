package cases_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/guide"
)

func TestRecordsOfTheBookAreLinkedByTheNameTheyHadThen(t *testing.T) {
	d := rich(t)
	link := func(from, register, record, name string) func(c *cases.Case) error {
		return func(c *cases.Case) error {
			_, err := c.LinkRecord(from, register, record, name, "affected")
			return err
		}
	}
	d.do(link("A1", "system", "SYS-A2", "Billing"))
	d.do(link("", "system", "SYS-A2", "Billing, renamed"))
	got := d.c.Links[len(d.c.Links)-2:]
	if got[0].From != "A1" || got[0].Name != "Billing" || got[1].From != "" || got[1].To != "SYS-A2" || got[1].Register != "system" || got[0].ID == got[1].ID {
		t.Errorf("links %+v", got)
	}
	if systems := d.c.Linked("system"); !slices.Equal(systems, []string{"SYS-A2"}) || !slices.Equal(d.c.Linked("customer"), []string{"CUS-A1"}) {
		t.Errorf("linked %v", systems)
	}
	d.refused("linked-already", link("", "system", "SYS-A2", "x"))
	d.refused("unknown-id", link("A9", "system", "SYS-A2", "x"))
	d.refused("choice", link("", "printer", "SYS-A2", "x"))
	d.refused("missing", link("", "system", "SYS-A2", " "))
	last := d.all[len(d.all)-1]
	if row := cases.Describe(last, "it"); !strings.Contains(row.Text, "SYS-A2 Billing, renamed") || row.Ref == "" {
		t.Errorf("timeline %+v", row)
	}
	if got := state(t, fold(d.all)); got != state(t, d.c) {
		t.Error("replayed the case is another")
	}
}

// A link whose thing is gone after a merge is kept as a conflict.
func TestRecordLinkedToNothingIsAConflict(t *testing.T) {
	d := openDesk(t)
	d.c.Apply(event.Event{
		Stamp: event.Stamp{ID: event.ID{Log: "77aa00"}, Wall: start}, Kind: cases.KindRecordLinked,
		Data: []byte(`{"id":"L1","from":"A9","register":"system","record":"SYS-A1","name":"x","label":"y"}`),
	})
	if len(d.c.Conflicts) != 1 || len(d.c.Links) != 0 {
		t.Errorf("%+v", d.c.Conflicts)
	}
}

func TestRegistersAreThoseThatStepsPointTo(t *testing.T) {
	for _, register := range cases.BookRegisters() {
		if !slices.Contains(guide.BookWords(), register) {
			t.Errorf("no step can point to %s", register)
		}
	}
}
