package cases_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

func TestRowsOfEveryKindHaveText(t *testing.T) {
	d := rich(t)
	for _, e := range d.all {
		for _, lang := range []string{"en", "id", "it"} {
			row := cases.Describe(e, lang)
			if row.Text == "" || strings.ContainsAny(row.Text, "{}") || row.Actor != "rina" || row.At.IsZero() || row.Recorded.IsZero() {
				t.Errorf("%s in %s: %+v", e.Kind, lang, row)
			}
		}
	}
	row := cases.Describe(d.all[1], "en")
	if row.Source != "hotline" || row.At.Zone() != "Europe/Rome" || row.Ref != "N1" || !strings.HasPrefix(row.Text, "Note: Caller") {
		t.Errorf("row %+v", row)
	}
}

func TestDescribeWithoutBody(t *testing.T) {
	for _, e := range []event.Event{
		{Kind: cases.KindNote, Destroyed: true},
		{Kind: cases.KindNote, Data: []byte(`{`)},
		{Kind: "note.added/2", Data: []byte(`{"text":"x"}`)},
	} {
		if row := cases.Describe(e, "it"); !strings.Contains(row.Text, "note.added") {
			t.Errorf("%+v: %q", e, row.Text)
		}
	}
}

func TestOffsetCorrectsWhatIsShown(t *testing.T) {
	d := rich(t) // the clock of fw is 90 s ahead
	for _, e := range d.all {
		if e.Kind != cases.KindImported {
			continue
		}
		rows := d.c.Rows(e, "en")
		if len(rows) != 2 || rows[1].At.String() != "2026-11-21T11:58:30Z" || rows[1].Said.String() != "2026-11-21T12:00:00Z" {
			t.Errorf("rows %+v", rows)
		}
	}
	said := event.Said{At: at(t, "2026-11-21T12:10Z"), Source: "fw"}
	if err := d.try(said, func(c *cases.Case) error { return id(c.AddNote("seen at the firewall")) }); err != nil {
		t.Fatal(err)
	}
	if row := d.c.Rows(d.all[len(d.all)-1], "en")[0]; row.At.String() != "2026-11-21T12:08:30Z" || row.Said != said.At {
		t.Errorf("row %+v", row)
	}
	d.do(func(c *cases.Case) error { return c.SetOffset("fw", -time.Second) })
	if by, ok := d.c.Offset("fw"); !ok || by != -time.Second {
		t.Errorf("offset %s", by)
	}
}

func TestParseTimelineCSV(t *testing.T) {
	rows, err := cases.ParseTimelineCSV(strings.NewReader("\xef\xbb\xbfText,Time,extra,Source,discovered\n" +
		"\"two\nlines\",2026-11-21T12:00Z,?,fw,2026-11-22T08:00+01:00\n'=1+1,2026-11-21T12:01Z,?,\n"))
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	if rows[0].Text != "two\nlines" || rows[0].Source != "fw" || rows[0].Found.IsZero() || rows[1].Text != "=1+1" || rows[1].Source != "" {
		t.Errorf("rows %+v", rows)
	}
}

func TestParseTimelineCSVRefuses(t *testing.T) {
	head := "time,source,text\n"
	for name, tt := range map[string]struct{ in, says string }{
		"empty":       {"", "header"},
		"no header":   {"2026-11-21T12:00Z,fw,x\n", "begin with the header"},
		"no zone":     {head + "2026-11-21 12:00,fw,x\n", "line 2"},
		"no text":     {head + "2026-11-21T12:00Z,fw,\n", "text is missing"},
		"not UTF-8":   {head + "2026-11-21T12:00Z,fw,\xff\n", "UTF-8"},
		"long":        {head + "2026-11-21T12:00Z,fw," + strings.Repeat("x", cases.MaxRowText+1) + "\n", "longer"},
		"bad quote":   {head + "2026-11-21T12:00Z,fw,\"x\n", "line 2"},
		"many":        {head + strings.Repeat("2026-11-21T12:00Z,fw,x\n", cases.MaxRows+1), "split the file"},
		"big":         {head + "2026-11-21T12:00Z,fw,\"" + strings.Repeat("x\n", cases.MaxCSV) + "\"\n", ""},
		"bad finding": {"time,source,text,discovered\n2026-11-21T12:00Z,fw,x,yesterday\n", "discovered"},
	} {
		_, err := cases.ParseTimelineCSV(strings.NewReader(tt.in))
		if !errors.Is(err, cases.ErrCSV) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

type brokenDisk struct{}

func (brokenDisk) Write([]byte) (int, error) { return 0, errors.New("disk is full") }

func TestFormatTimelineCSVReportsItsWriter(t *testing.T) {
	if err := cases.FormatTimelineCSV(brokenDisk{}, []cases.Row{{Text: "x"}}); err == nil {
		t.Fatal("no error from a full disk")
	}
}

func FuzzTimelineCSV(f *testing.F) {
	f.Add("time,source,text,discovered\n2026-11-21T12:00Z,fw,=cmd,\n")
	f.Add("time,source,text\n2026-11-21T12:00:01.5+07:00[Asia/Jakarta],\"a,b\",\"'=x\ny\"\n")
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := cases.ParseTimelineCSV(strings.NewReader(s))
		if err != nil {
			return
		}
		shown := make([]cases.Row, len(rows))
		for i, r := range rows {
			shown[i] = cases.Row{At: r.At, Source: r.Source, Text: r.Text, Found: r.Found}
		}
		var out bytes.Buffer
		if err := cases.FormatTimelineCSV(&out, shown); err != nil {
			t.Fatal(err)
		}
		again, err := cases.ParseTimelineCSV(&out)
		if err != nil || len(again) != len(rows) {
			t.Fatalf("%q → %q: %v", s, out.String(), err)
		}
		for i := range rows {
			if text := []instant.Instant{rows[i].At, rows[i].Found}; again[i].Text != rows[i].Text || again[i].Source != rows[i].Source ||
				again[i].At.String() != text[0].String() || again[i].Found.String() != text[1].String() {
				t.Fatalf("%+v became %+v", rows[i], again[i])
			}
		}
	})
}

func TestRowsAreImportedOnce(t *testing.T) {
	d := openDesk(t)
	rows := []cases.ImportRow{
		{At: instant.Of(start), Source: "proxy", Text: "POST 48 MB"},
		{At: instant.Of(start), Source: "proxy", Text: "POST 49 MB"},
		{At: instant.Of(start), Source: "proxy", Text: "POST 48 MB"},
	}
	fresh, known := cases.NewRows(d.all, rows)
	if len(fresh) != 2 || known != 1 {
		t.Fatalf("of a file with a double: %d new, %d known", len(fresh), known)
	}
	d.add(func(c *cases.Case) (string, error) { return c.ImportTimeline("proxy log", fresh) })
	longer := append(rows, cases.ImportRow{At: instant.Of(start), Source: "mail", Text: "POST 48 MB"})
	if fresh, known = cases.NewRows(d.all, longer); len(fresh) != 1 || known != 3 || fresh[0].Source != "mail" {
		t.Errorf("of the longer file: %+v new, %d known", fresh, known)
	}
}
