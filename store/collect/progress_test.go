package collect

import (
	"testing"
	"time"
)

func TestProgressRateAndRemaining(t *testing.T) {
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	var got []Progress
	m := newMeter(func(p Progress) { got = append(got, p) }, func() time.Time { return now })
	m.expect(10, 10_000)
	for range 100 { // 1,000 bytes a second for ten seconds
		now = now.Add(100 * time.Millisecond)
		m.add(100, 0, "f")
	}
	if len(got) != 50 {
		t.Errorf("%d reports in ten seconds, want 5 a second", len(got))
	}
	half := got[24]
	if half.Bytes != 5000 || half.Rate != 1000 || half.Remaining != 5*time.Second || half.Current != "f" {
		t.Errorf("in the middle: %+v", half)
	}
	now = now.Add(10 * time.Second) // a pause is seen in the rate
	m.end()
	if last := got[50]; last.Rate >= 200 || last.Remaining != 0 || last.Current != "" {
		t.Errorf("at the end: %+v", last)
	}
}

func TestRemainingIsHonest(t *testing.T) {
	for name, c := range map[string]struct {
		p    Progress
		want time.Duration
	}{
		"no total":      {Progress{Bytes: 5, Rate: 1}, -1},
		"no rate":       {Progress{TotalBytes: 5}, -1},
		"more than all": {Progress{Bytes: 9, TotalBytes: 5, Rate: 1}, 0},
		"very long":     {Progress{TotalBytes: 1 << 62, Rate: 1}, longest},
	} {
		if got := remaining(c.p); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	at := time.Unix(0, 0)
	if r := rate([]sample{{at, 0}, {at, 100}}); r != 0 {
		t.Errorf("rate in no time: %d", r)
	}
}
