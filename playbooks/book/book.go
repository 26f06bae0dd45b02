package book

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// future is how far ahead of the laptop's clock an instant may lie.
const future = 5 * time.Minute

// Origin says where a record, or what happened to it, comes from.
type Origin struct {
	Entry  event.ID        `json:"entry"`
	By     string          `json:"by,omitempty"`     // the officer who recorded it
	Wall   time.Time       `json:"wall,omitzero"`    // when it was recorded
	At     instant.Instant `json:"at,omitzero"`      // when it happened, if said
	Source string          `json:"source,omitempty"` // who or what says so
}

// Record is one line of a register as it stands.
type Record struct {
	ID       string            `json:"id"`
	Register string            `json:"register"`
	Fields   map[string]string `json:"fields"` // by the key of the column; what is empty is not there
	Added    Origin            `json:"added"`
	Changed  Origin            `json:"changed,omitzero"` // the last time
	Removed  *Removal          `json:"removed,omitempty"`
}

// Removal says why a record is no longer in its register.
type Removal struct {
	Origin
	Reason string `json:"reason"`
}

// Name is what the record is called.
func (r Record) Name() string { return r.Fields[ColumnName] }

// Book is the state. It is its own snapshot.
type Book struct {
	Records   []Record          `json:"records,omitempty"` // all of them, in the order in which they came
	Made      map[string]int    `json:"made,omitempty"`    // highest number given out by the beginning of the id
	Letters   map[string]string `json:"letters,omitempty"` // of the logs, from the roster's entries
	Conflicts []event.Conflict  `json:"conflicts,omitempty"`

	rec  *event.Recorder
	byID map[string]int // made again from Records when missing
}

// Attach gives the book the recorder of one update; nil ends it.
func (b *Book) Attach(rec *event.Recorder) { b.rec = rec }

// Add puts a record into a register and returns its id.
func (b *Book) Add(register string, fields map[string]string) (string, error) {
	if err := b.mayRecord(); err != nil {
		return "", err
	}
	if !slices.Contains(Registers(), register) {
		return "", refuse("register", register, strings.Join(Registers(), ", "))
	}
	kept, err := parseFields(register, fields)
	if err != nil {
		return "", err
	}
	if _, err := (Column{Key: ColumnName, Type: TypeLine, Required: true}).Parse(kept[ColumnName]); err != nil {
		return "", err
	}
	if known := b.index(register).find(register, kept); known != nil {
		return "", refuse("known-already", known.fields[ColumnName], known.id)
	}
	return b.add(register, kept)
}

func (b *Book) add(register string, fields map[string]string) (string, error) {
	id := b.next(register)
	return id, b.record(added{ID: id, Register: register, Fields: fields})
}

// Change gives fields of a record other values; an empty one clears its field.
// It returns the keys of those that really changed.
func (b *Book) Change(id string, fields map[string]string) ([]string, error) {
	if err := b.mayRecord(); err != nil {
		return nil, err
	}
	r, err := b.present(id)
	if err != nil {
		return nil, err
	}
	parsed, err := parseFields(r.Register, fields)
	if err != nil {
		return nil, err
	}
	for key := range fields {
		if parsed[key] == r.Fields[key] {
			delete(parsed, key)
		} else if parsed[key] == "" {
			parsed[key] = ""
		}
	}
	if len(parsed) == 0 {
		return nil, refuse("nothing-changed", r.ID)
	}
	after := maps.Clone(r.Fields)
	maps.Copy(after, parsed)
	if known := b.index(r.Register).find(r.Register, after); known != nil && known.id != r.ID && !sameKey(r.Register, r.Fields, after) {
		return nil, refuse("known-already", known.fields[ColumnName], known.id)
	}
	return slices.Sorted(maps.Keys(parsed)), b.record(changed{ID: r.ID, Fields: parsed})
}

// Remove takes a record out of its register; it stays readable.
func (b *Book) Remove(id, reason string) error {
	if err := b.mayRecord(); err != nil {
		return err
	}
	r, err := b.present(id)
	if err != nil {
		return err
	}
	reason = canonical.Text(reason)
	if utf8.RuneCountInString(reason) < minReason || len(reason) > MaxText {
		return refuse("reason")
	}
	return b.record(removed{ID: r.ID, Reason: reason})
}

// mayRecord refuses on a value that nothing can be recorded on, and what is
// said to happen in the future.
func (b *Book) mayRecord() error {
	if b.rec == nil {
		return event.ErrNoRecorder
	}
	if at := b.rec.Happened(); at.Time().After(b.rec.Now().Add(future)) {
		return refuse("future", at.String())
	}
	return nil
}

// present finds a record that is not removed.
func (b *Book) present(id string) (Record, error) {
	r, ok := b.Find(id)
	switch {
	case !ok:
		return r, refuse("unknown-record", id)
	case r.Removed != nil:
		return r, refuse("removed-already", r.ID, r.Removed.Reason)
	}
	return r, nil
}

// Find returns the record with an id, removed or not; case does not matter.
func (b *Book) Find(id string) (Record, bool) {
	id, _ = ID(id)
	for _, r := range b.Records {
		if r.ID == id {
			return r, true
		}
	}
	return Record{}, false
}

// List returns the records of a register that are in it, in the order in which
// they came.
func (b *Book) List(register string) []Record {
	var out []Record
	for _, r := range b.Records {
		if r.Register == register && r.Removed == nil {
			out = append(out, r)
		}
	}
	return out
}

// Role returns the contacts that are one thing for us.
func (b *Book) Role(role string) []Record {
	return slices.DeleteFunc(b.List(Contact), func(r Record) bool { return r.Fields["role"] != role })
}

// Doubled maps the ids of records that have the same name to the others that
// have it: two laptops added them apart.
func (b *Book) Doubled() map[string][]string {
	same := map[string][]string{}
	for _, r := range b.Records {
		if r.Removed == nil {
			key := r.Register + "\x00" + nameKey(r.Register, r.Fields)
			same[key] = append(same[key], r.ID)
		}
	}
	out := map[string][]string{}
	for _, ids := range same {
		for _, id := range ids {
			if len(ids) > 1 {
				out[id] = slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other == id })
			}
		}
	}
	return out
}

// parseFields checks the values of a register's columns; what is empty is left
// out. A key that the register does not have is refused.
func parseFields(register string, fields map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		c, ok := columnOf(register, key)
		if !ok {
			return nil, refuse("no-column", key, register)
		}
		value, r := c.parse(fields[key])
		if r != nil {
			return nil, r
		}
		if value != "" {
			out[key] = value
		}
	}
	return out, nil
}

func (b *Book) record(p event.Payload) error { return b.rec.Record(p, b.Apply) }
