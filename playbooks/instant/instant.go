// Package instant is a point in time together with the zone it was entered in.
//
// The text form is RFC 3339 with an optional bracketed zone name as in
// RFC 9557: 2026-11-21T14:02:00+01:00[Europe/Rome]. Seconds may be left out
// when typing. The zone is kept because "14:02" on a witness statement means
// the witness's clock; comparisons use the UTC instant alone.
package instant

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// ErrFormat is returned for text that is no instant.
var ErrFormat = errors.New("not an instant; write it with its zone, like 2026-11-21T14:02+01:00")

const layout = "2006-01-02T15:04:05.999999Z07:00"

// Instant is a time and the zone name it was given with, if any.
// The zero Instant means "not known".
type Instant struct {
	t    time.Time
	zone string
}

// Of returns the instant of t, in t's own offset, to the microsecond.
func Of(t time.Time) Instant {
	return Instant{t: t.Round(0).Truncate(time.Microsecond)}
}

// form is RFC 3339 with the seconds optional; time.Parse alone would take
// single digits too.
var form = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$`)

var zoneName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`)

// maxZone is longer than any name of the time zone database, and short enough
// that what was read can be read again after the seconds were added.
const maxZone = 60

// Parse reads RFC 3339, seconds optional, with an optional zone in brackets.
func Parse(s string) (Instant, error) {
	if len(s) > 100 {
		return Instant{}, ErrFormat
	}
	text, zone, bracketed := strings.Cut(strings.TrimSpace(s), "[")
	if bracketed {
		name, ok := strings.CutSuffix(zone, "]")
		if !ok || len(name) > maxZone || !zoneName.MatchString(name) {
			return Instant{}, fmt.Errorf("%w, the zone in brackets like [Europe/Rome]", ErrFormat)
		}
		zone = name
	}
	if !form.MatchString(text) {
		return Instant{}, ErrFormat
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04Z07:00", text)
	}
	if err != nil {
		return Instant{}, ErrFormat
	}
	if y := t.UTC().Year(); y < 1900 || y > 9998 { // the first year holds the zero Instant
		return Instant{}, fmt.Errorf("%w: the year is out of range", ErrFormat)
	}
	i := Of(t)
	i.zone = zone
	return i, nil
}

// Time returns the UTC instant.
func (i Instant) Time() time.Time { return i.t.UTC() }

// Local returns the instant as the clock showed it where it was entered.
func (i Instant) Local() time.Time { return i.t }

// Zone returns the zone name given in brackets, or "".
func (i Instant) Zone() string { return i.zone }

// IsZero reports whether the instant is not known.
func (i Instant) IsZero() bool { return i.t.IsZero() }

// Add returns the instant d later, in the same zone.
func (i Instant) Add(d time.Duration) Instant { return Instant{t: i.t.Add(d), zone: i.zone} }

// String returns the text form; "" for the zero Instant.
func (i Instant) String() string {
	if i.IsZero() {
		return ""
	}
	s := i.t.Format(layout)
	if i.zone != "" {
		s += "[" + i.zone + "]"
	}
	return s
}

// MarshalText writes the text form.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the text form; empty text is the zero Instant.
func (i *Instant) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*i = Instant{}
		return nil
	}
	got, err := Parse(string(text))
	if err != nil {
		return err
	}
	*i = got
	return nil
}
