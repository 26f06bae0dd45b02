package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/cases"
)

func (a *app) bookList() *cobra.Command {
	var gone bool
	c := &cobra.Command{
		Use: "list [system|contact|customer|supplier]", Short: "List a register, or all of them", Args: cobra.MaximumNArgs(1), ValidArgs: book.Registers(),
		RunE: func(cmd *cobra.Command, args []string) error {
			registers := book.Registers()
			if len(args) > 0 {
				one, err := a.register(args[0])
				if err != nil {
					return err
				}
				registers = []string{one}
			}
			return a.viewBook(cmd.Context(), func(b *book.Book) error {
				if err := a.listBook(b, registers, gone); err != nil || a.json {
					return err
				}
				return a.bookDoubts(b)
			})
		},
	}
	c.Flags().BoolVar(&gone, "removed", false, "also those that were removed")
	return c
}

func (a *app) listBook(b *book.Book, registers []string, gone bool) error {
	var rows []book.Record
	for _, r := range b.Records {
		if slices.Contains(registers, r.Register) && (gone || r.Removed == nil) {
			rows = append(rows, r)
		}
	}
	doubled := b.Doubled()
	if a.json {
		for _, r := range rows {
			if err := a.object(recordView(r, doubled[r.ID])); err != nil {
				return err
			}
		}
		return nil
	}
	return list(a, rows, "cli.book.none", []string{"cli.id", "cli.name", "cli.what"}, func(r book.Record) []string {
		return []string{r.ID, cases.Visible(r.Name()), cases.Visible(a.recordLine(r, doubled[r.ID]))}
	})
}

// recordLine is what a list says of a record beside its name.
func (a *app) recordLine(r book.Record, doubles []string) string {
	said := strings.Join(nonEmpty(book.RoleLabel(a.lang, r.Fields["role"]), r.Reach()), " · ")
	if len(doubles) > 0 {
		said += "  " + a.say("cli.book.doubled", strings.Join(doubles, ", "))
	}
	if r.Removed != nil {
		said += "  " + a.say("cli.book.gone", r.Removed.Reason)
	}
	return said
}

// bookDoubts names the entries that did not fit.
func (a *app) bookDoubts(b *book.Book) error {
	for _, x := range b.Conflicts {
		if err := a.print(a.say("cli.book.conflict", x.Event, x.Kind, book.ConflictText(a.lang, x.Reason))); err != nil {
			return err
		}
	}
	return nil
}

// recordView is a record as programs read it: one flat object.
func recordView(r book.Record, doubles []string) map[string]any {
	out := r.Values()
	out["id"], out["register"], out["added"] = r.ID, r.Register, r.Added
	if !r.Changed.Wall.IsZero() {
		out["changed"] = r.Changed
	}
	if r.Removed != nil {
		out["removed"] = r.Removed
	}
	if len(doubles) > 0 {
		out["doubles"] = doubles
	}
	return out
}

func (a *app) bookShow() *cobra.Command {
	var columns bool
	c := &cobra.Command{
		Use: "show ID | show REGISTER --columns", Short: "Show a record, or with --columns the fields of a register", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if columns {
				register, err := a.register(args[0])
				if err != nil {
					return err
				}
				return list(a, a.columnViews(register), "", []string{"cli.book.key", "cli.name", "cli.what"}, func(c columnView) []string {
					label := c.Label
					if c.Required {
						label += " !"
					}
					return []string{c.Key, label, c.Takes}
				})
			}
			return a.showRecord(cmd.Context(), args[0])
		},
	}
	c.Flags().BoolVar(&columns, "columns", false, "list the columns of the register")
	return c
}

type columnView struct {
	book.Column
	Label string `json:"label"`
	Takes string `json:"takes"`
}

func (a *app) columnViews(register string) []columnView {
	var out []columnView
	for _, c := range book.Columns(register) {
		out = append(out, columnView{c, c.Label(a.lang), c.TypeLabel(a.lang)})
	}
	return out
}

func (a *app) showRecord(ctx context.Context, typed string) error {
	var r book.Record
	var doubles []string
	err := a.viewBook(ctx, func(b *book.Book) error {
		var ok bool
		if r, ok = b.Find(typed); !ok {
			return sayError(a.say("error.no-record", typed))
		}
		doubles = b.Doubled()[r.ID]
		return nil
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.object(recordView(r, doubles))
	}
	lines := []string{r.ID + "  " + r.Name(), ""}
	for _, key := range r.Keys() {
		if key != book.ColumnName {
			lines = append(lines, "  "+book.Column{Key: key}.Label(a.lang)+": "+r.Show(a.lang, key))
		}
	}
	lines = append(lines, "", a.say("cli.book.added", onClock(r.Added.Wall), a.officer(r.Added.By)))
	if !r.Changed.Wall.IsZero() {
		lines = append(lines, a.say("cli.book.last", onClock(r.Changed.Wall), a.officer(r.Changed.By)))
	}
	if len(doubles) > 0 {
		lines = append(lines, a.say("cli.book.doubled", strings.Join(doubles, ", ")))
	}
	if r.Removed != nil {
		lines = append(lines, a.say("cli.book.gone", r.Removed.Reason))
	}
	return a.print(lines...)
}
