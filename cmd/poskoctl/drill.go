package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/cases"
)

func (a *app) caseDrill() *cobra.Command {
	return &cobra.Command{
		Use: "drill CASE", Short: "Show how a drill went: times against targets, what was skipped, where proof is missing", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.view(cmd.Context(), args[0], func(c *cases.Case) error {
				s := c.Sheet(a.lang, a.open.Now())
				if s == nil {
					return sayError(a.say("error.no-drill", c.Number))
				}
				if a.json {
					return a.object(s)
				}
				return a.print(a.sheetLines(c, s)...)
			})
		},
	}
}

func (a *app) sheetLines(c *cases.Case, s *cases.Sheet) []string {
	lines := []string{
		a.say("cli.drill") + "  " + c.Number + "  " + c.Title,
		a.say("cli.drill.counts", s.InTime, s.Late, s.Skipped, s.Failed, s.Left, s.NoProof),
		a.say("cli.drill.speed", s.Speed), "",
	}
	for _, row := range s.Rows {
		lines = append(lines, a.sheetLine(row))
	}
	return lines
}

// sheetLine is a step against its target; what is late or missing is said.
func (a *app) sheetLine(r cases.SheetRow) string {
	line := fmt.Sprintf("%s %-9s %s", stepMark(r.Status), r.Ref, r.Name)
	if r.Mandatory {
		line += " !"
	}
	var more []string
	if r.Rule != "" && r.Target != 0 {
		more = append(more, a.say("cli.drill.target", spell(r.Target)))
	}
	if r.Took != 0 {
		more = append(more, a.say("cli.drill.took", spell(r.Took)))
	}
	if r.Late > 0 {
		more = append(more, a.say("cli.drill.late", spell(r.Late)))
	}
	if r.NoProof {
		more = append(more, a.say("cli.drill.noproof"))
	}
	if r.Reason != "" {
		more = append(more, a.say("cli.drill.reason", r.Reason))
	}
	for _, m := range more {
		line += "\n            " + m
	}
	return line
}

// storyLines tell a drill's story so far; of a real case there are none.
func (a *app) storyLines(c *cases.Case, now time.Time) []string {
	s := c.Story(a.lang, now)
	lines := append([]string(nil), s.Scenarios...)
	for _, n := range s.News {
		lines = append(lines, "  "+seconds(n.At)+"  "+n.Text)
	}
	if !s.Next.IsZero() {
		lines = append(lines, a.say("cli.drill.next", seconds(s.Next)))
	}
	return lines
}

// tellStory prints a drill's mark and story above what is to be done.
func (a *app) tellStory(c *cases.Case) error {
	if !c.Drill() {
		return nil
	}
	lines := append([]string{a.say("cli.drill") + "  " + c.Number}, a.storyLines(c, a.open.Now())...)
	return a.print(append(lines, "")...)
}

// spell writes a duration in the units of a playbook: 2d, 3h, 20m.
func spell(seconds int64) string {
	const minute, hour, day = 60, 3600, 86400
	switch {
	case seconds < 0:
		return "-" + spell(-seconds)
	case seconds >= day && seconds%day == 0:
		return fmt.Sprintf("%dd", seconds/day)
	case seconds >= day:
		return fmt.Sprintf("%dd %s", seconds/day, spell(seconds%day))
	case seconds >= hour && seconds%hour == 0:
		return fmt.Sprintf("%dh", seconds/hour)
	case seconds >= hour:
		return fmt.Sprintf("%dh %s", seconds/hour, spell(seconds%hour))
	}
	return fmt.Sprintf("%dm", seconds/minute)
}
