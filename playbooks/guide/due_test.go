package guide

import (
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	aware := time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC)
	facts := func(key string) (time.Time, bool) { return aware, key == "aware" }
	for s, want := range map[string]string{
		"aware+24h": "2026-03-29T22:00", "aware-2d": "2026-03-26T22:00", "aware": "2026-03-28T22:00",
		"aware+90m": "2026-03-28T23:30", "aware+0m": "2026-03-28T22:00", "told+1h": "",
	} {
		due, err := ParseDue(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		at, ok := due.At(facts)
		if ok != (want != "") || ok && at.Format("2006-01-02T15:04") != want {
			t.Errorf("%s: %v %v, want %s", s, at, ok, want)
		}
	}
	for _, s := range []string{"", "+24h", "aware+", "aware+h", "aware+1", "aware+1w", "aware+-1h", "aware+99999h", "aware + 1h", "a-b+1h", "1a+1h", "aware+1h+1h"} {
		if due, err := ParseDue(s); err == nil {
			t.Errorf("%q read as %v", s, due)
		}
	}
	if period, err := ParseEvery("14d"); err != nil || period != 14*24*time.Hour {
		t.Errorf("14d: %v %v", period, err)
	}
	for _, s := range []string{"", "0d", "-1d", "d", "14"} {
		if _, err := ParseEvery(s); err == nil {
			t.Errorf("%q read as a period", s)
		}
	}
}

func FuzzParseDue(f *testing.F) {
	f.Add("aware+24h")
	f.Add("T-10d")
	f.Add("open")
	f.Fuzz(func(t *testing.T, s string) {
		due, err := ParseDue(s)
		if err != nil {
			return
		}
		again, err := ParseDue(due.String())
		if err != nil || again != due {
			t.Fatalf("%q became %q: %v", s, due, err)
		}
	})
}
