package store

import "time"

// Reading is what a device's clocks say at one moment.
type Reading struct {
	Wall time.Time
	Boot string // identifies one run of the machine
	Mono int64  // milliseconds since that boot, sleep included where the system tells
}

// Clock reads the device's clocks.
type Clock func() Reading

// SystemClock returns the clock of this machine. The boot it runs in is read
// once: a program does not outlive it.
func SystemClock() Clock {
	boot := bootID()
	return func() Reading {
		return Reading{Wall: time.Now(), Boot: boot, Mono: sinceBoot().Milliseconds()}
	}
}

// reading brings a reading into what a leaf can hold.
func (c Clock) reading() Reading {
	r := c()
	r.Wall = r.Wall.UTC().Round(0).Truncate(time.Microsecond)
	r.Mono = max(r.Mono, 0)
	return r
}
