package book_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/event"
)

func read(t *testing.T, register, file string) book.List {
	t.Helper()
	l, err := book.ReadCSV(register, strings.NewReader(file), false)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// importing plans and records a list, and returns the plan.
func (d *desk) importing(l book.List, skipFaulty bool) (book.Plan, error) {
	p := d.b.Plan(l)
	return p, d.try("a0", event.Said{}, func(b *book.Book) error { return b.Import(l, &p, skipFaulty) })
}

func counts(p book.Plan) [5]int { return [5]int{p.New, p.Changed, p.Same, p.Doubled, p.Faulty} }

func TestPlanSaysWhatEachRowDoes(t *testing.T) {
	d := rich(t)
	l := read(t, book.Customer, "NAME;telefono;Altri nomi\n"+
		"müller & söhne;+49 30 2;\n"+ // changed
		"New Ltd;1234;\n"+
		" NEW  ltd ;;NL\n"+ // doubles row 3
		"Bad;call us;\n"+
		";123;x\n")
	p, err := d.importing(l, true)
	if err != nil || counts(p) != [5]int{1, 1, 0, 1, 2} {
		t.Fatalf("%+v, %v", p, err)
	}
	want := []book.PlanRow{
		{Row: 2, What: book.RowChanged, ID: "CUS-A1", Name: "müller & söhne", Changes: []book.FieldChange{{Field: "phone", From: "+49 30 1", To: "+49 30 2"}}},
		{Row: 3, What: book.RowNew, ID: "CUS-A2", Name: "New Ltd"},
		{Row: 4, What: book.RowDoubled, ID: "CUS-A2", Name: "NEW  ltd", Doubles: 3, Changes: []book.FieldChange{{Field: "aliases", To: "NL"}}},
	}
	if !reflect.DeepEqual(p.Rows[:3], want) {
		t.Errorf("got %+v\nwant %+v", p.Rows[:3], want)
	}
	for i, rule := range []string{"phone", "missing"} {
		if row := p.Rows[3+i]; row.What != book.RowFaulty || len(row.Faults) != 1 || row.Faults[0].Rule != rule || row.Row != 5+i {
			t.Errorf("row %+v, want %s", row, rule)
		}
	}
	r, _ := d.b.Find("CUS-A2")
	if !reflect.DeepEqual(r.Fields, fields("name", "New Ltd", "phone", "1234", "aliases", "NL")) {
		t.Errorf("recorded %v", r.Fields)
	}
	if r, _ := d.b.Find("CUS-A1"); r.Fields["phone"] != "+49 30 2" || r.Fields["domains"] == "" || r.Name() != "Müller & Söhne" {
		t.Errorf("recorded %v", r.Fields)
	}
	if again := d.b.Plan(l); !again.Nothing() || counts(again) != [5]int{0, 0, 2, 1, 2} {
		t.Errorf("the same file again: %+v", again)
	}
}

// Rows that say different things about one record are put together once: what
// was imported does not flap between them.
func TestDoubledRowsThatDifferSettle(t *testing.T) {
	d := newDesk(t)
	l := read(t, book.System, "name,owner,notes\nCRM,Rina,first\ncrm,Budi,second\nCRM,,first\n")
	p, err := d.importing(l, false)
	r, _ := d.b.Find("SYS-A1")
	if err != nil || counts(p) != [5]int{1, 0, 0, 2, 0} || !reflect.DeepEqual(r.Fields, fields("name", "CRM", "owner", "Budi", "notes", "first\nsecond")) {
		t.Errorf("%+v, %v: %v", p, err, r.Fields)
	}
	if again := d.b.Plan(l); !again.Nothing() {
		t.Errorf("again: %+v", again)
	}
	long := strings.Repeat("x", 20_000)
	p = d.b.Plan(read(t, book.System, "name,notes\nShop,a"+long+"\nShop,b"+long+"\n"))
	if p.Faulty != 1 || p.Rows[1].Faults[0].Rule != "too-long" {
		t.Errorf("notes that are too long together: %+v", p)
	}
}

func TestContactsOfOneNameAreToldApartByOrganisation(t *testing.T) {
	d := newDesk(t)
	d.add("a0", book.Contact, "name", "Hotline", "phone", "111")
	l := read(t, book.Contact, "name,organisation,phone\nhotline,Bank,222\nHOTLINE,Police,333\n")
	p, err := d.importing(l, false)
	if err != nil || counts(p) != [5]int{1, 1, 0, 0, 0} || len(d.b.List(book.Contact)) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	if again := d.b.Plan(l); !again.Nothing() {
		t.Errorf("again: %+v", again)
	}
}

// A list that still has what somebody took out is not refused, but it is said.
func TestImportNamesWhatWasRemoved(t *testing.T) {
	d := rich(t)
	p := d.b.Plan(read(t, book.Contact, "name,organisation\nHOTLINE,state Police\nHotline,Bank\n"))
	if p.New != 2 || p.Rows[0].Removed != "CON-A2" || p.Rows[1].Removed != "" {
		t.Errorf("%+v", p)
	}
}

func TestImportRefuses(t *testing.T) {
	d := rich(t)
	rule := func(err error) string {
		var r *book.Refusal
		if errors.As(err, &r) {
			return r.Rule
		}
		return fmt.Sprint(err)
	}
	events := len(d.all)
	faulty := read(t, book.Customer, "name,phone\nA,1234\nB,x\n")
	if _, err := d.importing(faulty, false); rule(err) != "faulty-rows" {
		t.Errorf("faulty rows: %v", err)
	}
	good := read(t, book.Customer, "name\nA\n")
	p := d.b.Plan(good)
	if err := d.try("a0", event.Said{}, func(b *book.Book) error {
		if _, err := b.Add(book.Customer, fields("name", "a")); err != nil {
			return err
		}
		return b.Import(good, &p, false)
	}); rule(err) != "changed-meanwhile" {
		t.Errorf("a book that changed: %v", err)
	}
	if err := new(book.Book).Import(good, &p, false); !errors.Is(err, event.ErrNoRecorder) {
		t.Errorf("without a recorder: %v", err)
	}
	if len(d.all) != events+1 {
		t.Errorf("%d events were recorded", len(d.all)-events)
	}
	for name, tt := range map[string]struct{ file, rule string }{
		"no name":        {"phone,owner\n1,x\n", "csv-no-name"},
		"name twice":     {"name,Nome\na,b\n", "csv-twice"},
		"unknown column": {"name,Umsatz\na,b\n", "csv-extra"},
		"nothing":        {"", "csv-empty"},
		"a workbook":     {"PK\x03\x04\x00\x00", "csv-not-text"},
		"mixed":          {"name\nMüller\nM\xfcller\n", "csv-encoding"},
		"quote":          {"name\na\"b\n\"\n", "csv-quotes"},
		"wide":           {"name" + strings.Repeat(",", 64) + "\n", "csv-too-many-columns"},
	} {
		_, err := book.ReadCSV(book.Customer, strings.NewReader(tt.file), false)
		if got := rule(err); got != tt.rule {
			t.Errorf("%s: %s, want %s", name, got, tt.rule)
		}
		var r *book.Refusal
		for _, lang := range []string{"en", "id", "it"} {
			if !errors.As(err, &r) {
				break
			}
			if message, hint := r.Text(lang); message == "" || hint == "" || strings.Contains(message+hint, "{") {
				t.Errorf("%s in %s: %q %q", name, lang, message, hint)
			}
		}
	}
	if _, err := book.ReadCSV(book.Customer, broken{}, false); !errors.Is(err, errDisk) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

var errDisk = errors.New("disk")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errDisk }

func TestUnknownColumnsAreKeptInTheNotes(t *testing.T) {
	file := "Firma;Name;Note;\nACME;Rossi;vip;\n;Verdi;;stray\n"
	l, err := book.ReadCSV(book.Customer, strings.NewReader(file), true)
	if err != nil || len(l.Extra) != 1 || l.Rows[0].Fields["notes"] != "vip\nFirma: ACME" || l.Encoding != "UTF-8" {
		t.Fatalf("%+v, %v", l, err)
	}
	if f := l.Rows[1].Faults; len(f) != 1 || f[0].Rule != "csv-beyond" {
		t.Errorf("a cell without a header: %+v", l.Rows[1])
	}
	if len(l.Missing) != len(book.Columns(book.Customer))-2 {
		t.Errorf("missing %v", l.Missing)
	}
}

func TestWhatIsExportedComesBackUnchanged(t *testing.T) {
	d := rich(t)
	d.add("a0", book.Customer, "name", "=cmd|' /C calc'!A0", "notes", "'quoted\n+1\t;,\"", "phone", "+39 06", "clause", "@SUM(1)")
	for _, lang := range []string{"en", "id", "it"} {
		for _, register := range book.Registers() {
			var out bytes.Buffer
			if err := d.b.WriteCSV(&out, register, lang); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range slices.Concat(rows...) {
				if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
					t.Errorf("a spreadsheet would compute %q", cell)
				}
			}
			l := read(t, register, out.String())
			if p := d.b.Plan(l); !p.Nothing() || p.Same != len(d.b.List(register)) || len(l.Missing)+len(l.Extra) > 0 {
				t.Errorf("%s in %s: %+v\n%s", register, lang, p, out.String())
			}
		}
	}
}

// Whatever a file holds, what the rules take of it is exported and imported
// again without a change.
func FuzzImport(f *testing.F) {
	f.Add([]byte("Name;Telefon;Rolle\nM\xfcller;+49 30 1;x\n"), uint8(1))
	f.Add([]byte("name,aliases,domains,business_days\n\"=a\nb\",x;y,a.b,ja\n'A,,,\n"), uint8(2))
	f.Add([]byte("\xff\xfen\x00a\x00m\x00e\x00\n\x00x\x00"), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, n uint8) {
		register := book.Registers()[int(n)%4]
		l, err := book.ReadCSV(register, bytes.NewReader(data), true)
		if err != nil {
			return
		}
		d := newDesk(t)
		p, err := d.importing(l, true)
		if err != nil || p.New+p.Changed+p.Same+p.Doubled+p.Faulty != len(l.Rows) || len(d.b.List(register)) != p.New {
			t.Fatalf("%+v, %v", p, err)
		}
		if again := d.b.Plan(l); !again.Nothing() {
			t.Fatalf("the same file again: %+v", again)
		}
		var out bytes.Buffer
		if err := d.b.WriteCSV(&out, register, "it"); err != nil {
			t.Fatal(err)
		}
		back, err := book.ReadCSV(register, bytes.NewReader(append([]byte("\uFEFF"), out.Bytes()...)), false)
		if err != nil {
			t.Fatal(err)
		}
		if again := d.b.Plan(back); !again.Nothing() || again.Same != p.New {
			t.Fatalf("exported and read again: %+v\n%q", again, out.String())
		}
	})
}
