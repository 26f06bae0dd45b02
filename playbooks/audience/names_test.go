package audience_test

import (
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/audience"
)

func search(t *testing.T) *audience.Names {
	t.Helper()
	n, short := audience.NewNames([]audience.Name{
		{Of: "C1", Text: "Müller & Söhne GmbH"},
		{Of: "C1", Text: "mueller-soehne.example"},
		{Of: "C2", Text: "Straßenbau Nord"},
		{Of: "C3", Text: "Acme"},
		{Of: "C4", Text: "Acme Research"},
		{Of: "C5", Text: "XY"},
		{Of: "C6", Text: "PT Contoh Jaya"},
	})
	if len(short) != 1 || short[0].Of != "C5" {
		t.Fatalf("too short are %v", short)
	}
	return n
}

func TestNamesAreFoundHoweverWritten(t *testing.T) {
	n := search(t)
	for text, want := range map[string]string{
		"to müller & söhne gmbh.":                 "C1",
		"MÜLLER & SÖHNE GMBH":                     "C1",
		"Mu\u0308ller  &\n So\u0308hne\tGmbH":     "C1",
		"from: rina@mail.mueller-soehne.example>": "C1",
		"hxxps://mueller-soehne[.]example/x":      "C1",
		"mueller-soehne(.)example":                "C1",
		"mueller-soehne.examples":                 "",
		"xmueller-soehne.example":                 "",
		"to Mueller & Soehne GmbH":                "C1",
		"STRASSENBAU NORD":                        "C2",
		"acme":                                    "C3",
		"acmeist":                                 "",
		"[acme]":                                  "C3",
		"(Acme)":                                  "C3",
		"\u202eAc\u200bme":                        "C3",
		"pt  contoh\u00a0jaya":                    "C6",
		"XY":                                      "",
		"nothing here":                            "",
		strings.Repeat("a", 9000) + " acme":       "C3",
		strings.Repeat("müller & söhne ", 500) + ".": "",
	} {
		got := ""
		for _, h := range n.In("x", text) {
			got = h.Name.Of
		}
		if got != want {
			t.Errorf("%.60q: found %q, want %q", text, got, want)
		}
	}
}

func TestBareNames(t *testing.T) {
	for name, want := range map[string]string{
		"Müller & Söhne GmbH": "Müller & Söhne", "PT Contoh Jaya Tbk.": "Contoh Jaya", "Rossi S.p.A.": "Rossi",
		"Acme, Inc.": "Acme", "GmbH": "GmbH", "Cocoa Ltd": "Cocoa", "": "",
	} {
		if got := audience.Bare(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestHitsSayWhere(t *testing.T) {
	hits := search(t).In("E1/3", "one\ntwo\nfor Acme Research only\nAcme again")
	if len(hits) != 2 {
		t.Fatalf("hits %+v", hits)
	}
	for _, h := range hits {
		if h.Where != "E1/3" || h.Line != 3 || !strings.Contains(h.Text, "for Acme") {
			t.Errorf("hit %+v", h)
		}
	}
}

// However a text is cut into pieces, the same names are found.
func FuzzPiecesDoNotMatter(f *testing.F) {
	f.Add("see Müller & Söhne GmbH and acme[.]", 3)
	f.Add("mueller-soehne[.]example", 14)
	f.Add("", 0)
	n, _ := audience.NewNames([]audience.Name{{Text: "Müller & Söhne GmbH"}, {Text: "mueller-soehne.example"}, {Text: "acme"}})
	f.Fuzz(func(t *testing.T, text string, at int) {
		whole := n.In("x", text)
		runes := []rune(text)
		if at < 0 || at > len(runes) {
			at = len(runes) / 2
		}
		s := n.Searcher("x")
		s.Write(string(runes[:at]))
		s.Write(string(runes[at:]))
		if got := s.Close(); len(got) != len(whole) {
			t.Errorf("in pieces %v, whole %v", got, whole)
		}
	})
}
