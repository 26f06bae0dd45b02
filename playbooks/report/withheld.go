package report

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
)

// A Withholding says of one entry why a copy does not show it, and the ledger's
// commitment to it.
type Withholding struct {
	Kind   string
	Wall   time.Time
	Reason string // for people, in the language of the copy
	Commit string // SHA-256 of salt and body, in hexadecimal
}

// Withheld is an entry that the copy does not show.
type Withheld struct {
	Entry    string    `json:"entry"`
	Kind     string    `json:"kind"`
	Recorded time.Time `json:"recorded"`
	Reason   string    `json:"reason"`
	Commit   string    `json:"commit"`
}

// shown is the case without what the copy may not say.
func (in Input) shown() *cases.Case {
	if len(in.Withheld) == 0 {
		return in.Case
	}
	return in.Case.Without(func(id event.ID) bool {
		_, hidden := in.Withheld[id]
		return hidden
	})
}

// withheld lists what the copy does not show, in the order of the ledger.
func (b builder) withheld() []Withheld {
	ids := make([]event.ID, 0, len(b.Withheld))
	for id := range b.Withheld {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y event.ID) int {
		return cmp.Or(cmp.Compare(x.Log, y.Log), cmp.Compare(x.Seq, y.Seq))
	})
	var out []Withheld
	for _, id := range ids {
		w := b.Withheld[id]
		out = append(out, Withheld{Entry: id.String(), Kind: w.Kind, Recorded: w.Wall, Reason: w.Reason, Commit: w.Commit})
	}
	return out
}

// withheld says for whom the copy is and what it does not show; the whole case
// has no such section.
func (a author) withheld() Section {
	if a.Audience == "" {
		return Section{}
	}
	s := Section{Title: a.say("withheld"), Blocks: []Block{Paragraph{Text: a.say("withheld.about", a.word("audience", a.Audience))}}}
	if len(a.Withheld) == 0 {
		return s.with(a.none())
	}
	t := Table{Columns: []Column{
		{Title: a.say("column.entry"), Width: 1.2, Mono: true},
		{Title: a.say("column.kind"), Width: 1.4},
		{Title: a.say("column.recorded"), Width: 1.6},
		{Title: a.say("column.reason"), Width: 2},
		{Title: a.say("withheld.commit"), Width: 3, Mono: true},
	}}
	for _, w := range a.Withheld {
		t.Rows = append(t.Rows, []string{w.Entry, w.Kind, utc(w.Recorded), w.Reason, w.Commit})
	}
	return s.with(t)
}

// siftWithheld counts what this copy does not show.
func (m *Model) siftWithheld(s *sieve) {
	s.when(len(m.Withheld) > 0, "limit.withheld", strconv.Itoa(len(m.Withheld)))
}
