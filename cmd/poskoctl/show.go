package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
)

func (a *app) caseShow() *cobra.Command {
	return &cobra.Command{
		Use: "show CASE", Short: "Show a case", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.view(cmd.Context(), args[0], func(c *cases.Case) error { return a.showCase(c, a.open.Now(), c.Entries) })
		},
	}
}

// caseView is a case as the command line shows it.
type caseView struct {
	cases.Summary
	Instants   map[string]string       `json:"instants"`
	Facts      map[string][]cases.Fact `json:"facts"`
	People     []cases.Person          `json:"people"`
	Notes      []cases.Note            `json:"notes"`
	Decisions  []cases.Decision        `json:"decisions"`
	Tasks      []cases.Task            `json:"tasks"`
	Assets     []cases.Asset           `json:"assets"`
	Indicators []cases.Indicator       `json:"indicators"`
	Links      []cases.Link            `json:"links"`
	Runs       []cases.RunView         `json:"runs"`
	Steps      []cases.StepView        `json:"steps"`
	Evidence   []collectionView        `json:"evidence"`
	Seals      []cases.Seal            `json:"seals"`
	Exports    []cases.Export          `json:"exports"`
	Blockers   []string                `json:"blockers"`
	Conflicts  []cases.Conflict        `json:"conflicts"`
	Destroyed  []cases.Gone            `json:"destroyed"`
	Story      *cases.Story            `json:"story,omitempty"`
	AsOf       string                  `json:"as_of"`
	Known      int                     `json:"known_entries"`
}

type collectionView struct {
	Collection string `json:"collection"`
	Title      string `json:"title"`
	Kind       string `json:"kind"`
	Items      int    `json:"items"`
	Bytes      int64  `json:"bytes"`
	Skipped    int    `json:"skipped"`
	Seal       string `json:"seal,omitempty"`
}

func (a *app) showCase(c *cases.Case, at time.Time, known int) error {
	v := caseView{
		Summary: c.Summary(), Instants: map[string]string{}, Facts: c.Facts, People: some(c.People), Notes: some(c.Notes), Decisions: some(c.Decisions),
		Tasks: some(c.Tasks), Assets: some(c.Assets), Indicators: some(c.Indicators), Links: some(c.Links), Runs: some(c.RunViews(a.lang)), Steps: some(c.Steps(a.lang, at)),
		Seals: some(c.Seals), Exports: some(c.Exports), Conflicts: some(c.Conflicts), Destroyed: some(c.Destroyed), AsOf: at.UTC().Format(time.RFC3339), Known: known,
		Evidence: []collectionView{}, Blockers: []string{},
	}
	if s := c.Story(a.lang, at); c.Drill() {
		v.Story = &s
	}
	for key, value := range c.Instants() {
		v.Instants[key] = value.String()
	}
	for _, b := range c.Blockers() {
		v.Blockers = append(v.Blockers, b.Text(a.lang))
	}
	for _, col := range c.Collections {
		v.Evidence = append(v.Evidence, collectionView{col.ID, col.Title, col.Kind, col.Items, col.Bytes, col.Skipped, col.Seal})
	}
	if a.json {
		return a.object(v)
	}
	return a.printCase(c, v, at)
}

func (a *app) printCase(c *cases.Case, v caseView, at time.Time) error {
	head := fmt.Sprintf("%s  %s", v.Number, cases.Visible(v.Title))
	if c.Drill() {
		head = a.say("cli.drill") + "  " + head
	}
	lines := []string{head, a.say("cli.case.head", a.word(v.State), a.word(v.Severity), v.TLP, a.word(v.Kind)), ""}
	if story := a.storyLines(c, at); len(story) > 0 {
		lines = append(append(lines, story...), "")
	}
	for _, key := range c.FactKeys() {
		if value, ok := c.Fact(key); ok {
			lines = append(lines, fmt.Sprintf("  %-22s %s", c.FactLabel(a.lang, key), seconds(value)))
		}
	}
	section := func(key string, rows []string) {
		if len(rows) > 0 {
			lines = append(lines, "", a.say(key))
			lines = append(lines, rows...)
		}
	}
	section("cli.section.steps", openSteps(a, v.Steps))
	section("cli.section.tasks", each(v.Tasks, a.taskLine))
	section("cli.section.decisions", each(v.Decisions, func(d cases.Decision) string { return "  " + d.ID + "  " + cases.Visible(d.Text) }))
	section("cli.section.notes", each(v.Notes, func(n cases.Note) string { return a.noteLine(n) }))
	section("cli.section.indicators", each(v.Indicators, func(i cases.Indicator) string {
		return "  " + i.ID + "  " + i.Type + "  " + cases.Defang(i.Type, i.Value)
	}))
	section("cli.section.links", each(v.Links, linkLine))
	section("cli.section.evidence", each(v.Evidence, func(e collectionView) string {
		return fmt.Sprintf("  %s  %s (%d, %s)  %s", e.Collection, cases.Visible(e.Title), e.Items, size(e.Bytes), e.Seal)
	}))
	section("cli.section.conflicts", a.conflictLines(v.Conflicts))
	section("cli.section.blockers", each(v.Blockers, func(b string) string { return "  " + b }))
	return a.print(lines...)
}

// conflictLines are the conflicts that nobody settled yet, with the entry that
// 'case resolve' takes.
func (a *app) conflictLines(all []cases.Conflict) []string {
	var out []string
	for _, x := range all {
		if x.Resolved == nil {
			out = append(out, "  "+x.Event.String()+"  "+x.Kind+": "+x.Text(a.lang))
		}
	}
	return out
}

// noteLine is a note in a list; one that was taken back says so.
func (a *app) noteLine(n cases.Note) string {
	line := "  " + n.ID + "  " + cases.Visible(n.Text)
	if n.Counsel {
		line += "  " + a.say("cli.counsel")
	}
	if n.Struck != nil {
		line += "  " + a.say("cli.withdrawn", cases.Visible(n.Struck.Reason))
	}
	return line
}

func openSteps(a *app, steps []cases.StepView) []string {
	var out []string
	byUrgency(steps)
	for _, s := range steps {
		if s.Status == cases.StatusUpcoming || finished(s) {
			continue
		}
		out = append(out, stepLine(a, s))
	}
	return out
}

func each[T any](all []T, line func(T) string) []string {
	out := make([]string, len(all))
	for i, x := range all {
		out[i] = line(x)
	}
	return out
}

func (a *app) print(lines ...string) error {
	_, err := fmt.Fprintln(a.out, cases.Visible(strings.Join(lines, "\n")))
	return err
}

// size is a number of bytes for people.
func size(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, suffix := float64(n)/unit, 0
	for value >= unit && suffix < 4 {
		value /= unit
		suffix++
	}
	return fmt.Sprintf("%.1f %ciB", value, "KMGTP"[suffix])
}

// rows are the timeline of a case, by event time.
func (a *app) rows(cmd *cobra.Command, name string) ([]cases.Row, error) {
	w, tag, err := a.onCase(cmd.Context(), name)
	if err != nil {
		return nil, err
	}
	events, err := w.Events(cmd.Context(), tag)
	if err != nil {
		return nil, err
	}
	var rows []cases.Row
	err = store.View(cmd.Context(), w, tag, func(c *cases.Case) error {
		rows = wire.Described(c, events, a.lang)
		return nil
	})
	return rows, err
}

func (a *app) caseTimeline() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "timeline CASE", Short: "Show the timeline by event time, or write it as CSV", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rows, err := a.rows(cmd, args[0])
			if err != nil {
				return err
			}
			slices.SortStableFunc(rows, func(x, y cases.Row) int { return x.At.Time().Compare(y.At.Time()) })
			if out != "" {
				if err := writeCSV(out, rows); err != nil {
					return err
				}
				return a.answer(map[string]any{"file": out, "rows": len(rows)}, "cli.written", out)
			}
			return list(a, rows, "cli.timeline.none", []string{"cli.at", "cli.recorded", "cli.source", "cli.what"}, func(r cases.Row) []string {
				return []string{seconds(r.At), onClock(r.Recorded), cases.Visible(r.Source), r.Text}
			})
		},
	}
	c.Flags().StringVar(&out, "csv", "", "write it into this new file")
	return c
}

func writeCSV(path string, rows []cases.Row) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = cases.FormatTimelineCSV(f, rows)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// importRows records the rows that the case does not know yet.
func (a *app) importRows(ctx context.Context, name, file string, rows []cases.ImportRow) error {
	w, tag, err := a.onCase(ctx, name)
	if err != nil {
		return err
	}
	events, err := w.Events(ctx, tag)
	if err != nil {
		return err
	}
	fresh, known := cases.NewRows(events, rows)
	if len(fresh) == 0 && known > 0 {
		return a.answer(map[string]any{"rows": 0, "known": known}, "cli.imported.none", known)
	}
	var id string
	err = a.update(ctx, name, func(c *cases.Case) error {
		id, err = c.ImportTimeline(file, fresh)
		return err
	})
	if err != nil {
		return err
	}
	return a.answer(map[string]any{"id": id, "rows": len(fresh), "known": known}, "cli.imported", len(fresh), id, known)
}

func (a *app) caseImport() *cobra.Command {
	return &cobra.Command{
		Use: "import CASE FILE", Short: "Import a timeline from CSV: time,source,text[,discovered]", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := os.Open(args[1])
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }() // only read
			rows, err := cases.ParseTimelineCSV(f)
			if err != nil {
				return err
			}
			return a.importRows(cmd.Context(), args[0], args[1], rows)
		},
	}
}
