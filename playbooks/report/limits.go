package report

import (
	"strconv"
	"strings"
)

// The keys whose arguments are themselves translated.
const (
	limitNoReason    = "limit.no-reason"
	limitSealChecked = "limit.seal"
	limitNotDone     = "limit.not-done"
	limitAccepted    = "limit.accepted"
)

// sieve gathers the limits of a model.
type sieve struct{ found []Limit }

func (s *sieve) when(applies bool, key string, args ...string) {
	if applies {
		s.found = append(s.found, Limit{Key: key, Args: args})
	}
}

func (s *sieve) count(n int, key string) { s.when(n > 0, key, strconv.Itoa(n)) }

// sift finds everything that the model does not prove. Two limits stand in
// every report, because no check removes them.
func (m *Model) sift() []Limit {
	s := &sieve{}
	m.siftRecord(s)
	m.siftEvidence(s)
	m.siftWork(s)
	m.siftWithheld(s)
	s.when(true, "limit.statements")
	s.when(true, "limit.laptop")
	return s.found
}

// siftRecord looks at who recorded, who witnessed, and the clock.
func (m *Model) siftRecord(s *sieve) {
	v := m.Verification
	s.when(v.Solo, "limit.solo")
	s.when(len(v.Witnesses) == 0, "limit.no-witness")
	s.when(v.Ledger == CheckedNo, "limit.ledger-unchecked")
	s.when(v.Ledger == CheckedFailed, "limit.ledger-failed", v.Problem)
	for _, x := range v.Outside {
		s.when(true, "limit.outside", strconv.FormatUint(x.Entry, 10), x.Log, x.Problem)
	}
	s.when(!v.Keychain, "limit.no-keychain")
	doubts, imported := 0, 0
	for _, row := range m.Timeline {
		if row.Doubt != "" {
			doubts++
		}
		if row.imported {
			imported++
		}
	}
	s.count(doubts, "limit.clock")
	s.count(imported, "limit.imported")
	for _, x := range m.Conflicts {
		s.when(!x.Resolved, "limit.conflict", x.Entry, x.Text)
	}
	for _, g := range m.Gone {
		key := "limit.destroyed"
		if g.Newer {
			key = "limit.newer"
		}
		s.when(true, key, g.Entry, g.Kind, g.By)
	}
}

// siftEvidence looks at what was not collected, sealed or verified.
func (m *Model) siftEvidence(s *sieve) {
	for _, c := range m.Evidence {
		s.when(c.Skipped > 0, "limit.skipped", c.ID, strconv.Itoa(c.Skipped))
		s.when(len(c.Lost) > 0, "limit.lost", c.ID, strconv.Itoa(len(c.Lost)))
		s.when(c.Seal == "" && !c.whollyLost(), "limit.unsealed", c.ID)
		s.when(len(c.Items) == 0 && c.Count > 0, "limit.in-manifest", c.ID, strconv.Itoa(c.Count))
	}
	for _, seal := range m.Seals {
		s.when(seal.Checked != CheckedOK, limitSealChecked, seal.ID, seal.Checked)
	}
	for _, f := range m.Forms {
		s.when(f.Pending(), "limit.form-out", f.ID, f.Item, f.To)
	}
	s.when(len(m.Seals) > 0, "limit.words")
	for _, x := range m.Unfinished {
		s.when(true, "limit.export", x.ID, x.To)
	}
	n := len(m.Checks)
	s.when(m.unchecked() && n == 0, "limit.evidence-unchecked")
	s.when(n > 0 && !m.Checks[n-1].OK, "limit.evidence-failed")
}

// unchecked reports whether some evidence was neither sealed, which reads all of
// it again, nor destroyed.
func (m *Model) unchecked() bool {
	for _, c := range m.Evidence {
		if c.Seal == "" && !c.whollyLost() {
			return true
		}
	}
	return false
}

func (c Collection) whollyLost() bool {
	for _, lost := range c.Lost {
		if lost.Item == c.ID {
			return true
		}
	}
	return false
}

// siftWork looks at what was left open or said without a reason.
func (m *Model) siftWork(s *sieve) {
	for _, f := range m.Facts {
		n := len(f.Values)
		s.when(n > 0 && decided(f.Key) && f.Values[n-1].Reason == "", limitNoReason, f.Key)
	}
	var open, alone []string
	for _, run := range m.Runs {
		for _, step := range run.Steps {
			if step.FourEyes && step.Status == statusDone {
				alone = append(alone, step.Ref+" "+step.Name)
			}
			if x := step.Accepted; x != nil {
				s.when(true, limitAccepted, step.Ref, strings.Join(x.Wanted, " "), strings.Join(x.Given, " "), x.Reason)
			}
			if !step.Mandatory || step.Course == courseFailure {
				continue
			}
			switch step.Status {
			case statusDone:
			case "skipped", "failed", "not-applicable", statusHalted:
				s.when(true, limitNotDone, step.Ref, step.Name, step.Status, step.Reason)
			default:
				open = append(open, step.Ref)
			}
		}
	}
	s.when(len(open) > 0, "limit.open-steps", strings.Join(open, ", "))
	s.when(len(alone) > 0, "limit.four-eyes", strings.Join(alone, ", "))
}
