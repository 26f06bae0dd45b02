package instant_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/instant"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ in, text, utc, zone string }{
		{"2026-11-21T14:02+01:00", "2026-11-21T14:02:00+01:00", "2026-11-21T13:02:00Z", ""},
		{"2026-11-21T14:02:03Z", "2026-11-21T14:02:03Z", "2026-11-21T14:02:03Z", ""},
		{"2026-11-21T14:02:03.5+07:00[Asia/Jakarta]", "2026-11-21T14:02:03.5+07:00[Asia/Jakarta]", "2026-11-21T07:02:03.5Z", "Asia/Jakarta"},
		{" 2026-11-21T14:02Z ", "2026-11-21T14:02:00Z", "2026-11-21T14:02:00Z", ""},
		{"2026-11-21T14:02Z[Etc/GMT+5]", "2026-11-21T14:02:00Z[Etc/GMT+5]", "2026-11-21T14:02:00Z", "Etc/GMT+5"},
	} {
		got, err := instant.Parse(tt.in)
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		if got.String() != tt.text || got.Time().Format(time.RFC3339Nano) != tt.utc || got.Zone() != tt.zone {
			t.Errorf("%q: got %q, %s, zone %q", tt.in, got, got.Time().Format(time.RFC3339Nano), got.Zone())
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, in := range []string{
		"", "today", "2026-11-21", "14:02", "2026-11-21T14:02", "2026-02-30T10:00Z", "2026-11-21T24:30Z",
		"2026-11-21T14:02Z[Europe/Rome", "2026-11-21T14:02Z[../etc]", "2026-11-21T14:02Z[]", "0000-01-01T00:00Z",
	} {
		if got, err := instant.Parse(in); !errors.Is(err, instant.ErrFormat) {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
}

func TestZeroIsNotKnown(t *testing.T) {
	var i instant.Instant
	if err := i.UnmarshalText(nil); err != nil || !i.IsZero() || i.String() != "" {
		t.Fatalf("got %v, %v", i, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2026-11-21T14:02+01:00[Europe/Rome]")
	f.Add("2026-11-21T14:02:03.123456789Z")
	f.Add("2026-11-21T14:02+01:00[E" + strings.Repeat("u", 70) + "]") // longer with its seconds
	f.Add("2026-11-21T14:02+01:00[E" + strings.Repeat("u", 59) + "]")
	f.Fuzz(func(t *testing.T, s string) {
		i, err := instant.Parse(s)
		if err != nil {
			return
		}
		again, err := instant.Parse(i.String())
		if err != nil || again.String() != i.String() || !again.Time().Equal(i.Time()) {
			t.Fatalf("%q → %q → %q (%v)", s, i, again, err)
		}
	})
}
