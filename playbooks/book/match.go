package book

// draft is a record in the eyes of an import.
type draft struct {
	id     string // in the book
	row    int    // in the file: the first row about it
	fields map[string]string
	plan   *PlanRow // of that row
}

// drafts are the records of one register by the folded name.
type drafts map[string][]*draft

// index is a register as it stands.
func (b *Book) index(register string) drafts {
	out := drafts{}
	for _, r := range b.Records {
		if r.Register == register && r.Removed == nil {
			out.put(&draft{id: r.ID, fields: r.Fields})
		}
	}
	return out
}

func (d drafts) put(x *draft) {
	key := Fold(x.fields[ColumnName])
	d[key] = append(d[key], x)
}

// find returns the record that the fields are about: the one of that name. A
// contact's organisation tells two of one name apart where both say it.
func (d drafts) find(register string, fields map[string]string) *draft {
	var found *draft
	for _, x := range d[Fold(fields[ColumnName])] {
		if register != Contact {
			return x
		}
		here, there := Fold(fields["organisation"]), Fold(x.fields["organisation"])
		switch {
		case here == there:
			return x
		case (here == "" || there == "") && found == nil:
			found = x
		}
	}
	return found
}

// nameKey is equal for two records that are named the same.
func nameKey(register string, fields map[string]string) string {
	key := Fold(fields[ColumnName])
	if register == Contact {
		key += "\x00" + Fold(fields["organisation"])
	}
	return key
}

func sameKey(register string, a, b map[string]string) bool {
	return nameKey(register, a) == nameKey(register, b)
}
