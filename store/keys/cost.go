package keys

import (
	"fmt"
	"time"

	"golang.org/x/crypto/argon2"
)

const (
	kib              = 1024
	targetTime       = 500 * time.Millisecond
	standardMemory   = 64 * kib  // KiB
	maxMemory        = 256 * kib // KiB; a hostile key file must not exhaust the laptop
	minPasses        = 3
	maxPasses        = 64
	standardLanes    = 4
	maxLanes         = 16
	wrappingKeyBytes = 32
)

// Cost is how hard Argon2id works. The zero Cost means: measure (as a cost), the release's floor (as a floor).
type Cost struct {
	MemoryKiB uint32 `json:"m"`
	Time      uint32 `json:"t"`
	Threads   uint8  `json:"p"`
}

// MeasureCost returns 64 MiB, four lanes and as many passes as this machine does in about half
// a second, never under three. It takes about half a second itself.
func MeasureCost() Cost {
	c := Cost{MemoryKiB: standardMemory, Time: minPasses, Threads: standardLanes}
	var salt [16]byte
	best := time.Hour
	for range 2 { // the first run also pays for fresh memory
		start := time.Now()
		derived := argon2.IDKey([]byte("measure"), salt[:], c.Time, c.MemoryKiB, c.Threads, wrappingKeyBytes)
		clear(derived)
		best = min(best, time.Since(start))
	}
	c.Time = passes(best / minPasses)
	return c
}

// passes is how many passes of the given length fill the target.
func passes(one time.Duration) uint32 {
	if one <= 0 {
		return maxPasses
	}
	n := (targetTime + one/2) / one
	return uint32(min(max(n, minPasses), maxPasses)) // 3 to 64
}

// floorOrDefault is the least cost that is accepted. Only tests pass one of their own.
func floorOrDefault(floor Cost) Cost {
	if floor == (Cost{}) {
		return Cost{MemoryKiB: standardMemory, Time: minPasses, Threads: 1}
	}
	return floor
}

// check refuses a cost under the floor or above what a laptop bears.
func (c Cost) check(floor Cost) error {
	floor = floorOrDefault(floor)
	switch {
	case c.MemoryKiB < floor.MemoryKiB, c.Time < max(floor.Time, 1), c.Threads < max(floor.Threads, 1):
		return fmt.Errorf("%w: %d KiB, %d passes, %d lanes is too little", ErrCost, c.MemoryKiB, c.Time, c.Threads)
	case c.MemoryKiB > maxMemory, c.Time > maxPasses, c.Threads > maxLanes:
		return fmt.Errorf("%w: %d KiB, %d passes, %d lanes is too much", ErrCost, c.MemoryKiB, c.Time, c.Threads)
	}
	return nil
}
