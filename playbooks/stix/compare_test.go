package stix

import (
	"errors"
	"strings"
	"testing"
)

func TestLike(t *testing.T) {
	for _, test := range []struct {
		text, pattern string
		want          bool
	}{
		{"", "", true},
		{"", "%", true},
		{"", "_", false},
		{"abc", "abc", true},
		{"abc", "ABC", false},
		{"abc", "a_c", true},
		{"abc", "a%", true},
		{"abc", "%c", true},
		{"abc", "%b%", true},
		{"abc", "%%", true},
		{"abc", "a%b", false},
		{"abcabd", "%ab_", true},
		{"über", "_ber", true},
		{"a%c", "a%c", true},
		{"ab", "a", false},
	} {
		if got := like([]rune(test.text), []rune(test.pattern)); got != test.want {
			t.Errorf("%q LIKE %q: %v", test.text, test.pattern, got)
		}
	}
}

// With a way back to every % this would not end in a lifetime.
func TestLikeDoesNotExplode(t *testing.T) {
	if like([]rune(strings.Repeat("a", 5000)), []rune(strings.Repeat("%a", 500)+"b")) {
		t.Error("matched")
	}
}

func TestSubnets(t *testing.T) {
	for _, test := range []struct {
		inner, outer string
		want         bool
	}{
		{"10.1.2.3", "10.0.0.0/8", true},
		{"10.1.0.0/16", "10.0.0.0/8", true},
		{"10.0.0.0/8", "10.1.0.0/16", false},
		{"10.1.2.3", "10.1.2.3", true},
		{"11.1.2.3", "10.0.0.0/8", false},
		{"2001:db8::5", "2001:db8::/32", true},
		{"10.1.2.3", "::/0", false},
		{" 10.1.2.3 ", "10.1.2.0/24", true},
	} {
		vars := func(string) (Value, bool) { return Value{"string", test.inner}, true }
		e, err := Parse("__a__ ISSUBSET '" + test.outer + "'")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.Eval(vars); err != nil || got != test.want {
			t.Errorf("%s in %s: %v, %v", test.inner, test.outer, got, err)
		}
	}
}

// Two variables are compared by what their types say; with a type on one side
// only, the other must read as it.
func TestCompareVariables(t *testing.T) {
	for _, test := range []struct {
		left, right Value
		operator    string
		want        bool
		err         error
	}{
		{Value{"integer", "9"}, Value{"integer", "10"}, "<", true, nil},
		{Value{"string", "9"}, Value{"string", "10"}, "<", false, nil},
		{Value{"integer", "9"}, Value{"string", "10"}, "<", true, nil},
		{Value{"integer", "9"}, Value{"string", "ten"}, "<", false, ErrMismatch},
		{Value{"float", "1.0"}, Value{"integer", "1"}, "=", true, nil},
		{Value{"bool", "TRUE"}, Value{"string", "true"}, "=", true, nil},
		{Value{"bool", "true"}, Value{"bool", "false"}, "!=", true, nil},
		{Value{"bool", "true"}, Value{"integer", "1"}, "=", false, ErrMismatch},
		{Value{"long", "9007199254740993"}, Value{"long", "9007199254740992"}, ">", true, nil},
		{Value{"uuid", "a"}, Value{"string", "A"}, "=", false, nil},
		{Value{"string", ""}, Value{"string", ""}, "=", true, nil},
		{Value{"integer", ""}, Value{"integer", "0"}, "=", false, ErrMismatch},
		{Value{"float", "0x10"}, Value{"integer", "16"}, "=", false, ErrMismatch},
	} {
		vars := func(name string) (Value, bool) {
			return map[string]Value{"__l__": test.left, "__r__": test.right}[name], true
		}
		e, err := Parse("__l__:value " + test.operator + " __r__:value")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.Eval(vars); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%v %s %v: %v, %v", test.left, test.operator, test.right, got, err)
		}
	}
}

func TestLimits(t *testing.T) {
	many := "__a__" + strings.Repeat(" OR __a__", MaxLength/9-1)
	if e, err := Parse(many); err != nil || len(e.Variables()) != 1 {
		t.Errorf("a long condition: %v", err)
	}
	set := "__a__ IN (1" + strings.Repeat(",1", MaxParts) + ")"
	if _, err := Parse(set); !errors.Is(err, ErrSyntax) {
		t.Errorf("a set over the limit: %v", err)
	}
	deep := strings.Repeat("(", MaxDepth) + "__a__" + strings.Repeat(")", MaxDepth)
	if e, err := Parse(deep); err != nil || e.String() != "__a__:value" {
		t.Errorf("parentheses up to the limit: %v", err)
	}
}
