package guide

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrDue is returned for a due time or a period that cannot be read.
var ErrDue = errors.New("write it as FACT+DURATION, for example aware+24h")

// maxAmount bounds what can be written before a unit: 9999 days are 27 years.
const maxAmount = 9999

// A Due is a due time relative to a fact of the case. It is our own target; the
// clock engine computes what the law demands.
type Due struct {
	Fact   string
	Offset time.Duration
}

// ParseDue reads FACT, FACT+DURATION or FACT-DURATION; the duration is a number
// with the unit m, h or d. A day is 24 hours.
func ParseDue(s string) (Due, error) {
	fact, rest := s, ""
	if at := strings.IndexAny(s, "+-"); at >= 0 {
		fact, rest = s[:at], s[at:]
	}
	if !factKey(fact) {
		return Due{}, fmt.Errorf("read due time %q: %w", s, ErrDue)
	}
	if rest == "" {
		return Due{Fact: fact}, nil
	}
	offset, err := parseAmount(rest[1:])
	if err != nil {
		return Due{}, fmt.Errorf("read due time %q: %w", s, err)
	}
	if rest[0] == '-' {
		offset = -offset
	}
	return Due{Fact: fact, Offset: offset}, nil
}

// ParseEvery reads the period of a repeating step, for example 14d.
func ParseEvery(s string) (time.Duration, error) {
	period, err := parseAmount(s)
	if err != nil || period == 0 {
		return 0, fmt.Errorf("read period %q: %w", s, ErrDue)
	}
	return period, nil
}

// At gives the instant the step is due, or false while the fact is not known.
func (d Due) At(fact func(key string) (time.Time, bool)) (time.Time, bool) {
	at, ok := fact(d.Fact)
	if !ok || at.IsZero() {
		return time.Time{}, false
	}
	return at.Add(d.Offset), true
}

// String writes the due time as [ParseDue] reads it, in the largest exact unit.
func (d Due) String() string {
	if d.Offset == 0 {
		return d.Fact
	}
	sign, offset := "+", d.Offset
	if offset < 0 {
		sign, offset = "-", -offset
	}
	unit, name := time.Minute, "m"
	switch {
	case offset%(24*time.Hour) == 0:
		unit, name = 24*time.Hour, "d"
	case offset%time.Hour == 0:
		unit, name = time.Hour, "h"
	}
	return d.Fact + sign + strconv.FormatInt(int64(offset/unit), 10) + name
}

func parseAmount(s string) (time.Duration, error) {
	if len(s) < 2 || len(s) > 5 {
		return 0, ErrDue
	}
	amount, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	if err != nil || amount > maxAmount {
		return 0, ErrDue
	}
	switch s[len(s)-1] {
	case 'm':
		return time.Duration(amount) * time.Minute, nil
	case 'h':
		return time.Duration(amount) * time.Hour, nil
	case 'd':
		return time.Duration(amount) * 24 * time.Hour, nil
	}
	return 0, ErrDue
}

// factKey says whether s can name a fact: a letter, then letters, digits and _.
func factKey(s string) bool {
	for i, c := range []byte(s) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
