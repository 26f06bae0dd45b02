package report

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/instant"
)

func TestLocal(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"2026-11-21T14:02:00Z":      "2026-11-21 14:02:00 UTC",
		"2026-11-21T14:02:00+01:00": "2026-11-21 14:02:00 +01:00 (2026-11-21 13:02:00 UTC)",
		"2026-11-21T01:30:00+07:00[Asia/Jakarta]": "2026-11-21 01:30:00 +07:00 Asia/Jakarta (2026-11-20 18:30:00 UTC)",
		"2026-11-21T14:02:00Z[Europe/London]":     "2026-11-21 14:02:00 +00:00 Europe/London (2026-11-21 14:02:00 UTC)",
	} {
		var i instant.Instant
		if err := i.UnmarshalText([]byte(in)); err != nil {
			t.Fatal(err)
		}
		if got := inline(i); got != want {
			t.Errorf("inline(%q) = %q, want %q", in, got, want)
		}
		if got := strings.Join(strings.Fields(local(i)), " "); got != strings.NewReplacer("(", "", ")", "").Replace(want) {
			t.Errorf("local(%q) = %q", in, got)
		}
	}
	if utc(time.Time{}) != "" {
		t.Error("no time is written as a time")
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[int64]string{
		0: "0 s", 59: "59 s", 60: "1 min", 3600: "1 h", 3661: "1 h 1 min", 90000: "1 d 1 h", 86400 + 59: "1 d",
		-1800: "-30 min", 40 * 86400: "40 d",
	} {
		if got := speak("en").duration(seconds); got != want {
			t.Errorf("duration(%d) = %q, want %q", seconds, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 3 << 20: "3.0 MiB", 1 << 62: "4.0 EiB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestArgv(t *testing.T) {
	for want, words := range map[string][]string{
		`ss -tanp`: {"ss", "-tanp"}, `sh -c "a b"`: {"sh", "-c", "a b"}, `x ""`: {"x", ""}, `x "it's" "\"q\""`: {"x", "it's", `"q"`},
	} {
		if got := argv(words); got != want {
			t.Errorf("argv(%q) = %s, want %s", words, got, want)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain é 漢 €":     "plain é 漢 €",
		"a\r\nb\nc":       "a\nb\nc",
		"a\rb":            `a\u{000D}b`,
		"tab\tnbsp\u00a0": "tab nbsp ",
		"\u202egpj.exe":   `\u{202E}gpj.exe`,
		"a\u200bb\ufeff":  `a\u{200B}b\u{FEFF}`,
		"\x00\x1b[31m":    `\u{0000}\u{001B}[31m`,
		"a\xffb":          `a\x{FF}b`,
		"\ufffd":          `\u{FFFD}`,
		"\u2028":          `\u{2028}`,
		"\ue000":          `\u{E000}`,
		"\U000e0041":      `\u{E0041}`,
	} {
		if got := Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzVisible: what comes out is UTF-8 that can be seen, whatever went in, and
// making it visible again changes nothing.
func FuzzVisible(f *testing.F) {
	for _, s := range []string{"", "a\r\n", "\u202e", "\xff\xfe", "\r", "a\u200d\U0010ffff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Visible(s)
		if !utf8.ValidString(got) || Visible(got) != got {
			t.Fatalf("%q becomes %q", s, got)
		}
		for _, r := range got {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%q still has %q", got, r)
			}
		}
	})
}
