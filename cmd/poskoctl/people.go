package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/instant"
)

func (a *app) casePerson() *cobra.Command {
	var contact string
	c := a.simple("person CASE NAME ROLE", "Put a person on the case", 3,
		func(c *cases.Case, args []string) (string, error) { return c.AddPerson(args[0], args[1], contact) })
	c.Flags().StringVar(&contact, "contact", "", "phone or another way to reach them")
	return c
}

func (a *app) caseLeave() *cobra.Command {
	var reason string
	c := a.simple("leave CASE PERSON --reason R", "Take a person off the case from now on; the past stays", 2,
		func(c *cases.Case, args []string) (string, error) {
			id := reference(args[0])
			return id, c.RemovePerson(id, reason)
		})
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

func (a *app) caseTask() *cobra.Command {
	group := &cobra.Command{Use: "task", Short: "Tasks beside the playbook"}
	var assignee, due string
	add := a.simple("add CASE TEXT", "Add a task", 2, func(c *cases.Case, args []string) (string, error) {
		var at instant.Instant
		if due != "" {
			var err error
			if at, err = instant.Parse(due); err != nil {
				return "", fmt.Errorf("--due %q: %w", due, err)
			}
		}
		return c.AddTask(args[0], assignee, at)
	})
	add.Flags().StringVar(&assignee, "assignee", "", "who does it")
	add.Flags().StringVar(&due, "due", "", "by when")
	done := a.simple("done CASE TASK", "Finish a task", 2, func(c *cases.Case, args []string) (string, error) { return args[0], c.FinishTask(reference(args[0])) })
	var reason string
	drop := a.simple("drop CASE TASK --reason R", "Drop a task", 2,
		func(c *cases.Case, args []string) (string, error) {
			return args[0], c.DropTask(reference(args[0]), reason)
		})
	drop.Flags().StringVar(&reason, "reason", "", "why")
	assign := a.simple("assign CASE TASK NAME", "Give a task to somebody else", 3,
		func(c *cases.Case, args []string) (string, error) {
			return args[0], c.ReassignTask(reference(args[0]), args[1])
		})
	group.AddCommand(a.taskList(), add, done, drop, assign)
	return group
}

func (a *app) taskList() *cobra.Command {
	return &cobra.Command{
		Use: "list CASE", Short: "List the tasks", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.view(cmd.Context(), args[0], func(c *cases.Case) error {
				return list(a, c.Tasks, "cli.task.none", []string{"cli.id", "cli.state", "cli.due", "cli.assignee", "cli.what"}, func(t cases.Task) []string {
					return []string{t.ID, a.word(t.State), a.until(t.Due), t.Assignee, cases.Visible(t.Text)}
				})
			})
		},
	}
}

// until is a deadline in a column.
func (a *app) until(due instant.Instant) string {
	if due.IsZero() {
		return ""
	}
	return seconds(due)
}

// taskLine is a task in one line.
func (a *app) taskLine(t cases.Task) string {
	line := "  " + t.ID + "  " + cases.Visible(t.Text) + "  (" + a.word(t.State)
	for _, more := range nonEmpty(t.Assignee, a.until(t.Due), t.Reason) {
		line += ", " + cases.Visible(more)
	}
	return line + ")"
}
