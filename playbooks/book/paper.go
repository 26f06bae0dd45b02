package book

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/report"
)

// paperTLP is the label of a printed book: it is for the organisation alone.
const paperTLP = "amber+strict"

// Document sets the book for paper: whom to call first, then every register
// with all that it says.
func (b *Book) Document(organisation string, now instant.Instant, lang string) report.Document {
	d := report.Document{
		Lang: lang, Organisation: organisation, Title: say(lang, "paper.title"), Subtitle: say(lang, "paper.subtitle"),
		TLP: paperTLP, Created: now.Time(), Words: report.Words{Page: say(lang, "paper.page"), Missing: say(lang, "paper.escaped")},
		Meta: []report.KeyValue{
			{Key: say(lang, "paper.organisation"), Value: organisation},
			{Key: say(lang, "paper.made"), Value: now.String()},
		},
		Sections: []report.Section{b.phones(lang)},
	}
	doubled := b.Doubled()
	for _, register := range Registers() {
		s := report.Section{Title: RegisterLabel(lang, register)}
		for _, r := range b.byName(register) {
			s.Blocks = append(s.Blocks, report.Heading{Text: r.ID + "  " + r.Name()}, r.details(lang))
			if others := doubled[r.ID]; len(others) > 0 {
				s.Blocks = append(s.Blocks, report.Paragraph{Text: say(lang, "paper.doubled", strings.Join(others, ", ")), Quiet: true})
			}
		}
		d.Sections = append(d.Sections, orEmpty(s, lang))
	}
	return d
}

func orEmpty(s report.Section, lang string) report.Section {
	if len(s.Blocks) == 0 {
		s.Blocks = append(s.Blocks, report.Paragraph{Text: say(lang, "paper.empty"), Quiet: true})
	}
	return s
}

// byName lists a register as a reader of paper looks for it.
func (b *Book) byName(register string) []Record {
	all := b.List(register)
	slices.SortStableFunc(all, func(x, y Record) int { return strings.Compare(Fold(x.Name()), Fold(y.Name())) })
	return all
}

// details are the fields of a record with their labels.
func (r Record) details(lang string) report.KeyValues {
	var items []report.KeyValue
	for _, key := range r.Keys() {
		if key != ColumnName {
			items = append(items, report.KeyValue{Key: Column{Key: key}.Label(lang), Value: r.Show(lang, key)})
		}
	}
	return report.KeyValues{Items: items}
}

// Keys are the keys of the fields that a record has, in the order of its
// columns; what a newer Posko added comes last.
func (r Record) Keys() []string {
	var out []string
	for _, c := range Columns(r.Register) {
		if r.Fields[c.Key] != "" {
			out = append(out, c.Key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.Fields)) {
		if !slices.Contains(out, key) && r.Fields[key] != "" {
			out = append(out, key)
		}
	}
	return out
}

// Show is the value of a field for people.
func (r Record) Show(lang, key string) string {
	value := r.Fields[key]
	switch c, _ := columnOf(r.Register, key); c.Type {
	case TypeRole:
		return RoleLabel(lang, value)
	case TypeBool:
		return say(lang, "value."+value)
	}
	return value
}

// Reach is what one needs of a record first: who answers for it, and how to
// reach them.
func (r Record) Reach() string {
	f := r.Fields
	return nonEmpty(" · ", f["organisation"], f["owner"], f["contact"], f["phone"], f["second"], f["email"], f["security_email"])
}

// Values are the fields as programs read them: numbers, booleans and lists are
// no text.
func (r Record) Values() map[string]any {
	out := map[string]any{}
	for key, value := range r.Fields {
		switch c, _ := columnOf(r.Register, key); c.Type {
		case TypeInteger:
			n, _ := strconv.Atoi(value) // checked when it was written
			out[key] = n
		case TypeBool:
			out[key] = value == "yes"
		case TypeList, TypeDomains:
			out[key] = parts(value, ";")
		default:
			out[key] = value
		}
	}
	return out
}

// phones is everybody who can be called: contacts by what they are for us, then
// suppliers and customers.
func (b *Book) phones(lang string) report.Section {
	s := report.Section{Title: say(lang, "paper.phones")}
	t := report.Table{Columns: []report.Column{
		{Title: say(lang, "paper.for"), Width: 1.5},
		{Title: say(lang, "paper.who"), Width: 2.4},
		{Title: Column{Key: "phone"}.Label(lang), Width: 2},
		{Title: Column{Key: "second"}.Label(lang), Width: 2},
		{Title: Column{Key: "hours"}.Label(lang) + ", " + Column{Key: "reference"}.Label(lang), Width: 2},
	}}
	for _, role := range append(guide.ContactRoles(), "") {
		for _, r := range slices.DeleteFunc(b.byName(Contact), func(r Record) bool { return r.Fields["role"] != role }) {
			t.Rows = append(t.Rows, r.phone(RoleLabel(lang, role)))
		}
	}
	for _, register := range []string{Supplier, Customer} {
		for _, r := range b.byName(register) {
			if r.Fields["phone"] != "" || r.Fields["second"] != "" {
				t.Rows = append(t.Rows, r.phone(RegisterLabel(lang, register)))
			}
		}
	}
	if len(t.Rows) > 0 {
		s.Blocks = append(s.Blocks, report.Paragraph{Text: say(lang, "paper.phones.about"), Quiet: true}, t)
	}
	return orEmpty(s, lang)
}

func (r Record) phone(what string) []string {
	f := r.Fields
	who := nonEmpty("\n", r.Name(), f["organisation"], f["contact"])
	return []string{what, who, f["phone"], nonEmpty("\n", f["second"], f["email"], f["security_email"]), nonEmpty("\n", f["hours"], f["reference"])}
}

func nonEmpty(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), separator)
}
