package library

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/guide"
)

// guided gives the steps of a playbook that a person carries out.
func guided(g *guide.Guide) map[*cacao.Step]*guide.Step {
	steps := map[*cacao.Step]*guide.Step{}
	for _, s := range g.Source.Steps {
		if step := g.Step(s.ID); step != nil {
			steps[s] = step
		}
	}
	return steps
}

func TestEveryActionIsGuided(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		for _, s := range g.Source.Steps {
			work := s.Type == cacao.Action || s.Type == cacao.PlaybookAction
			if work != (g.Step(s.ID) != nil) {
				t.Errorf("%s of type %s: guided %v", s.ID, s.Type, !work)
			}
		}
	})
}

// The plan cannot change by accident: neither who, nor when, nor who approves.
func TestStepsFollowThePlan(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		var got []string
		steps := slices.Collect(maps.Values(guided(g)))
		slices.SortFunc(steps, func(a, b *guide.Step) int {
			x, _ := strconv.Atoi(a.Number)
			y, _ := strconv.Atoi(b.Number)
			return x - y
		})
		for _, s := range steps {
			got = append(got, planLine(s))
		}
		if want := plans()[g.Playbook.Short]; !slices.Equal(got, want) {
			t.Errorf("the steps are\n%s\nplanned are\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func planLine(s *guide.Step) string {
	due, flags := s.Due, ""
	if due == "" {
		due = "-"
	}
	if s.Mandatory {
		flags += "!"
	}
	if s.Approval == guide.FourEyes {
		flags += "4"
	}
	if s.Law {
		flags += "L"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", s.Number, s.Lane, s.Role, due, flags))
}

func TestManualCommandSaysWhatTheDescriptionSays(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		for s, step := range guided(g) {
			if s.Type != cacao.Action {
				continue
			}
			if len(s.Commands) != 1 || s.Commands[0].Type != "manual" || s.Commands[0].Command != s.Description {
				t.Errorf("step %s: one manual command with the description is wanted", step.Number)
			}
			if _, ok := g.Source.Agents[s.Agent]; !ok {
				t.Errorf("step %s: agent %q is not defined", step.Number, s.Agent)
			}
		}
	})
}

// What a proof needs in fields follows from its kind.
func TestAnswersFitTheProof(t *testing.T) {
	given, _ := guide.ProofKinds()
	needs := map[string][]string{
		"decision": {"decision choice", "reason text"},
		"call":     {"who text", "number text", "called_at instant", "words lines"},
	}
	each(t, func(t *testing.T, g *guide.Guide) {
		for _, step := range guided(g) {
			required := requiredFields(step)
			for _, kind := range step.Proof.Kinds {
				if slices.Contains(given, kind) && len(required) == 0 {
					t.Errorf("step %s: proof %q needs a required field", step.Number, kind)
				}
				for _, field := range needs[kind] {
					if !slices.Contains(required, field) {
						t.Errorf("step %s: proof %q needs the required field %q", step.Number, kind, field)
					}
				}
			}
			if len(step.Answers) > 6 {
				t.Errorf("step %s asks for %d answers", step.Number, len(step.Answers))
			}
		}
	})
}

// requiredFields gives key and type of the answers a step cannot do without.
func requiredFields(step *guide.Step) []string {
	var fields []string
	for _, a := range step.Answers {
		if a.Required {
			fields = append(fields, a.Key+" "+a.Type)
		}
	}
	return fields
}

// The facts that start legal clocks come from the steps meant for them.
func TestFactsComeFromTheirSteps(t *testing.T) {
	want := map[string]string{
		"opening 1 told_at": "told", "opening 5 decision": "suspected",
		"breach 2 closed_at": "contained", "takeover 2 cut_at": "contained", "ransomware 12 contained_at": "contained",
		"breach 4 aware_at": "aware", "breach 5 from": "occurred_from", "breach 5 to": "occurred_to",
		"breach 11 high_risk": "high_risk_decided", "breach 15 first_due": "first_due", "breach 16 sent_at": "sent",
		"takeover 7 first": "occurred_from", "takeover 11 decision": "suspected",
		"ransomware 7 first_day": "occurred_from", "ransomware 8 decision": "suspected",
		"ransomware 9 state": "clean_point_named", "ransomware 11 decision": "contact_decided",
		"ransomware 13 restored_at": "restored",
		"insider 5 first":           "occurred_from", "insider 6 decision": "measure_decided",
		"insider 8 rotated_at": "contained", "insider 14 cut_at": "cut", "insider 12 decision": "suspected",
		"device 1 last_seen": "occurred_from", "device 8 decision": "suspected",
		"device 2 revoked_at": "contained", "device 13 returned_at": "returned",
		"outage 1 detected_at": "detected", "outage 1 since": "occurred_from",
		"outage 6 decision": "change_decided", "outage 10 restored_at": "restored",
		"outage 2 posted_at": "posted", "outage 9 posted_at": "posted",
		"outage 11 stable_since": "contained", "outage 15 decision": "suspected",
		"ddos 4 took_effect": "measure", "ddos 5 took_effect": "measure",
		"ddos 1 detected_at": "detected", "ddos 9 last": "measure",
		"ddos 9 quiet_since": "contained", "ddos 9 state": "quiet", "ddos 12 restored_at": "restored",
		"ddos 14 demand_at": "demand", "ddos 11 decision": "suspected",
		"payment 1 paid_at": "occurred_from", "payment 2 stopped_at": "contained", "payment 9 decision": "suspected",
		"customers 12 aware_at": "aware", "customers 2 first_due": "first_due", "customers 6 sent_at": "sent",
		"supplier 1 told_at": "told", "supplier 1 public": "statement_seen", "supplier 5 first": "occurred_from",
		"supplier 3 contained_at": "contained", "supplier 6 decision": "suspected",
		"supplier 8 seen_at": "statement_seen", "supplier 8 closure": "their_closure",
		"secret 1 revoked_at": "occurred_to", "secret 5 contained_at": "contained",
		"secret 2 since": "occurred_from", "secret 9 decision": "suspected",
		"disclosure 1 sent_at": "informed", "disclosure 2 reported_at": "reported", "disclosure 3 valid": "valid",
		"disclosure 6 contained_at": "contained", "disclosure 10 contained_at": "contained",
		"disclosure 10 fixed_at": "fixed", "disclosure 17 contained_at": "contained",
		"disclosure 17 fixed_at": "fixed", "disclosure 18 contained_at": "contained",
		"disclosure 18 fixed_at": "fixed", "disclosure 5 data": "suspected", "disclosure 5 first": "occurred_from",
		"disclosure 23 contained_at": "contained", "disclosure 8 known_at": "exploited",
		"disclosure 11 written_at": "informed",
		"leaver 1 leaving_at":      "leaving", "leaver 5 ended_at": "contained",
		"leaver-cause 16 leaving_at": "leaving", "leaver-cause 7 cut_at": "contained", "leaver-cause 20 decision": "suspected",
	}
	got := map[string]string{}
	each(t, func(t *testing.T, g *guide.Guide) {
		for _, step := range guided(g) {
			for _, a := range step.Answers {
				if a.Fact == "" {
					continue
				}
				got[g.Playbook.Short+" "+step.Number+" "+a.Key] = a.Fact
				if a.Fact == "suspected" && !slices.Equal(a.When, []string{"yes", "unknown"}) {
					t.Errorf("step %s: suspected is set by %v", step.Number, a.When)
				}
			}
		}
	})
	if !maps.Equal(got, want) {
		t.Errorf("facts are set by %v, want %v", got, want)
	}
}

// What is due before a fact needs the fact before it happens.
func TestWhatComesBeforeAFactIsPlanned(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		for _, step := range guided(g) {
			due, err := guide.ParseDue(step.Due)
			if err == nil && due.Offset < 0 && !slices.Contains(guide.Planned(), due.Fact) {
				t.Errorf("step %s is due %s: the fact is known too late", step.Number, step.Due)
			}
		}
	})
}
