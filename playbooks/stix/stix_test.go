package stix

import (
	"errors"
	"strings"
	"testing"
)

func vars(name string) (Value, bool) {
	v, ok := map[string]Value{
		"__yes__":    {"bool", "true"},
		"__no__":     {"bool", "False"},
		"__word__":   {"string", "true"},
		"__empty__":  {"string", ""},
		"__text__":   {"string", "it's a leak"},
		"__n__":      {"integer", "12"},
		"__big__":    {"integer", "9007199254740993"},
		"__f__":      {"float", "1.50"},
		"__inf__":    {"float", "inf"},
		"__when__":   {"string", "2026-11-21T14:02:00+01:00"},
		"__hex__":    {"hexstring", "00ff"},
		"__b64__":    {"string", "AP8="},
		"__ip__":     {"ipv4-addr", "10.1.2.3"},
		"__six__":    {"ipv6-addr", "2001:db8::1"},
		"__own-it__": {"fancy", "x"},
	}[name]
	return v, ok
}

func TestEval(t *testing.T) {
	for expr, want := range map[string]bool{
		`__yes__:value = true`:                          true,
		`__yes__ == 'true'`:                             true,
		`__word__:value == "true"`:                      true,
		`__word__:value = true`:                         true,
		`true = __yes__:value`:                          true,
		`__no__:value != TRUE`:                          true,
		`__yes__`:                                       true,
		`NOT __no__:value`:                              true,
		`__empty__:value = ''`:                          true,
		`__text__:value = 'it\'s a leak'`:               true,
		`__n__:value >= 12 AND __n__:value < 12.5`:      true,
		`__n__:value = '12'`:                            true,
		`__n__:value > 9`:                               true, // numbers, not text
		`__big__:value = 9007199254740992`:              false,
		`__f__:value = 1.5`:                             true,
		`__f__:value <> 1.5`:                            false,
		`__n__:value NOT = 13`:                          true,
		`__n__:value IN (1, 12)`:                        true,
		`__n__:value NOT IN (1, 12)`:                    false,
		`__own-it__:value in ('x','y')`:                 true,
		`__n__:value = __f__:value`:                     false,
		`__when__:value = t'2026-11-21T13:02:00Z'`:      true,
		`__when__:value < t'2026-11-21T14:02:00Z'`:      true,
		`__hex__:value = h'00FF'`:                       true,
		`__b64__:value = b'AP8='`:                       true,
		`__hex__:value = b'AP8='`:                       true,
		`__text__:value LIKE 'it%l_ak'`:                 true,
		`__text__:value LIKE 'leak'`:                    false,
		`__text__:value MATCHES 'l.{2}k$'`:              true,
		`__text__:value MATCHES '^\w+\'s'`:              true,
		`__ip__:value ISSUBSET '10.0.0.0/8'`:            true,
		`__ip__:value ISSUPERSET '10.1.2.3/32'`:         true,
		`__six__:value ISSUBSET '10.0.0.0/8'`:           false,
		`EXISTS __n__ AND NOT EXISTS __ghost__`:         true,
		`[__n__:value = 12] AND [__yes__:value = true]`: true,
		`__no__ OR __yes__ AND __no__`:                  false,
		`(__no__ OR __yes__) AND __yes__`:               true,
		`NOT (__no__ OR __yes__)`:                       false,
		`__ghost__:value = 1 AND __no__`:                false, // settled without the unknown
		`__yes__ OR __n__:value = 'x'`:                  true,
		`__n__:value IN ('x', 12)`:                      true,
	} {
		e, err := Parse(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		if got, err := e.Eval(vars); err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", expr, got, err, want)
		}
	}
}

func TestEvalRefuses(t *testing.T) {
	for expr, want := range map[string]error{
		`__ghost__:value = 1`:                      ErrUndefined,
		`NOT __ghost__`:                            ErrUndefined,
		`__ghost__:value = 1 AND __yes__`:          ErrUndefined,
		`__no__ OR __ghost__`:                      ErrUndefined,
		`__n__:value IN (1, __ghost__)`:            ErrUndefined,
		`__text__:value > 5`:                       ErrMismatch,
		`__text__:value = true`:                    ErrMismatch,
		`__text__:value`:                           ErrMismatch,
		`__n__:value = 'twelve'`:                   ErrMismatch,
		`__yes__:value > false`:                    ErrMismatch,
		`__inf__:value > 1`:                        ErrMismatch,
		`__text__:value = t'2026-11-21T13:02:00Z'`: ErrMismatch,
		`__text__:value = h'00'`:                   ErrMismatch,
		`__text__:value ISSUBSET '10.0.0.0/8'`:     ErrMismatch,
		`__ip__:value ISSUBSET 'ten'`:              ErrMismatch,
		`__n__:value = true`:                       ErrMismatch,
	} {
		e, err := Parse(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		_, err = e.Eval(vars)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", expr, err, want)
		}
		if errors.Is(want, ErrUndefined) && !strings.Contains(err.Error(), "__ghost__") {
			t.Errorf("%s: %v does not name the variable", expr, err)
		}
	}
}

func TestParseErrorsSayWhereAndWhat(t *testing.T) {
	for expr, want := range map[string]string{
		``:                        "character 1: expected a variable or a constant, found the end",
		`__a__:value`:             "",
		`__a__:value =`:           "character 14: expected a variable or a constant, found the end",
		`__a__:value = 'x`:        "character 17: expected the closing ', found the end",
		`__a__:other = 1`:         `character 6: expected :value, found ":other = 1"`,
		`__a = 1`:                 `character 1: expected a variable like __name__:value, found "__a = 1"`,
		`a = 1`:                   `character 1: expected a variable or a constant, found "a = 1"`,
		`__a__:value = 1 2`:       `character 17: expected AND, OR or the end, found "2"`,
		`(__a__:value = 1`:        "character 17: expected AND, OR or ), found the end",
		`[__a__:value = 1)`:       `character 17: expected AND, OR or ], found ")"`,
		`__a__:value IN 1`:        `character 16: expected (, found "1"`,
		`__a__:value IN ()`:       `character 17: expected a constant, found ")"`,
		`__a__:value IN (1`:       "character 18: expected , or ), found the end",
		`__a__:value LIKE 5`:      `character 18: expected a text in quotes, found "5"`,
		`__a__:value MATCHES '('`: `character 21: expected a regular expression (RE2), found "("`,
		`__a__:value NOT AND`:     `character 17: expected a comparison like = or IN, found "AND"`,
		`'x'`:                     "character 4: expected a comparison like = or IN, found the end",
		`EXISTS 'x'`:              `character 8: expected a variable like __name__:value, found "'x'"`,
		`__a__:value = h'0'`:      `character 15: expected hex digits in quotes, found "h'0'"`,
		`__a__:value = t'noon'`:   `character 15: expected a timestamp in quotes, found "t'noon'"`,
		`__a__:value = 1.2.3`:     `character 15: expected a variable or a constant, found "1.2.3"`,
		`__a__:value = 1 FOLLOWEDBY [__a__:value = 2]`: `character 17: expected AND, OR or the end, found "FOLLOWEDBY [__a__:va…"`,
		`__a__:value = €`:                              `character 15: expected a variable or a constant, found "€"`,
		"__a__:value = '\xff'":                         `character 1: expected text in UTF-8, found "other bytes"`,
		strings.Repeat("(", MaxDepth+1) + "__a__":      `character 66: expected at most 64 levels of parentheses, found "__a__"`,
		strings.Repeat("NOT ", MaxDepth+1) + "__a__":   `character 261: expected at most 64 levels of parentheses, found "__a__"`,
		strings.Repeat(" ", MaxLength+1):               `character 8193: expected at most 8192 characters, found "more"`,
	} {
		_, err := Parse(expr)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", expr, err)
			}
			continue
		}
		if err == nil || err.Error() != "condition, "+want || !errors.Is(err, ErrSyntax) {
			t.Errorf("%.30q:\n got %v\nwant condition, %s", expr, err, want)
		}
	}
}

func TestStringAndVariables(t *testing.T) {
	const src = `not ( [__b__ == "it's"] and (__a__:value<>5 or __b__ like 'x%' or (__c-1__ NOT in (true,'y')))) `
	const want = `NOT (__b__:value = 'it\'s' AND (__a__:value != 5 OR __b__:value LIKE 'x%' OR __c-1__:value NOT IN (true, 'y')))`
	e, err := Parse(src)
	if err != nil {
		t.Fatal(err)
	}
	if got := e.String(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got := strings.Join(e.Variables(), " "); got != "__a__ __b__ __c-1__" {
		t.Errorf("variables %s", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`__a__:value = 'x\'\\' AND (NOT __b__ OR __c__:value NOT IN (1, -2.5, true))`)
	f.Add(`[__a__:value LIKE "\d%"] OR EXISTS __b__ AND __a__ >= t'2026-01-01T00:00:00Z'`)
	f.Add(`__a__ MATCHES '^x+$' AND h'00ff' = __h__ AND b'AP8=' != __h__ AND __a__ ISSUBSET '::/0'`)
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Parse(src)
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Fatalf("other error: %v", err)
			}
			return
		}
		plain := e.String()
		if len(plain) > MaxLength {
			return
		}
		again, err := Parse(plain)
		if err != nil || again.String() != plain {
			t.Fatalf("%q became %q: %v", src, plain, err)
		}
		got, err1 := e.Eval(vars)
		same, err2 := again.Eval(vars)
		if got != same || (err1 == nil) != (err2 == nil) {
			t.Fatalf("%q gives %v, %v but %q gives %v, %v", src, got, err1, plain, same, err2)
		}
	})
}
