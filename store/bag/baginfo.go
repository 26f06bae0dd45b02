package bag

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Labels of bag-info.txt that Verify reads.
const (
	labelOrganisation = "Source-Organization"
	labelDate         = "Bagging-Date"
	labelCase         = "External-Identifier"
	labelDescription  = "External-Description"
	labelOxum         = "Payload-Oxum"
	labelVersion      = "Posko-Bag-Version"
	labelCreated      = "Posko-Created"
	labelTag          = "Posko-Case-Tag"
	labelOfficer      = "Posko-Officer"
	labelEntries      = "Posko-Entries"
	labelItems        = "Posko-Items"
	labelSeals        = "Posko-Seals"
	labelLimit        = "Posko-Not-Verified"
)

// drillMark is the description of the bag of a drill; real cases have none.
const drillMark = "DRILL: an exercise with made-up facts, not a real case"

const maxInfoLines = 1000

// infoLine is one "Label: value" of bag-info.txt.
type infoLine struct{ label, value string }

type bagInfo []infoLine

// add appends a line. A value is always one line: BagIt would read more into a
// newline.
func (b *bagInfo) add(label, value string) {
	*b = append(*b, infoLine{label, strings.TrimSpace(visible(value))})
}

func (b bagInfo) all(label string) []string {
	var out []string
	for _, l := range b {
		if l.label == label {
			out = append(out, l.value)
		}
	}
	return out
}

// one returns the value of a label that stands there exactly once.
func (b bagInfo) one(label string) (string, error) {
	values := b.all(label)
	if len(values) != 1 {
		return "", fmt.Errorf("%s stands there %d times, not once", label, len(values))
	}
	return values[0], nil
}

func (b bagInfo) encode() []byte {
	var out bytes.Buffer
	for _, l := range b {
		fmt.Fprintf(&out, "%s: %s\n", l.label, l.value)
	}
	return out.Bytes()
}

// parseBagInfo reads bag-info.txt in the form that this package writes: one line
// a label, no folding. Labels differ by more than case.
func parseBagInfo(data []byte) (bagInfo, error) {
	text, ok := strings.CutSuffix(string(data), "\n")
	if !ok {
		return nil, errors.New("the last line has no end")
	}
	lines := strings.Split(text, "\n")
	if len(lines) > maxInfoLines {
		return nil, fmt.Errorf("more than %d lines", maxInfoLines)
	}
	var out bagInfo
	spelling := map[string]string{}
	for i, line := range lines {
		label, value, ok := strings.Cut(line, ": ")
		if !ok || !plainLabel(label) || value != strings.TrimSpace(value) || hidden(value) {
			return nil, fmt.Errorf("line %d is not \"Label: value\"", i+1)
		}
		lower := strings.ToLower(label)
		if first, known := spelling[lower]; known && first != label {
			return nil, fmt.Errorf("line %d writes %s in another way", i+1, first)
		}
		spelling[lower] = label
		out = append(out, infoLine{label, value})
	}
	return out, nil
}

func plainLabel(s string) bool {
	for i := range len(s) {
		if !alphanumeric(s[i]) && s[i] != '-' {
			return false
		}
	}
	return s != ""
}

// hidden reports whether a value holds what visible would have shown.
func hidden(value string) bool {
	return visible(strings.ReplaceAll(value, `\`, "")) != strings.ReplaceAll(value, `\`, "")
}
