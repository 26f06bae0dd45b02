package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/posko-ir/posko/playbooks/book"
)

// shownNew is how many new rows a preview on a terminal names.
const shownNew = 50

// importView is what an import would do, or did.
type importView struct {
	Register  string   `json:"register"`
	File      string   `json:"file"`
	Encoding  string   `json:"encoding"`
	Separator string   `json:"separator"`
	Missing   []string `json:"missing"`
	Extra     []string `json:"extra"`
	*book.Plan
	Recorded bool `json:"recorded"`
}

// intake is one import: its flags and what was read.
type intake struct {
	yes, skipFaulty, extraToNotes bool

	list book.List
	plan book.Plan
	view importView
}

func (a *app) bookImport() *cobra.Command {
	var in intake
	c := &cobra.Command{
		Use: "import REGISTER FILE", Short: "Import a CSV file; shows first what it would do. An empty cell changes nothing", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			register, err := a.register(args[0])
			if err != nil {
				return err
			}
			if err := in.read(register, args[1]); err != nil {
				return err
			}
			return a.take(cmd.Context(), &in)
		},
	}
	f := c.Flags()
	f.BoolVar(&in.yes, "yes", false, "record it without asking")
	f.BoolVar(&in.skipFaulty, "skip-faulty", false, "leave out the rows that cannot be read")
	f.BoolVar(&in.extraToNotes, "extra-to-notes", false, "keep columns that the register does not know in the notes")
	return c
}

func (in *intake) read(register, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	if in.list, err = book.ReadCSV(register, f, in.extraToNotes); err != nil {
		return err
	}
	in.view = importView{
		Register: register, File: path, Encoding: in.list.Encoding, Separator: in.list.Separator,
		Missing: some(in.list.Missing), Extra: some(in.list.Extra), Plan: &in.plan,
	}
	return nil
}

// take shows what the import would do, asks, and records it in one commit.
func (a *app) take(ctx context.Context, in *intake) error {
	err := a.viewBook(ctx, func(b *book.Book) error {
		in.plan = b.Plan(in.list)
		return nil
	})
	if err != nil {
		return err
	}
	if !a.json {
		if err := a.preview(in); err != nil {
			return err
		}
	}
	if agreed, err := a.agreed(ctx, in); err != nil || !agreed {
		return err
	}
	err = a.updateBook(ctx, func(b *book.Book) error { return b.Import(in.list, &in.plan, in.skipFaulty) })
	if err != nil && a.json {
		return errors.Join(a.object(in.view), err)
	}
	if err != nil {
		return err
	}
	in.view.Recorded = true
	return a.answer(in.view, "cli.book.imported", in.plan.New, in.plan.Changed)
}

// agreed says whether to record. Without --yes a person is asked; where nobody
// can be asked the preview is all. Faulty rows are not asked about: the rule
// refuses them.
func (a *app) agreed(ctx context.Context, in *intake) (bool, error) {
	switch {
	case in.plan.Faulty > 0 && !in.skipFaulty:
		return true, nil
	case in.plan.Nothing():
		return false, a.answer(in.view, "cli.book.import.nothing")
	case in.yes:
		return true, nil
	case a.json || !a.asking():
		return false, a.answer(in.view, "cli.book.import.preview")
	}
	yes, err := a.confirm(ctx, a.say("cli.book.import.ask"))
	if err == nil && !yes {
		err = a.print(a.say("cli.book.import.left"))
	}
	return yes, err
}

// preview prints what an import would do, row by row.
func (a *app) preview(in *intake) error {
	l, p := in.list, in.plan
	separator := map[string]string{",": ",", ";": ";", "\t": "TAB"}[l.Separator]
	lines := []string{a.say("cli.book.import.read", in.view.File, l.Encoding, separator)}
	if len(l.Missing) > 0 {
		lines = append(lines, a.say("cli.book.import.missing", strings.Join(a.labels(l.Missing), ", ")))
	}
	if len(l.Extra) > 0 {
		lines = append(lines, a.say("cli.book.import.extra", strings.Join(l.Extra, ", ")))
	}
	lines = append(lines, a.say("cli.book.import.counts", p.New, p.Changed, p.Same, p.Doubled, p.Faulty))
	left := shownNew
	for _, row := range p.Rows {
		if row.What == book.RowNew {
			if left--; left < 0 {
				continue
			}
		}
		lines = append(lines, a.rowLines(row)...)
	}
	if left < 0 {
		lines = append(lines, a.say("cli.book.import.more", -left))
	}
	return a.print(lines...)
}

func (a *app) labels(keys []string) []string {
	return each(keys, func(key string) string { return book.Column{Key: key}.Label(a.lang) })
}

// rowLines is what one row does, and each field that it changes.
func (a *app) rowLines(row book.PlanRow) []string {
	mark := map[string]string{book.RowNew: "+", book.RowChanged: "~", book.RowDoubled: "=", book.RowFaulty: "!"}[row.What]
	line := "  " + mark + " " + a.say("cli.book.import.row", row.Row, strings.Join(nonEmpty(row.ID, row.Name), "  "))
	if row.Doubles > 0 {
		line += "  " + a.say("cli.book.import.doubles", row.Doubles)
	}
	if row.Removed != "" {
		line += "  " + a.say("cli.book.import.removed", row.Removed)
	}
	lines := []string{line}
	for _, c := range row.Changes {
		lines = append(lines, fmt.Sprintf("      %s: %s → %s", book.Column{Key: c.Field}.Label(a.lang), valueLine(c.From), valueLine(c.To)))
	}
	for _, f := range row.Faults {
		message, hint := f.Text(a.lang)
		lines = append(lines, "      "+message+". "+hint)
	}
	return lines
}

func valueLine(s string) string {
	if s == "" {
		return "–"
	}
	return strings.Join(strings.Fields(s), " ")
}

// asking says whether a person can answer a question.
func (a *app) asking() bool {
	f, ok := a.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// confirm asks a question that only a clear yes answers with yes. Reading cannot
// be interrupted: after Ctrl-C it is left behind.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	a.remark(question)
	read := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.in).ReadString('\n') // what was typed before the end counts
		read <- line
	}()
	select {
	case line := <-read:
		return slices.Contains(strings.Split(a.say("cli.book.import.yes"), ","), strings.ToLower(strings.TrimSpace(line))), nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
