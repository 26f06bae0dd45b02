package cases_test

import (
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
)

func TestNormalIndicator(t *testing.T) {
	for _, tt := range []struct{ typ, in, want, shown string }{
		{"ip", "203.0.113[.]7", "203.0.113.7", "203[.]0[.]113[.]7"},
		{"ip", "2001:DB8::1", "2001:db8::1", "2001[:]db8[:][:]1"},
		{"ip", "::ffff:10.0.0.1", "10.0.0.1", "10[.]0[.]0[.]1"},
		{"domain", "Evil[.]Example.", "evil.example", "evil[.]example"},
		{"domain", "_dmarc.münchen.example", "_dmarc.münchen.example", "_dmarc[.]münchen[.]example"},
		{"host", "SRV-01", "srv-01", "srv-01"},
		{"url", "hxxps[://]Evil[.]example/Path?Q=1#F", "https://evil.example/Path?Q=1#F", "hxxps[://]evil[.]example/Path?Q=1#F"},
		{"url", "ftp://user:pw@Evil.example:21/x", "ftp://user:pw@evil.example:21/x", "ftp[://]user:pw@evil[.]example:21/x"},
		{"url", "http://[2001:DB8::1]:80/", "http://[2001:db8::1]:80/", "hxxp[://][2001:db8::1]:80/"},
		{"hash", strings.Repeat("AB", 32), strings.Repeat("ab", 32), strings.Repeat("ab", 32)},
		{"email", "Some.One[at]Evil[dot]example", "Some.One@evil.example", "Some[.]One[@]evil[.]example"},
		{"account", `CORP\Alice`, `CORP\Alice`, `CORP\Alice`},
		{"ACCOUNT", "alice[.]x", "alice[.]x", "alice[.]x"},
	} {
		got, err := cases.NormalIndicator(tt.typ, tt.in)
		if err != nil || got != tt.want {
			t.Errorf("%s %q: got %q, %v; want %q", tt.typ, tt.in, got, err, tt.want)
		}
		if shown := cases.Defang(strings.ToLower(tt.typ), got); shown != tt.shown {
			t.Errorf("%s %q is shown as %q, want %q", tt.typ, tt.in, shown, tt.shown)
		}
	}
}

func TestNormalIndicatorRefuses(t *testing.T) {
	for _, tt := range []struct{ typ, in string }{
		{"ip", "203.0.113.256"},
		{"ip", "fe80::1%eth0"},
		{"ip", "203.0.113.0/24"},
		{"ip", "evil.example"},
		{"domain", "localhost"},
		{"domain", "a..b"},
		{"domain", "-a.example"},
		{"domain", "203.0.113.7"},
		{"domain", "a b.example"},
		{"domain", strings.Repeat("a", 64) + ".example"},
		{"domain", strings.Repeat("a.", 130) + "example"},
		{"url", "evil.example/x"},
		{"url", "https://"},
		{"url", "https://a b/"},
		{"url", "https://exa mple/x"},
		{"url", "javascript:alert(1)"},
		{"url", "https://[::1/x"},
		{"url", "https://[10.0.0.1]/"},
		{"hash", "abc"},
		{"hash", strings.Repeat("g", 32)},
		{"hash", strings.Repeat("a", 56)},
		{"email", "evil.example"},
		{"email", "a b@evil.example"},
		{"email", "<a@evil.example>"},
		{"email", "a@localhost"},
		{"host", "a/b"},
		{"host", ""},
		{"account", "a\nb"},
		{"account", strings.Repeat("a", 257)},
		{"mutex", "x"},
		{"url", "https://evil.example/" + strings.Repeat("a", cases.MaxIndicator)},
	} {
		if got, err := cases.NormalIndicator(tt.typ, tt.in); err == nil {
			t.Errorf("%s %q: accepted as %q", tt.typ, tt.in, got)
		}
	}
}

func TestAttack11_LookAlikesAreFlaggedAndEscaped(t *testing.T) {
	for in, want := range map[string]string{
		"invoice\u202Efdp.exe":    cases.SuspectBidi,
		"pay\u200Bpal.example":    cases.SuspectInvisible,
		"p\u0430ypal.example":     cases.SuspectMixed, // Cyrillic а
		"аррӏе.com":               cases.SuspectMixed, // all Cyrillic under a Latin domain
		"support@gооgle.example":  cases.SuspectMixed,
		"https://αpple.example/x": cases.SuspectMixed,
		"xn--80ak6aa92e.com":      cases.SuspectPunycode,
		"www.xn--80ak6aa92e.com":  cases.SuspectPunycode,
		"Звонок от Budi Santoso":  "",
		"münchen.example":         "",
		"例え.example":              "",
		"Rina (SOC)":              "",
	} {
		if got := cases.Suspicious(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
		if want != "" && cases.SuspicionText("it", want) == "" {
			t.Errorf("no warning for %s", want)
		}
	}
	if got := cases.Visible("a\u202Eb\x1bc\n"); got != `a\u{202e}b\u{1b}c`+"\n" {
		t.Errorf("shown as %q", got)
	}
	d := openDesk(t)
	d.do(func(c *cases.Case) error { return id(c.AddNote("pay \u202Eevil")) })
	if row := d.c.Rows(d.all[1], "en")[0]; strings.ContainsRune(row.Text, '\u202E') {
		t.Errorf("the timeline turns: %q", row.Text)
	}
}

func FuzzNormalIndicator(f *testing.F) {
	for _, s := range []string{"203.0.113[.]7", "hxxps://Evil[.]example/x?y[.]z", "a@b.example", "münchen.example", "[[.].]", "http://a@[::1]:8/", `CORP\a`, "hxxp://hxxp[.]x/hxxp"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, typ := range cases.IndicatorTypes() {
			norm, err := cases.NormalIndicator(typ, s)
			if err != nil {
				continue
			}
			if again, err := cases.NormalIndicator(typ, norm); err != nil || again != norm {
				t.Fatalf("%s %q: normal %q normalises to %q (%v)", typ, s, norm, again, err)
			}
			if typ == "account" || typ == "hash" {
				continue
			}
			if back := cases.Refang(cases.Defang(typ, norm)); back != norm {
				t.Fatalf("%s %q: shown %q, read back %q", typ, norm, cases.Defang(typ, norm), back)
			}
		}
	})
}
