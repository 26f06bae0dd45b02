package book_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/book"
)

func columnOf(t *testing.T, register, key string) book.Column {
	t.Helper()
	for _, c := range book.Columns(register) {
		if c.Key == key {
			return c
		}
	}
	t.Fatalf("no column %s in %s", key, register)
	return book.Column{}
}

func TestValues(t *testing.T) {
	for _, tt := range []struct{ register, key, in, want string }{
		{"contact", "phone", "+39 (06) 12-34/5", "+39 (06) 12-34/5"},
		{"contact", "phone", "030 1234 ext. 5", "030 1234 ext. 5"},
		{"contact", "phone", "112", "112"},
		{"contact", "phone", "call me", "!phone"},
		{"contact", "phone", "12", "!phone"},
		{"contact", "phone", "030 1\n030 2", "!one-line"},
		{"contact", "email", "müller@büro.example", "müller@büro.example"},
		{"contact", "email", "a@b", "!email"},
		{"contact", "email", "a@b.example, c@d.example", "!email"},
		{"contact", "email", strings.Repeat("x", 250) + "@b.example", "!email"},
		{"contact", "language", "IT", "it"},
		{"contact", "language", "pt-BR", "pt-br"},
		{"contact", "language", "Italian", "!language"},
		{"contact", "role", "POLIZIA", "police"},
		{"contact", "role", "penasihat  hukum", "counsel"},
		{"contact", "role", "wizard", "!role"},
		{"customer", "notice_hours", "072", "72"},
		{"customer", "notice_hours", "-1", "!integer"},
		{"customer", "notice_hours", "100001", "!integer"},
		{"customer", "notice_hours", "3 days", "!integer"},
		{"customer", "business_days", "Ya", "yes"},
		{"customer", "business_days", "0", "no"},
		{"customer", "business_days", "perhaps", "!bool"},
		{"customer", "aliases", "Acme, Inc.;ACME\nAcme, Inc.", "Acme, Inc.; ACME"},
		{"customer", "aliases", " ; ", "!list"},
		{"customer", "domains", "Acme.Example  www.büro.example", "acme.example; www.büro.example"},
		{"customer", "domains", "https://acme.example/", "!domains"},
		{"customer", "domains", "localhost", "!domains"},
		{"system", "rto", "30 Min", "30min"},
		{"system", "rto", "soon", "!duration"},
		{"system", "rto", "4", "!duration"},
		{"system", "name", "  e\u0301  ", "é"},
		{"system", "name", "a\nb", "!one-line"},
		{"system", "name", strings.Repeat("x", book.MaxLine+1), "!too-long"},
		{"system", "name", "a\x00b", "!control-character"},
		{"system", "name", "a\xffb", "!lost-character"},
		{"system", "name", "a\uFFFDb", "!lost-character"},
		{"system", "notes", "a\r\nb\rc\td", "a\nb\nc\td"},
		{"system", "notes", strings.Repeat("x", book.MaxText+1), "!too-long"},
		{"system", "owner", "   ", ""},
	} {
		c := columnOf(t, tt.register, tt.key)
		got, err := c.Parse(tt.in)
		var r *book.Refusal
		if errors.As(err, &r) {
			got = "!" + r.Rule
		}
		if got != tt.want {
			t.Errorf("%s %.40q: %q, want %q", tt.key, tt.in, got, tt.want)
		}
	}
}

// The form that is kept is the same when it is parsed again, in every column.
func FuzzParse(f *testing.F) {
	f.Add("+39 06 1234 int. 5")
	f.Add("Acme.Example, b.example")
	f.Add("İSTANBUL.example")
	f.Fuzz(func(t *testing.T, s string) {
		for _, register := range book.Registers() {
			for _, c := range book.Columns(register) {
				kept, err := c.Parse(s)
				if err != nil || kept == "" {
					continue
				}
				if again, err := c.Parse(kept); again != kept || err != nil {
					t.Fatalf("%s: %q is kept as %q, and that as %q: %v", c.Key, s, kept, again, err)
				}
			}
		}
	})
}
