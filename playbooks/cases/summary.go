package cases

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
)

// Summary is the line of a case in a list, folded from the few kinds it needs
// so that a list does not fold every case.
type Summary struct {
	Number   string    `json:"case"`
	Tag      string    `json:"tag,omitempty"`
	Title    string    `json:"title"`
	Kind     string    `json:"kind"`
	Severity string    `json:"severity"`
	TLP      string    `json:"tlp"`
	State    string    `json:"state"`
	Drill    bool      `json:"drill,omitempty"`
	Opened   time.Time `json:"opened,omitzero"`  // event time
	Updated  time.Time `json:"updated,omitzero"` // newest entry's wall clock
	Entries  int       `json:"entries"`
	Notes    int       `json:"notes"`
	Evidence int       `json:"evidence"`        // collections
	Newer    bool      `json:"newer,omitempty"` // holds entries of a newer Posko

	Exporting []string `json:"exporting,omitempty"` // entries of exports of which nobody said what became
}

// Summary returns the case's line.
func (c *Case) Summary() Summary {
	var exporting []string
	for _, x := range c.UnfinishedExports() {
		exporting = append(exporting, x.Entry.String())
	}
	return Summary{
		Number: c.Number, Tag: c.Tag, Title: c.Title, Kind: c.Kind, Severity: c.Severity, TLP: c.TLP, State: c.State,
		Drill: c.Drill(), Opened: c.Opened.Happened().Time(), Updated: c.Updated, Entries: c.Entries,
		Notes: len(c.Notes), Evidence: len(c.Collections), Newer: c.ReadOnly != "",
		Exporting: exporting,
	}
}

// Apply folds one event into the line; like [Case.Apply] it never refuses.
func (s *Summary) Apply(e event.Event) {
	shadow := Case{
		Number: s.Number, Tag: s.Tag, Title: s.Title, Kind: s.Kind, Severity: s.Severity, TLP: s.TLP,
		State: s.State, Updated: s.Updated, Entries: s.Entries,
	}
	switch e.Kind {
	case KindOpened, KindRetitled, KindSeverity, KindTLP, KindContained, KindClosed, KindReopened,
		KindNote, KindCollected, KindThing:
		shadow.Apply(e)
		if s.State == "" && shadow.State != "" {
			s.Opened = shadow.Opened.Happened().Time()
		}
	default:
		shadow.touch(e)
		s.Newer = s.Newer || !Known(e.Kind)
	}
	next := shadow.Summary()
	next.Opened, next.Newer, next.Exporting = s.Opened, s.Newer, s.exportingAfter(e)
	next.Notes, next.Evidence = next.Notes+s.Notes, next.Evidence+s.Evidence
	*s = next
}

// exportingAfter are the unfinished exports after one more event. Readers may hold
// the list, so it is written anew. What comes before the opening is a conflict.
func (s *Summary) exportingAfter(e event.Event) []string {
	var begun exportStarted
	var ended exportEnded
	switch {
	case e.Destroyed, s.State == "":
	case e.Kind == KindExportStarted && json.Unmarshal(e.Data, &begun) == nil:
		return append(slices.Clone(s.Exporting), e.ID.String())
	case e.Kind == KindExportEnded && json.Unmarshal(e.Data, &ended) == nil:
		return without(s.Exporting, func(id string) bool { return id == ended.Entry.String() })
	}
	return s.Exporting
}
