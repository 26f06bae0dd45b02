package collect_test

import (
	"testing"
	"unicode/utf8"

	"github.com/posko-ir/posko/store/collect"
)

func TestVisibleName(t *testing.T) {
	seen := map[string]string{}
	for name, want := range map[string]string{
		"plain é 文書.pdf": "plain é 文書.pdf",
		"a\u202Efdp.exe": `a\u{202E}fdp.exe`,
		"two\nlines\tx":  `two\x0Alines\x09x`,
		"bad\xffname":    `bad\xFFname`,
		`bad\xFFname`:    `bad\\xFFname`,
		"z\u200Bw":       `z\u{200B}w`,
		"fill\u3164er":   `fill\u{3164}er`,
		"\uFFFD":         `\u{FFFD}`,
		"c1\u0085":       `c1\u{0085}`,
		"no\u00a0break":  `no\u{00A0}break`,
	} {
		got := collect.VisibleName(name)
		if got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
		if other, twice := seen[got]; twice {
			t.Errorf("%q and %q look the same", name, other)
		}
		seen[got] = name
		if valid := collect.ValidName(name); !utf8.ValidString(valid) || utf8.ValidString(name) && valid != name {
			t.Errorf("%q as JSON: %q", name, valid)
		}
	}
}
