package report

import (
	"slices"
	"testing"
)

func TestLimitsNameWhatNobodyDidOrApproved(t *testing.T) {
	step := func(ref, status, reason string, mandatory, fourEyes bool) Step {
		return Step{Ref: ref, Name: "name of " + ref, Status: status, Reason: reason, Mandatory: mandatory, FourEyes: fourEyes}
	}
	m := Model{Runs: []Run{{Steps: []Step{
		step("R1.1", "done", "", true, true),
		step("R1.2", "done", "", false, true),
		step("R1.3", "open", "", false, true),
		step("R1.4", "done", "", true, false),
		step("R1.5", "not-applicable", "no such system", true, true),
		step("R1.6", "skipped", "the board waived it", true, false),
		step("R1.7", statusHalted, "the portal is down", true, false),
		step("R1.8", "skipped", "no insurer", false, false),
		step("R1.9", "in-work", "", true, false),
	}}}}
	s := &sieve{}
	m.siftWork(s)
	want := []Limit{
		{limitNotDone, []string{"R1.5", "name of R1.5", "not-applicable", "no such system"}},
		{limitNotDone, []string{"R1.6", "name of R1.6", "skipped", "the board waived it"}},
		{limitNotDone, []string{"R1.7", "name of R1.7", statusHalted, "the portal is down"}},
		{"limit.open-steps", []string{"R1.9"}},
		{"limit.four-eyes", []string{"R1.1 name of R1.1, R1.2 name of R1.2"}},
	}
	if len(s.found) != len(want) {
		t.Fatalf("%d limits, want %d: %+v", len(s.found), len(want), s.found)
	}
	for i, l := range s.found {
		if l.Key != want[i].Key || !slices.Equal(l.Args, want[i].Args) {
			t.Errorf("%+v, want %+v", l, want[i])
		}
	}
}

func TestStepNamesAreInTheReportsLanguage(t *testing.T) {
	names := StepNames{"R1.1": {"Call the owner", "Chiamare il titolare"}, "R1.2": {"", ""}}
	for text, want := range map[[2]string]string{
		{"R1.1", "Passo R1.1 fatto: Call the owner (who: Call)"}: "Passo R1.1 fatto: Chiamare il titolare (who: Call)",
		{"R1.2", "Passo R1.2 fatto: Tell the insurer"}:           "Passo R1.2 fatto: Tell the insurer",
		{"N1", "Call the owner"}:                                 "Call the owner",
	} {
		if got := names.In(text[0], text[1]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
