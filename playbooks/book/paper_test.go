package book_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/render/markdown"
	"github.com/posko-ir/posko/playbooks/render/pdf"
)

func TestThePaperSaysEverythingInEveryLanguage(t *testing.T) {
	d := rich(t)
	d.add("b0", book.Contact, "name", "Nobody's role", "second", "knock at the door")
	d.apply("b0", book.KindAdded, `{"id":"CUS-B1","register":"customer","fields":{"name":"müller & söhne","phone":"1","colour":"red"}}`)
	now := instant.Of(time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC))
	for lang, says := range map[string][]string{
		"en": {"Who to call", "Insurer", "yes", "Has the same name as CUS-B1"},
		"id": {"Siapa yang dihubungi", "Asuransi", "Bernama sama dengan CUS-B1"},
		"it": {"Chi chiamare", "Assicuratore", "Ha lo stesso nome di CUS-B1"},
	} {
		var out bytes.Buffer
		if err := markdown.Render(&out, d.b.Document("Example Ltd", now, lang)); err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(out.String(), `\`, "")
		for _, want := range append(says, "Example Ltd", "SYS-A1", "Billing", "+39 06 1234", "+49 30 1", "sec@mail.example", "knock at the door", "red") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing in\n%s", lang, want, text)
			}
		}
		if strings.Contains(text, "State police") {
			t.Errorf("%s: a removed contact is printed", lang)
		}
		out.Reset()
		if err := pdf.Render(&out, d.b.Document("Example Ltd", now, lang)); err != nil || !bytes.HasPrefix(out.Bytes(), []byte("%PDF-")) {
			t.Errorf("%s: %v", lang, err)
		}
	}
	empty := new(book.Book).Document("Example Ltd", now, "en")
	for _, s := range empty.Sections {
		if len(s.Blocks) != 1 {
			t.Errorf("%s does not say that it is empty", s.Title)
		}
	}
}

func TestValuesForPrograms(t *testing.T) {
	d := rich(t)
	r, _ := d.b.Find("SYS-A1")
	if v := r.Values(); v["logs_days"] != 90 || v["owner"] != "Rina" {
		t.Errorf("%v", v)
	}
	r, _ = d.b.Find("CUS-A1")
	if v := r.Values(); v["business_days"] != true || len(v["domains"].([]string)) != 2 {
		t.Errorf("%v", v)
	}
}
