package cases_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

// What hidden entries said about a step or a destroyed item hangs on things that
// other entries made.
func TestWithoutMutesWhatLaterEntriesSaid(t *testing.T) {
	hidden := event.ID{Log: "aa", Seq: 9}
	said := cases.Origin{Entry: hidden, Source: "secret source"}
	c := &cases.Case{
		Collections: []cases.Collection{{ID: "E1", Lost: []cases.Destruction{{Origin: said, Item: "E1/2", Reason: "secret reason"}}}},
		Runs: []cases.Run{{ID: "R1", Log: []cases.StepEvent{{
			Origin: said, Step: "R1.1", What: cases.StepDone, Note: "secret note",
			Accepted: &cases.Acceptance{Wanted: []string{"photo"}, Reason: "secret acceptance"},
		}}}},
	}
	whole, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	left, err := json.Marshal(c.Without(func(id event.ID) bool { return id == hidden }))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(left), "secret") {
		t.Errorf("left is %s", left)
	}
	for _, kept := range []string{`"E1/2"`, `"R1.1"`, `"done"`} {
		if !strings.Contains(string(left), kept) {
			t.Errorf("that %s was recorded is gone: %s", kept, left)
		}
	}
	if after, _ := json.Marshal(c); string(after) != string(whole) {
		t.Error("the case itself changed")
	}
}
