package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/posko-ir/posko/playbooks/instant"
)

// Times are written year first and with digits only: the same in every
// language, and never mistaken for one another.
const timeLayout = "2006-01-02 15:04:05"

// utc writes a recorded time.
func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout) + " UTC"
}

// local writes an instant on the clock it was entered with, and in UTC on a
// second line where that differs.
func local(i instant.Instant) string {
	if i.IsZero() {
		return ""
	}
	t := i.Local()
	if _, offset := t.Zone(); offset == 0 && i.Zone() == "" {
		return utc(i.Time())
	}
	s := t.Format(timeLayout + " -07:00")
	if i.Zone() != "" {
		s += " " + i.Zone()
	}
	return s + "\n" + utc(i.Time())
}

// inline is local on one line.
func inline(i instant.Instant) string {
	first, second, two := strings.Cut(local(i), "\n")
	if !two {
		return first
	}
	return first + " (" + second + ")"
}

// duration writes a span with its two largest units; seconds only below a minute.
func (t tongue) duration(seconds int64) string {
	if seconds < 0 {
		return "-" + t.duration(-seconds)
	}
	if seconds < 60 {
		return t.say("time.seconds", seconds)
	}
	days, hours, minutes := seconds/86400, seconds/3600%24, seconds/60%60
	var parts []string
	if days > 0 {
		parts = append(parts, t.say("time.days", days))
	}
	if hours > 0 {
		parts = append(parts, t.say("time.hours", hours))
	}
	if minutes > 0 && days == 0 {
		parts = append(parts, t.say("time.minutes", minutes))
	}
	return strings.Join(parts, " ")
}

// size writes a number of bytes as people read it, and exactly.
func size(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, exp := float64(n)/unit, 0
	for value >= unit && exp < 5 {
		value, exp = value/unit, exp+1
	}
	return fmt.Sprintf("%.1f %ciB", value, "KMGTPE"[exp])
}
