package cacao

import (
	"fmt"
	"slices"
	"strings"
)

// A Severity says how much a finding matters.
type Severity string

// The severities: an error breaks the specification, a warning is likely a
// mistake, information is worth knowing.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// A Finding is one thing to mend in a playbook.
type Finding struct {
	Severity Severity `json:"severity"`
	Path     string   `json:"path"` // JSON pointer, RFC 6901
	Code     string   `json:"code"`
	Message  string   `json:"message"` // what to do
	// Blocks says that the playbook can be read and kept but not run.
	Blocks bool `json:"blocks,omitempty"`
}

// String shows a finding in one line.
func (f Finding) String() string {
	return fmt.Sprintf("%s %s: %s (%s)", f.Severity, f.Path, f.Message, f.Code)
}

// Blocked reports whether one of the findings keeps the playbook from being run.
func Blocked(findings []Finding) bool {
	for _, f := range findings {
		if f.Blocks {
			return true
		}
	}
	return false
}

// Child returns the JSON pointer of the property or index name under path.
func Child(path, name string) string {
	name = strings.ReplaceAll(name, "~", "~0")
	return path + "/" + strings.ReplaceAll(name, "/", "~1")
}

// maxFindings bounds the list: a hostile document must not become a bigger one.
const maxFindings = 1000

// findings collects findings up to the limit; one that blocks is never lost.
type findings struct {
	list   []Finding
	blocks bool
}

func (f *findings) add(one Finding) {
	switch {
	case len(f.list) < maxFindings:
		f.list = append(f.list, one)
	case one.Blocks && !f.blocks:
		f.list[maxFindings-1] = one
	}
	f.blocks = f.blocks || one.Blocks
}

// sorted returns the list with errors first and information last, otherwise in the order found.
func (f *findings) sorted() []Finding {
	rank := func(s Severity) int { return strings.Index("error warning info", string(s)) }
	slices.SortStableFunc(f.list, func(a, b Finding) int { return rank(a.Severity) - rank(b.Severity) })
	return f.list
}

func (f *findings) errorf(path, code, format string, args ...any) {
	f.add(Finding{Severity: Error, Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (f *findings) blockf(path, code, format string, args ...any) {
	f.add(Finding{Severity: Error, Path: path, Code: code, Message: fmt.Sprintf(format, args...), Blocks: true})
}

func (f *findings) warnf(path, code, format string, args ...any) {
	f.add(Finding{Severity: Warning, Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (f *findings) infof(path, code, format string, args ...any) {
	f.add(Finding{Severity: Info, Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
}
