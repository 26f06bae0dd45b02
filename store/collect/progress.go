package collect

import (
	"sync"
	"time"
)

const (
	reportEvery = 200 * time.Millisecond
	rateOver    = 5 * time.Second
	longest     = 10_000 * time.Hour // what remains is never shown as more
)

// Progress is how far a collection is. Totals come from a quick look ahead and
// may grow; zero means not known yet.
type Progress struct {
	Files, TotalFiles int64
	Bytes, TotalBytes int64
	Rate              int64         // bytes a second over the last seconds
	Remaining         time.Duration // -1: not known
	Current           string
}

// meter counts and reports at most five times a second.
type meter struct {
	report func(Progress)
	now    func() time.Time

	mu      sync.Mutex
	state   Progress
	last    time.Time
	samples []sample
}

type sample struct {
	at    time.Time
	bytes int64
}

func newMeter(report func(Progress), now func() time.Time) *meter {
	m := &meter{report: report, now: now}
	m.last = now()
	m.samples = []sample{{at: m.last}}
	return m
}

// add counts bytes and finished files of the member named current.
func (m *meter) add(bytes, files int64, current string) {
	if m.report == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Bytes += bytes
	m.state.Files += files
	m.state.Current = current
	if now := m.now(); now.Sub(m.last) >= reportEvery {
		m.tell(now)
	}
}

// expect adds to the totals.
func (m *meter) expect(files, bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.TotalFiles += files
	m.state.TotalBytes += bytes
}

// end reports the last state.
func (m *meter) end() {
	if m.report == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Current = ""
	m.tell(m.now())
}

func (m *meter) tell(now time.Time) {
	m.last = now
	m.samples = append(m.samples, sample{at: now, bytes: m.state.Bytes})
	for len(m.samples) > 2 && now.Sub(m.samples[1].at) >= rateOver {
		m.samples = m.samples[1:]
	}
	m.state.Rate = rate(m.samples)
	m.state.Remaining = remaining(m.state)
	m.report(m.state)
}

func rate(samples []sample) int64 {
	first, last := samples[0], samples[len(samples)-1]
	took := last.at.Sub(first.at)
	if took <= 0 {
		return 0
	}
	return int64(float64(last.bytes-first.bytes) / took.Seconds())
}

func remaining(p Progress) time.Duration {
	left := max(p.TotalBytes-p.Bytes, 0)
	switch {
	case p.TotalBytes == 0:
		return -1
	case left == 0:
		return 0
	case p.Rate <= 0:
		return -1
	}
	seconds := min(float64(left)/float64(p.Rate), longest.Seconds())
	return time.Duration(seconds * float64(time.Second))
}
