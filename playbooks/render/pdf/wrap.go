package pdf

import (
	"math"
	"strings"
	"unicode/utf8"
)

// wrap breaks cleaned text into lines that are no wider than width. Spaces
// within a line are kept; a word wider than a line is broken.
func (s *setter) wrap(st style, text string, width float64) []string {
	var lines []string
	for hard := range strings.SplitSeq(text, "\n") {
		lines = append(lines, s.wrapLine(st, hard, width)...)
	}
	return lines
}

func (s *setter) wrapLine(st style, text string, width float64) []string {
	if s.width(st, text) <= width {
		return []string{text}
	}
	var lines []string
	line, used, blank := "", 0.0, s.width(st, " ")
	started := false
	for word := range strings.SplitSeq(text, " ") {
		w := s.width(st, word)
		if started && used+blank+w <= width {
			line, used = line+" "+word, used+blank+w
			continue
		}
		if started {
			lines = append(lines, line)
		}
		pieces := []string{word}
		if w > width {
			pieces = s.split(st, word, width)
		}
		last := len(pieces) - 1
		lines = append(lines, pieces[:last]...)
		line, used, started = pieces[last], s.width(st, pieces[last]), true
	}
	return append(lines, line)
}

// split breaks one word that is too wide. A mono word, mostly a hash, is cut
// into equal parts so that it can be compared line by line; another one after
// punctuation where possible.
func (s *setter) split(st style, word string, width float64) []string {
	if st.face == mono {
		parts := math.Ceil(s.width(st, word) / width)
		count := int(math.Ceil(float64(utf8.RuneCountInString(word)) / parts))
		return s.cut(st, word, width, max(count, 1))
	}
	return s.cut(st, word, width, math.MaxInt)
}

// cut takes pieces of at most count characters and at most width.
func (s *setter) cut(st style, word string, width float64, count int) []string {
	var pieces []string
	start, soft, taken, used := 0, 0, 0, 0.0
	for i, r := range word {
		w := s.width(st, string(r))
		if taken > 0 && (used+w > width || taken == count) {
			end := i
			if count == math.MaxInt && soft > start+(i-start)/2 {
				end = soft
			}
			pieces = append(pieces, word[start:end])
			start, used, taken = end, s.width(st, word[end:i]), utf8.RuneCountInString(word[end:i])
		}
		used += w
		taken++
		if strings.ContainsRune(`/\-_.,;:?&=@`, r) {
			soft = i + utf8.RuneLen(r)
		}
	}
	return append(pieces, word[start:])
}

// fit shortens cleaned text to width, visibly. Only heads and feet use it; the
// whole text stands on the first page.
func (s *setter) fit(st style, text string, width float64) string {
	text = strings.ReplaceAll(text, "\n", " ")
	if s.width(st, text) <= width {
		return text
	}
	room := width - s.width(st, "…")
	for i, r := range text {
		if room -= s.width(st, string(r)); room < 0 {
			return text[:i] + "…"
		}
	}
	return text
}
