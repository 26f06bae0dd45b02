package book

import (
	"maps"
	"reflect"
	"strings"
)

// What a row of an import does.
const (
	RowNew     = "new"
	RowChanged = "changed"
	RowSame    = "same"
	RowDoubled = "doubled" // about the same record as an earlier row
	RowFaulty  = "faulty"
)

// Plan says what an import would do.
type Plan struct {
	New     int       `json:"new"`
	Changed int       `json:"changed"`
	Same    int       `json:"same"`
	Doubled int       `json:"doubled"`
	Faulty  int       `json:"faulty"`
	Rows    []PlanRow `json:"rows"` // all but those that change nothing

	todo []todo
}

// todo is one record that an import adds or changes.
type todo struct {
	row     int
	id      string            // empty: it is new
	fields  map[string]string // of a new one
	changes []FieldChange
}

// Nothing reports whether there is nothing to record.
func (p Plan) Nothing() bool { return len(p.todo) == 0 }

// PlanRow is what one row of the file does.
type PlanRow struct {
	Row     int           `json:"row"`
	What    string        `json:"what"`
	ID      string        `json:"id,omitempty"` // of the record in the book
	Name    string        `json:"name"`
	Doubles int           `json:"doubles,omitempty"` // the earlier row
	Removed string        `json:"removed,omitempty"` // the id of a record of that name that somebody took out
	Changes []FieldChange `json:"changes,omitempty"`
	Faults  []Fault       `json:"faults,omitempty"`
}

// FieldChange is one field that gets another value.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Plan compares a list with the book. Rows of the file about one record are
// first put together, a later one over an earlier one, so that importing a file
// twice changes nothing the second time.
func (b *Book) Plan(l List) Plan {
	p, file := Plan{}, drafts{}
	var all []*draft
	rows := make([]PlanRow, len(l.Rows))
	for i, row := range l.Rows {
		rows[i] = PlanRow{Row: row.Number, Name: row.Fields[ColumnName], Faults: row.Faults}
		if len(row.Faults) > 0 {
			rows[i].What = RowFaulty
			continue
		}
		if d := file.find(l.Register, row.Fields); d != nil {
			rows[i].double(l.Register, d, row.Fields)
			continue
		}
		d := &draft{row: row.Number, fields: row.Fields, plan: &rows[i]}
		file.put(d)
		all = append(all, d)
	}
	p.compare(l.Register, b.index(l.Register), all)
	b.warn(l.Register, all)
	p.finish(rows)
	return p
}

// compare says of each record that the file names what it is to the book.
func (p *Plan) compare(register string, known drafts, all []*draft) {
	for _, d := range all {
		k := known.find(register, d.fields)
		if k == nil {
			d.plan.What = RowNew
			p.todo = append(p.todo, todo{row: d.row, fields: d.fields})
			continue
		}
		d.plan.What, d.plan.ID = RowSame, k.id
		if changes := differences(register, k.fields, d.fields); len(changes) > 0 {
			d.plan.What, d.plan.Changes = RowChanged, changes
			p.todo = append(p.todo, todo{row: d.row, id: k.id, changes: changes})
			k.fields = with(k.fields, changes) // another contact of that name is told apart now
		}
	}
}

// warn marks new records whose namesake somebody took out of the book.
func (b *Book) warn(register string, all []*draft) {
	gone := map[string]string{}
	for _, r := range b.Records {
		if r.Register == register && r.Removed != nil {
			gone[nameKey(register, r.Fields)] = r.ID
		}
	}
	for _, d := range all {
		if d.plan.What == RowNew {
			d.plan.Removed = gone[nameKey(register, d.fields)]
		}
	}
}

// finish counts the rows and keeps those that say more than the book does.
func (p *Plan) finish(rows []PlanRow) {
	p.Rows = []PlanRow{}
	ids := map[int]string{}
	for _, row := range rows {
		switch row.What {
		case RowNew:
			p.New++
		case RowChanged:
			p.Changed++
		case RowDoubled:
			p.Doubled++
			row.ID = ids[row.Doubles]
		case RowFaulty:
			p.Faulty++
		case RowSame:
			p.Same++
		}
		ids[row.Row] = row.ID
		if row.What != RowSame {
			p.Rows = append(p.Rows, row)
		}
	}
}

// double puts a further row of one record over the earlier ones.
func (r *PlanRow) double(register string, d *draft, fields map[string]string) {
	fields = both(d.fields, fields)
	if len(fields["notes"]) > MaxText {
		r.What, r.Faults = RowFaulty, []Fault{{"notes", refuse("too-long", column("notes"), MaxText)}}
		return
	}
	r.What, r.Doubles, r.Changes = RowDoubled, d.row, differences(register, d.fields, fields)
	d.fields = with(d.fields, r.Changes)
}

// both are the fields of a row; what two rows of one record say in the notes is
// kept together.
func both(had, fields map[string]string) map[string]string {
	first, second := had["notes"], fields["notes"]
	if first == "" || second == "" {
		return fields
	}
	fields = maps.Clone(fields)
	if fields["notes"] = first; !strings.Contains(first, second) {
		fields["notes"] = first + "\n" + second
	}
	return fields
}

// differences are the fields to which the row gives another value. An empty
// cell says nothing, and another spelling of the same name is none.
func differences(register string, from, to map[string]string) []FieldChange {
	var out []FieldChange
	for _, c := range Columns(register) {
		a, b := from[c.Key], to[c.Key]
		names := c.Key == ColumnName || register == Contact && c.Key == "organisation"
		if b == "" || a == b || names && Fold(a) == Fold(b) {
			continue
		}
		out = append(out, FieldChange{c.Key, a, b})
	}
	return out
}

func with(fields map[string]string, changes []FieldChange) map[string]string {
	out := maps.Clone(fields)
	for _, c := range changes {
		out[c.Field] = c.To
	}
	return out
}

// Import records what the plan says and fills in the ids of new records. A book
// that changed since the plan was made is refused, and so is a list with faulty
// rows unless they are to be left out: half a register looks like a whole one.
func (b *Book) Import(l List, p *Plan, skipFaulty bool) error {
	if err := b.mayRecord(); err != nil {
		return err
	}
	if now := b.Plan(l); !reflect.DeepEqual(now, *p) {
		return refuse("changed-meanwhile")
	}
	if p.Faulty > 0 && !skipFaulty {
		return refuse("faulty-rows", p.Faulty)
	}
	made := map[int]string{}
	for _, do := range p.todo {
		id, err := b.carry(l.Register, do)
		if err != nil {
			return err
		}
		made[do.row] = id
	}
	for i, row := range p.Rows {
		switch {
		case row.What == RowNew:
			p.Rows[i].ID = made[row.Row]
		case row.What == RowDoubled && row.ID == "":
			p.Rows[i].ID = made[row.Doubles]
		}
	}
	return nil
}

// carry records one thing of the plan and returns the record's id.
func (b *Book) carry(register string, do todo) (string, error) {
	if do.id == "" {
		return b.add(register, do.fields)
	}
	fields := map[string]string{}
	for _, c := range do.changes {
		fields[c.Field] = c.To
	}
	return do.id, b.record(changed{ID: do.id, Fields: fields})
}
