package book

import (
	"cmp"
	"slices"
	"strings"
)

// The registers.
const (
	System   = "system"
	Contact  = "contact"
	Customer = "customer"
	Supplier = "supplier"
)

// Registers lists the registers in the order in which they are shown.
func Registers() []string { return []string{System, Contact, Customer, Supplier} }

// The types a column can have.
const (
	TypeLine     = "line"     // one line of text
	TypeText     = "text"     // several lines of text
	TypeList     = "list"     // names, separated by semicolons
	TypeDomains  = "domains"  // domain names, separated by semicolons
	TypePhone    = "phone"    // a phone number, kept as it was typed
	TypeEmail    = "email"    // one address
	TypeLanguage = "language" // a language code like it
	TypeInteger  = "integer"  // a whole number
	TypeBool     = "bool"     // yes or no
	TypeDuration = "duration" // a span like 4h or 1d
	TypeRole     = "role"     // what a contact is for us
)

// Column is one field of a register.
type Column struct {
	Key      string   `json:"key"`
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Also     []string `json:"-"` // further names in the header of a CSV file
}

// ColumnName is the column that every register has and needs.
const ColumnName = "name"

func columnName() Column {
	return Column{Key: ColumnName, Type: TypeLine, Required: true}
}

func columnPhone() Column {
	return Column{Key: "phone", Type: TypePhone, Also: []string{"tel", "telephone", "phone number", "telefon"}}
}

func columnEmail() Column {
	return Column{Key: "email", Type: TypeEmail, Also: []string{"mail", "e-mail address", "email address"}}
}

func columnNotes() Column {
	return Column{Key: "notes", Type: TypeText, Also: []string{"remark", "remarks", "comment"}}
}

func line(key string, also ...string) Column { return Column{Key: key, Type: TypeLine, Also: also} }
func text(key string, also ...string) Column { return Column{Key: key, Type: TypeText, Also: also} }

// Columns is the table of a register; nil for one that does not exist.
func Columns(register string) []Column {
	switch register {
	case System:
		return []Column{
			columnName(), line("owner"), text("data"), text("admins", "admin"), line("mfa", "2fa"), text("logs"),
			{Key: "logs_days", Type: TypeInteger},
			text("backup"),
			{Key: "rto", Type: TypeDuration},
			{Key: "rpo", Type: TypeDuration},
			line("supplier"), columnNotes(),
		}
	case Contact:
		return []Column{
			columnName(),
			{Key: "role", Type: TypeRole},
			line("organisation", "organization", "company"), columnPhone(), line("second"), columnEmail(),
			{Key: "language", Type: TypeLanguage},
			line("hours"), line("reference"), columnNotes(),
		}
	case Customer:
		return []Column{
			columnName(),
			{Key: "aliases", Type: TypeList},
			{Key: "domains", Type: TypeDomains},
			line("contact"), columnPhone(), line("second"), columnEmail(),
			{Key: "language", Type: TypeLanguage},
			line("plan"), text("addons"),
			{Key: "notice_hours", Type: TypeInteger},
			{Key: "business_days", Type: TypeBool},
			line("clause"), columnNotes(),
		}
	case Supplier:
		return []Column{
			columnName(), text("does"),
			{Key: "systems", Type: TypeList},
			line("contact"), columnPhone(),
			{Key: "security_email", Type: TypeEmail},
			line("clause"),
			{Key: "notice_hours", Type: TypeInteger},
			columnNotes(),
		}
	}
	return nil
}

// prefix begins the ids of a register.
func prefix(register string) string {
	switch register {
	case System:
		return "SYS"
	case Contact:
		return "CON"
	case Customer:
		return "CUS"
	case Supplier:
		return "SUP"
	}
	return ""
}

// Label is the name of a column for people.
func (c Column) Label(lang string) string { return cmp.Or(say(lang, "column."+c.Key), c.Key) }

// TypeLabel says what the column takes.
func (c Column) TypeLabel(lang string) string { return say(lang, "type."+c.Type) }

// RegisterLabel is the name of a register for people.
func RegisterLabel(lang, register string) string { return say(lang, "register."+register) }

// RoleLabel is what a contact is for us, for people.
func RoleLabel(lang, role string) string { return cmp.Or(say(lang, "role."+role), role) }

func columnOf(register, key string) (Column, bool) {
	all := Columns(register)
	i := slices.IndexFunc(all, func(c Column) bool { return c.Key == key })
	if i < 0 {
		return Column{}, false
	}
	return all[i], true
}

// named reports whether a header means this column: by its key, its label in
// any language, or another common name.
func (c Column) named(header string) bool {
	names := append([]string{c.Key}, c.Also...)
	for _, lang := range languages() {
		names = append(names, c.Label(lang))
	}
	header = headerKey(header)
	return slices.ContainsFunc(names, func(name string) bool { return headerKey(name) == header })
}

// headerKey is the form in which headers are compared.
func headerKey(header string) string {
	return Fold(strings.NewReplacer("_", " ", "-", " ", "*", "", ":", "").Replace(header))
}
