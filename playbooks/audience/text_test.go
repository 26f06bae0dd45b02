package audience_test

import (
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func TestTextsAreSearchedAsProgramsWriteThem(t *testing.T) {
	n := search(t)
	wrapped := func(s string) string {
		code := base64.StdEncoding.EncodeToString([]byte(s))
		var b strings.Builder
		for i := 0; i < len(code); i += 76 {
			b.WriteString(code[i:min(i+76, len(code))] + "\r\n")
		}
		return b.String()
	}
	for name, test := range map[string]struct {
		text  string
		of    string
		plain bool
	}{
		"plain":            {"10:02 acme signed in\n", "C3", true},
		"JSON newline":     {`{"a":"one\nAcme two"}`, "C3", true},
		"JSON escape":      {`{"a":"M\u00fcller \u0026 S\u00F6hne GmbH"}`, "C1", true},
		"percent":          {"GET /?q=M%C3%BCller%20%26%20S%c3%b6hne%20GmbH", "C1", true},
		"quoted-printable": {"M=C3=BCller & S=C3=B6=\r\nhne GmbH", "C1", true},
		"none":             {"nothing of anybody\n", "", true},
		"backslash at end": {`acme\`, "C3", true},
		"zero byte":        {"acme\x00", "", false},
		"not UTF-8":        {"M\xfcller & S\xf6hne GmbH acme", "", false},
		"mail in base64":   {"Subject: hello\r\n\r\n" + wrapped(strings.Repeat("to Acme with love. ", 60)), "", false},
		"a long line":      {strings.Repeat("ü", 70<<10) + " acme", "C3", true},
	} {
		hits, text, err := n.InText(name, strings.NewReader(test.text))
		of := ""
		for _, h := range hits {
			of = h.Name.Of
		}
		if err != nil || text != test.plain || of != test.of {
			t.Errorf("%s: text %v, found %q, %v", name, text, of, err)
		}
	}
}

func TestUnreadableTextIsAnError(t *testing.T) {
	bad := errors.New("disk gone")
	_, _, err := search(t).InText("E1/1", io.MultiReader(strings.NewReader("one\n"), iotest.ErrReader(bad)))
	if !errors.Is(err, bad) {
		t.Error(err)
	}
}

func TestJSONIsSearchedByItsStrings(t *testing.T) {
	n := search(t)
	hits, err := n.InJSON("entry aa:3", []byte(`{"text":"first line\nAcme","list":[{"x":"STRASSENBAU\tNORD"}],"n":1}`))
	if err != nil || len(hits) != 2 || hits[0].Where != "entry aa:3 list 1 x" || hits[1].Where != "entry aa:3 text" {
		t.Errorf("%v %v", hits, err)
	}
	if hits, _ = n.InJSON("the report", []byte(`{"decisions":[{"id":"D1"},{"id":"D3","text":"ask Acme"}]}`)); hits[0].Where != "the report decisions D3 text" {
		t.Errorf("%v", hits)
	}
	if _, err := n.InJSON("x", []byte(`{`)); err == nil {
		t.Error("broken JSON was searched")
	}
}

// Whatever a text is, searching it neither fails nor calls bytes a text.
func FuzzInText(f *testing.F) {
	f.Add([]byte("acme\\u00"), true)
	f.Add([]byte("=C3=\r\n%4"), false)
	n := search(&testing.T{})
	f.Fuzz(func(t *testing.T, data []byte, halves bool) {
		var r io.Reader = strings.NewReader(string(data))
		if halves {
			r = iotest.HalfReader(r)
		}
		_, text, err := n.InText("x", r)
		if err != nil || text && !utf8.Valid(data) {
			t.Errorf("text %v, %v", text, err)
		}
	})
}
