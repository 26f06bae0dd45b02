package report

import (
	"fmt"
	"strings"
)

// limits is the last section: what was checked, what was not, and what this
// report cannot prove.
func (a author) limits() Section {
	s := Section{Title: a.say("limits")}
	lines := make([]string, len(a.Limits))
	for i, limit := range a.Limits {
		lines[i] = a.limit(limit)
	}
	s = s.with(Paragraph{Text: a.say("limits.about")}, List{append(lines, a.Verification.Unverified...)})
	s = s.with(Heading{a.say("checks")})
	if len(a.Checks) == 0 {
		s = s.with(a.none())
	} else {
		s = s.with(a.checks())
	}
	s = s.with(Heading{a.say("ledger")}, KeyValues{a.ledger()})
	if len(a.Verification.Commands) > 0 {
		commands := make([]KeyValue, len(a.Verification.Commands))
		for i, command := range a.Verification.Commands {
			commands[i] = KeyValue{Key: fmt.Sprint(i + 1), Value: command, Mono: true}
		}
		s = s.with(Heading{a.say("verify")}, Paragraph{Text: a.say("verify.about"), Quiet: true}, KeyValues{commands})
	}
	return s
}

// limit writes one limit. Its arguments are what was recorded, but for the few
// keys where one is a word of a closed list.
func (a author) limit(l Limit) string {
	args := make([]any, len(l.Args))
	for i, arg := range l.Args {
		args[i] = arg
	}
	switch l.Key {
	case limitNoReason:
		args[0] = a.labels()[l.Args[0]]
	case limitSealChecked:
		args[1] = a.word("checked", l.Args[1])
	case limitNotDone:
		args[2] = a.word("status", l.Args[2])
	case limitAccepted:
		args[1], args[2] = a.proofs(l.Args[1]), a.proofs(l.Args[2])
	}
	return strings.TrimSpace(a.say(l.Key, args...))
}

// proofs writes kinds of proof, which a blank separates.
func (a author) proofs(kinds string) string {
	return strings.Join(each(strings.Fields(kinds), func(kind string) string { return a.word("proof", kind) }), ", ")
}

func (a author) checks() Table {
	t := Table{Columns: []Column{
		{Title: a.say("column.when"), Width: 2}, {Title: a.say("checks.outcome"), Width: 4.5}, {Title: a.say("column.by"), Width: 1.8},
	}}
	for _, c := range a.Checks {
		outcome := a.say("checks.ok", c.Items)
		if !c.OK {
			outcome = a.say("checks.failed", c.Items)
		}
		t.Rows = append(t.Rows, []string{local(c.At), join("\n", outcome, strings.Join(c.Findings, "\n")), c.By})
	}
	return t
}

func (a author) ledger() []KeyValue {
	v := a.Verification
	witnesses := make([]string, len(v.Witnesses))
	for i, w := range v.Witnesses {
		witnesses[i] = a.say("ledger.witness", w.Name, w.Entries, utc(w.At))
	}
	if len(witnesses) == 0 {
		witnesses = []string{a.say("ledger.no-witness")}
	}
	return filled([]KeyValue{
		{Key: a.say("ledger.checked"), Value: join(": ", a.word("checked", v.Ledger), v.Problem)},
		{Key: a.say("ledger.log"), Value: v.Log, Mono: true},
		{Key: a.say("ledger.entries"), Value: fmt.Sprint(v.Entries)},
		{Key: a.say("ledger.root"), Value: v.Root, Mono: true},
		{Key: a.say("ledger.device"), Value: v.Device},
		{Key: a.say("ledger.witnesses"), Value: strings.Join(witnesses, "\n")},
		{Key: a.say("ledger.checkpoint"), Value: strings.TrimSpace(v.Checkpoint), Mono: true},
	})
}
