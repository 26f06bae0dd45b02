package report

import (
	"strings"

	"github.com/posko-ir/posko/playbooks/cases"
)

// Tangible is evidence that is a thing: as it was taken, and where it is now.
type Tangible struct {
	Serial      string `json:"serial"`
	SealNumber  string `json:"seal_number,omitempty"`
	State       string `json:"state,omitempty"`
	Description string `json:"description,omitempty"`
	Place       string `json:"place,omitempty"`
	Keeper      string `json:"keeper,omitempty"`
	Now         Now    `json:"now"`
}

// Now is where a thing is by the newest move.
type Now struct {
	Place  string `json:"place,omitempty"`
	Keeper string `json:"keeper,omitempty"`
	Action string `json:"action,omitempty"` // of the last move; empty if there was none
}

// Form is a form of hand-over.
type Form struct {
	Record
	ID        string  `json:"id"`
	Item      string  `json:"item"`
	From      string  `json:"from"`
	To        string  `json:"to"`
	Place     string  `json:"place,omitempty"`
	Purpose   string  `json:"purpose,omitempty"`
	SHA256    string  `json:"sha256"` // of the form as it was printed
	Scan      string  `json:"scan,omitempty"`
	Back      *Record `json:"back,omitempty"`
	Withdrawn *Record `json:"withdrawn,omitempty"`
	Reason    string  `json:"reason,omitempty"` // why withdrawn
}

// Pending reports whether the form went out and nobody knows more.
func (f Form) Pending() bool { return f.Back == nil && f.Withdrawn == nil }

func (b builder) tangible(c cases.Collection) *Tangible {
	t := c.Thing
	return &Tangible{
		Serial: t.Serial, SealNumber: t.SealNumber, State: t.State, Description: t.Description, Place: t.Place, Keeper: t.Keeper,
		Now: Now(b.Whereabouts(c.ID)),
	}
}

func (b builder) form(f cases.Form) Form {
	out := Form{
		Record: b.record(f.Origin), ID: f.ID, Item: f.Item, From: f.From, To: f.To, Place: f.Place, Purpose: f.Purpose, SHA256: f.SHA256,
	}
	if f.Back != nil {
		back := b.record(f.Back.Origin)
		out.Back, out.Scan = &back, f.Back.Scan
	}
	if f.Withdrawn != nil {
		withdrawn := b.record(f.Withdrawn.Origin)
		out.Withdrawn, out.Reason = &withdrawn, f.Withdrawn.Reason
	}
	return out
}

// tangible are the values of a thing, if the collection is one.
func (a author) tangible(t *Tangible) []KeyValue {
	if t == nil {
		return nil
	}
	now := join(", ", t.Now.Place, t.Now.Keeper)
	if t.Now.Action != "" {
		now = join(": ", a.word("action", t.Now.Action), now)
	}
	return []KeyValue{
		{Key: a.say("thing.serial"), Value: t.Serial, Mono: true},
		{Key: a.say("thing.seal-number"), Value: t.SealNumber, Mono: true},
		{Key: a.say("thing.state"), Value: join("\n", a.word("condition", t.State), t.Description)},
		{Key: a.say("thing.taken"), Value: join(", ", t.Place, t.Keeper)},
		{Key: a.say("thing.now"), Value: now},
	}
}

// sources are where a collection comes from; the address of a page is written
// so that no reader's program makes a link of it.
func (a author) sources(c Collection) string {
	if c.Kind != cases.WebCollection {
		return strings.Join(c.Sources, "\n")
	}
	return strings.Join(each(c.Sources, func(s string) string { return cases.Defang("url", s) }), "\n")
}

// went says where evidence went, to whom, and on which form.
func (a author) went(c Custody) string {
	var lines []string
	for _, x := range []struct{ text, value string }{
		{a.say("custody.to", c.To), c.To},
		{a.say("custody.place", c.Place), c.Place},
		{a.say("custody.form", c.Form), c.Form},
	} {
		if x.value != "" {
			lines = append(lines, x.text)
		}
	}
	if c.Keeper != "" && c.Keeper != c.To {
		lines = append(lines, a.say("custody.keeper", c.Keeper))
	}
	return strings.Join(lines, "\n")
}

// forms lists the forms of hand-over and what became of them.
func (a author) forms() Block {
	if len(a.Forms) == 0 {
		return nil
	}
	t := Table{Columns: []Column{
		{Title: a.say("form.number"), Width: 0.9},
		{Title: a.say("column.item"), Width: 0.9},
		{Title: a.say("form.people"), Width: 2.4},
		{Title: a.say("form.out"), Width: 2.1},
		{Title: a.say("form.became"), Width: 2.6},
	}}
	for _, f := range a.Forms {
		became := a.say("form.pending")
		switch {
		case f.Back != nil:
			became = join("\n", a.say("form.back", f.Scan), local(f.Back.At))
		case f.Withdrawn != nil:
			became = join("\n", a.say("form.withdrawn"), f.Reason)
		}
		t.Rows = append(t.Rows, []string{f.ID, f.Item, a.say("from-to", f.From, f.To), local(f.At), became})
	}
	return t
}
