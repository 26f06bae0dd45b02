package ledger

import (
	"strconv"
	"strings"
	"time"
)

// scanner walks the fixed text of a leaf. The first thing that does not fit
// stays in bad, and everything after it is a no-op.
type scanner struct {
	rest string
	bad  string
}

func (s *scanner) literal(text string) bool {
	if s.bad != "" {
		return false
	}
	rest, ok := strings.CutPrefix(s.rest, text)
	if !ok {
		s.bad = text
		return false
	}
	s.rest = rest
	return true
}

func (s *scanner) name(before, after string) string {
	if !s.literal(before) {
		return ""
	}
	name, rest, ok := strings.Cut(s.rest, after)
	if !ok || !plainName(name) {
		s.bad = "a plain name"
		return ""
	}
	s.rest = rest
	return name
}

func (s *scanner) hash(before string) Hash {
	h, err := ParseHash(s.name(before, `"`))
	if err != nil && s.bad == "" {
		s.bad = "a hash"
	}
	return h
}

func (s *scanner) number(before string) uint64 {
	if !s.literal(before) {
		return 0
	}
	end := 0
	for end < len(s.rest) && s.rest[end] >= '0' && s.rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseUint(s.rest[:end], 10, 64)
	leadingZero := end > 1 && s.rest[0] == '0'
	if err != nil || leadingZero || n > maxSafeInt {
		s.bad = "a number"
		return 0
	}
	s.rest = s.rest[end:]
	return n
}

func (s *scanner) deps() []Head {
	if !s.literal(`,"deps":[`) {
		return nil
	}
	var deps []Head
	for !strings.HasPrefix(s.rest, "]") && s.bad == "" {
		if len(deps) == MaxDeps {
			s.bad = "fewer cited logs"
			return nil
		}
		if len(deps) > 0 {
			s.literal(",")
		}
		var d Head
		d.Log = s.name(`{"log":"`, `"`)
		d.Root = s.hash(`,"root":"`)
		d.Size = s.number(`,"size":`)
		s.literal("}")
		deps = append(deps, d)
	}
	s.literal("]")
	return deps
}

// wall reads the fixed-width UTC time. time.Parse would do, at a third of the
// cost of the whole leaf; what it gives is compared in the fuzz test.
func (s *scanner) wall(before string) time.Time {
	if !s.literal(before) {
		return time.Time{}
	}
	text, rest, ok := strings.Cut(s.rest, `"`)
	if ok && len(text) == len(wallLayout) && text[4] == '-' && text[7] == '-' && text[10] == 'T' &&
		text[13] == ':' && text[16] == ':' && text[19] == '.' && text[26] == 'Z' {
		t := time.Date(digits(text[0:4]), time.Month(digits(text[5:7])), digits(text[8:10]),
			digits(text[11:13]), digits(text[14:16]), digits(text[17:19]), digits(text[20:26])*1000, time.UTC)
		if t.Format(wallLayout) == text { // no 31 February, nothing but digits
			s.rest = rest
			return t
		}
	}
	s.bad = "a time"
	return time.Time{}
}

// digits is the number that digits make; other bytes make one that does not
// come back as the same text.
func digits(text string) int {
	n := 0
	for i := range len(text) {
		n = n*10 + int(text[i]-'0')
	}
	return n
}
