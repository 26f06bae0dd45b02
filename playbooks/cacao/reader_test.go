package cacao

import (
	"strings"
	"testing"
)

func fields(t *testing.T, text string) (*Reader, *Fields) {
	t.Helper()
	v, err := parseValue([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	r := &Reader{}
	return r, r.Fields(v, "")
}

func TestReaderNotesWrongKinds(t *testing.T) {
	for _, test := range []struct {
		text string
		read func(f *Fields) any
		path string
		want string // the message; empty for none
	}{
		{`{"a":"x"}`, func(f *Fields) any { return f.Text("a") }, "", ""},
		{`{"a":1}`, func(f *Fields) any { return f.Text("a") }, "/a", "write a string here, not a number"},
		{`{"a":null}`, func(f *Fields) any { return f.Text("a") }, "/a", "write a string here, not null"},
		{`{"a":"true"}`, func(f *Fields) any { return f.Bool("a") }, "/a", "write a boolean here, not a string"},
		{`{"a":{}}`, func(f *Fields) any { return f.Texts("a") }, "/a", "write an array here, not an object"},
		{`{"a":["x",2]}`, func(f *Fields) any { return f.Texts("a") }, "/a/1", "write a string here, not a number"},
		{`{"a":[{},[]]}`, func(f *Fields) any { return f.List("a") }, "/a/1", "write an object here, not an array"},
		{`{"a":[]}`, func(f *Fields) any { return f.Fields("a") }, "/a", "write an object here, not an array"},
		{`{"a":[]}`, func(f *Fields) any { return f.Members("a") }, "/a", "write an object here, not an array"},
		{`{"a/b~c":7}`, func(f *Fields) any { return f.Text("a/b~c") }, "/a~1b~0c", "write a string here, not a number"},
		{`{}`, func(f *Fields) any { return f.Required("a") }, "", `add the property "a"`},
		{`{"A":"x"}`, func(f *Fields) any { return f.Required("a") }, "", `add the property "a"`},
		{`{"a":""}`, func(f *Fields) any { return f.Required("a") }, "/a", "write something here"},
		{`{"a":-1}`, func(f *Fields) any { n, _ := f.Int("a", 0, 9); return n }, "/a", "write a whole number from 0 to 9"},
		{`{"a":1.0}`, func(f *Fields) any { n, _ := f.Int("a", 0, 9); return n }, "/a", "write a whole number from 0 to 9"},
		{`{"a":99999999999999999999}`, func(f *Fields) any { n, _ := f.Int("a", 0, 9); return n }, "/a", "write a whole number from 0 to 9"},
	} {
		r, f := fields(t, test.text)
		test.read(f)
		found := r.Findings()
		if test.want == "" {
			if len(found) != 0 {
				t.Errorf("%s: %v", test.text, found)
			}
			continue
		}
		if len(found) != 1 || found[0].Path != test.path || found[0].Message != test.want {
			t.Errorf("%s: %v, want %q at %q", test.text, found, test.want, test.path)
		}
	}
}

func TestReaderRest(t *testing.T) {
	r, f := fields(t, `{"a":"x","b":1,"B":2,"c":3}`)
	f.Text("a")
	f.Value("b")
	f.Rest(Info)
	var got []string
	for _, one := range r.Findings() {
		got = append(got, string(one.Severity)+one.Path+" "+one.Code)
	}
	if s := strings.Join(got, ", "); s != "warning/B case-variant, info/c unknown-property" {
		t.Errorf("got %s", s)
	}
}

func TestNilFieldsAreEmpty(t *testing.T) {
	r, f := fields(t, `{}`)
	none := f.Fields("missing")
	if none != nil || none.Text("x") != "" || none.Bool("x") || none.Texts("x") != nil || none.List("x") != nil ||
		none.Members("x") != nil || none.Fields("x") != nil || none.Required("x") != "" || none.Path("x") != "" {
		t.Error("a missing object has properties")
	}
	if none.Rest(Error); len(r.Findings()) != 0 {
		t.Errorf("findings about a missing object: %v", r.Findings())
	}
	if r.Fields(nil, "") != nil || (*Value)(nil).Raw() != nil || (*Value)(nil).Text() != "" || (*Value)(nil).Get("x") != nil {
		t.Error("a missing value is something")
	}
}

func TestValuesKeepTheirSpelling(t *testing.T) {
	for text, want := range map[string]string{
		`9007199254740993`: "9007199254740993",
		`1.0E+2`:           "1.0E+2",
		`-0`:               "-0",
		`true`:             "true",
		`null`:             "",
		`"\u00e9\n\"/"`:    "é\n\"/",
		`"\ud83d\ude00"`:   "😀",
		`[1]`:              "",
	} {
		v, err := parseValue([]byte(" " + text + "\n"))
		if err != nil || v.Text() != want || string(v.Raw()) != text {
			t.Errorf("%s: %q, raw %q, %v", text, v.Text(), v.Raw(), err)
		}
	}
}

func TestFindingsComeErrorsFirst(t *testing.T) {
	p, _ := parse(t, cellar(t))
	p, _, err := p.Set("/revoked", true)
	if err != nil {
		t.Fatal(err)
	}
	_, found, err := p.Remove("/name")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, string(f.Severity))
	}
	if s := strings.Join(got, " "); s != "error warning info" {
		t.Errorf("order %s: %v", s, found)
	}
	if s := found[0].String(); s != `error : add the property "name" (missing)` {
		t.Errorf("line %q", s)
	}
}
