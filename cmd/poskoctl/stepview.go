package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/instant"
	runs "github.com/posko-ir/posko/playbooks/run"
)

func (a *app) stepList() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "list CASE", Short: "List the steps: what is open by its deadline, then what is done, and what may still come", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.view(cmd.Context(), args[0], func(c *cases.Case) error {
				steps := c.Steps(a.lang, a.open.Now())
				byUrgency(steps)
				if a.json {
					return list(a, steps, "", nil, nil)
				}
				if len(steps) == 0 {
					return a.print(a.say("cli.step.none"))
				}
				if err := a.tellStory(c); err != nil {
					return err
				}
				for _, s := range steps {
					if !all && s.Status == cases.StatusUpcoming {
						continue
					}
					if err := a.print(stepLine(a, s)); err != nil {
						return err
					}
				}
				return a.print("", a.say("cli.step.legend"))
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "also the steps that may still come")
	return c
}

// byUrgency sorts steps: open ones by deadline, those without one behind, then
// what is over, then what may still come. What is equal keeps its order.
func byUrgency(steps []cases.StepView) {
	slices.SortStableFunc(steps, func(x, y cases.StepView) int {
		if by := cmp.Compare(rank(x), rank(y)); by != 0 || rank(x) != 0 {
			return by
		}
		switch {
		case x.Due.IsZero() != y.Due.IsZero():
			if x.Due.IsZero() {
				return 1
			}
			return -1
		default:
			return x.Due.Time().Compare(y.Due.Time())
		}
	})
}

func rank(s cases.StepView) int {
	switch {
	case s.Status == cases.StatusUpcoming:
		return 2
	case finished(s):
		return 1
	}
	return 0
}

// stepLine is a step in one line, and what it asks for in a second one.
func stepLine(a *app, s cases.StepView) string {
	line := fmt.Sprintf("%s %-9s %s", stepMark(s.Status), s.Ref, s.Name)
	if s.Mandatory {
		line += " !"
	}
	if finished(s) {
		return line
	}
	more := nonEmpty(a.word(s.Role), a.deadline(s))
	if s.FourEyes {
		more = append(more, a.say("cli.step.foureyes"))
	}
	if len(s.Proof) > 0 {
		more = append(more, a.say("cli.step.proof", strings.Join(each(s.Proof, a.word), "/")))
	}
	return line + "\n            " + strings.Join(more, " · ")
}

// stepMark is the sign in front of a step.
func stepMark(status string) string {
	mark := map[string]string{"done": "✓", "skipped": "–", "not-applicable": "–", "failed": "✗", "in-work": "…", cases.StatusUpcoming: " "}[status]
	if mark == "" {
		return "○"
	}
	return mark
}

// deadline says until when a step is to be done, or which rule says so once its
// fact is known.
func (a *app) deadline(s cases.StepView) string {
	switch {
	case s.Overdue:
		return a.say("cli.step.overdue", seconds(s.Due))
	case !s.Due.IsZero():
		return a.say("cli.step.due", seconds(s.Due))
	case s.DueMissing != "":
		return a.say("cli.step.waits", s.DueRule, s.DueWaits)
	}
	return ""
}

// seconds shows an instant as precisely as a person needs it: on the clock that
// it was entered with, or on this machine's where it came without a zone.
func seconds(i instant.Instant) string {
	t := i.Local()
	if _, offset := t.Zone(); offset == 0 && i.Zone() == "" {
		t = t.Local()
	}
	return t.Format(time.RFC3339)
}

// onClock shows a time of recording on this machine's clock.
func onClock(t time.Time) string { return t.Local().Format(time.RFC3339) }

// finished says whether nothing more is expected of a step.
func finished(s cases.StepView) bool {
	return slices.Contains([]string{string(runs.Done), string(runs.Skipped), string(runs.NotApplicable), string(runs.Failed)}, s.Status) && !s.Halted
}

// workable says whether a person can work on a step now.
func workable(s cases.StepView) bool {
	return s.Status == string(runs.Open) || s.Status == string(runs.InWork)
}

func (a *app) stepShow() *cobra.Command {
	return &cobra.Command{
		Use: "show CASE STEP", Short: "Show a step: its detail, the form of its answers, and what was recorded", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			step, err := a.findStep(cmd, args[0], args[1])
			if err != nil {
				return err
			}
			points, err := a.pointedTo(cmd.Context(), step.Book, step.linked)
			if err != nil {
				return err
			}
			if a.json {
				return a.object(stepObject{step.StepView, points})
			}
			return a.print(append(a.stepText(step.StepView), stepPointers(points)...)...)
		},
	}
}

// stepObject is a step as programs read it, with what it points to in the book.
type stepObject struct {
	cases.StepView
	Book []pointed `json:"book"`
}

// stepFound is a step with what its case links to in the book, by register.
type stepFound struct {
	cases.StepView
	records map[string][]string
}

func (s stepFound) linked(register string) []string { return s.records[register] }

func (a *app) findStep(cmd *cobra.Command, name, ref string) (stepFound, error) {
	found := stepFound{records: map[string][]string{}}
	err := a.view(cmd.Context(), name, func(c *cases.Case) error {
		for _, s := range c.Steps(a.lang, a.open.Now()) {
			if strings.EqualFold(s.Ref, strings.TrimSpace(ref)) {
				found.StepView = s
				for _, register := range cases.BookRegisters() {
					found.records[register] = c.Linked(register)
				}
				return nil
			}
		}
		return sayError(a.say("error.no-step", ref))
	})
	return found, err
}

// stepText is all there is to say about a step.
func (a *app) stepText(s cases.StepView) []string {
	lines := []string{stepLine(a, s), "", s.Detail, ""}
	if finished(s) && s.Result != nil {
		return append(lines, a.recorded(s)...)
	}
	for _, q := range s.Answers {
		line := fmt.Sprintf("  %s=…  %s (%s)", q.Key, q.Label, a.word(q.Type))
		if q.Required {
			line += " !"
		}
		lines = append(lines, line)
		for _, choice := range q.Choices {
			lines = append(lines, fmt.Sprintf("      %s  %s", choice.Value, choice.Label))
		}
	}
	if len(s.Branches) > 0 {
		lines = append(lines, a.say("cli.step.branches", s.AskDetail, strings.Join(s.Branches, ", ")))
	}
	if s.Result != nil {
		lines = append(lines, a.recorded(s)...)
	}
	return lines
}

// recorded says what was recorded last about a step: how it ended, when it
// happened and who says so, the answers by their labels, the proof.
func (a *app) recorded(s cases.StepView) []string {
	r := s.Result
	lines := []string{a.say("cli.step.result", a.word(r.What), seconds(r.Happened()), onClock(r.Wall), a.officer(r.By))}
	if r.Source != "" {
		lines = append(lines, a.say("cli.step.source", r.Source))
	}
	left := maps.Clone(r.Answers)
	for _, q := range s.Answers {
		if value := left[q.Key]; value != "" {
			lines = append(lines, "  "+cases.Labelled(cmp.Or(q.Label, q.Key), a.answerText(q, value)))
		}
		delete(left, q.Key)
	}
	for _, key := range slices.Sorted(maps.Keys(left)) { // of a form that has changed since
		lines = append(lines, "  "+key+": "+left[key])
	}
	if len(r.Evidence) > 0 {
		lines = append(lines, a.say("cli.step.evidence", strings.Join(r.Evidence, ", ")))
	}
	if x := r.Accepted; x != nil {
		lines = append(lines, a.say("cli.step.accepted", strings.Join(each(x.Wanted, a.word), ", "), strings.Join(each(x.Given, a.word), ", "), x.Reason))
	}
	if r.Branch != "" {
		lines = append(lines, a.say("cli.step.branch", r.Branch))
	}
	if r.Reason != "" {
		lines = append(lines, a.say("cli.step.reason", r.Reason))
	}
	if r.Note != "" {
		lines = append(lines, a.say("cli.step.note", r.Note))
	}
	return lines
}

// answerText is a recorded answer as people read it.
func (a *app) answerText(q cases.AnswerView, value string) string {
	for _, choice := range q.Choices {
		if choice.Value == value && choice.Label != "" {
			return choice.Label
		}
	}
	switch q.Type {
	case guide.TypeBool:
		if value == "true" {
			return a.say("cli.yes")
		}
		return a.say("cli.no")
	case guide.TypeInstant:
		if at, err := instant.Parse(value); err == nil {
			return seconds(at)
		}
	}
	return value
}

// officer is the name of who recorded something, or the id where the roster
// does not have it.
func (a *app) officer(id string) string {
	if me := a.open.Keys().Officer(); me.ID == id {
		return me.Name
	}
	return id
}
