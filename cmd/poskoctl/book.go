package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
)

func (a *app) bookCommand() *cobra.Command {
	c := &cobra.Command{Use: "book", Short: "The registers: systems, contacts, customers, suppliers"}
	c.AddCommand(a.bookAdd(), a.bookList(), a.bookShow(), a.bookChange(), a.bookRemove(), a.bookImport(), a.bookExport(), a.bookPrint())
	return c
}

// viewBook shows the book.
func (a *app) viewBook(ctx context.Context, fn func(*book.Book) error) error {
	w, err := a.unlock(ctx)
	if err != nil {
		return err
	}
	return store.View(ctx, w, "", fn)
}

// updateBook records in the book what fn records.
func (a *app) updateBook(ctx context.Context, fn func(*book.Book) error) error {
	w, err := a.unlock(ctx)
	if err != nil {
		return err
	}
	said, err := a.said()
	if err != nil {
		return err
	}
	return store.Update(ctx, w, "", said, fn)
}

// register reads the name of a register, also in the plural.
func (a *app) register(typed string) (string, error) {
	name := strings.ToLower(strings.TrimSpace(typed))
	for _, r := range book.Registers() {
		if name == r || name == r+"s" {
			return r, nil
		}
	}
	return "", a.wrong("usage.register", typed, strings.Join(book.Registers(), ", "))
}

// fieldFlags gives a command one flag for each column and returns what reads
// those that were set.
func fieldFlags(c *cobra.Command, registers ...string) func() map[string]string {
	values := map[string]*string{}
	for _, register := range registers {
		for _, col := range book.Columns(register) {
			flag := strings.ReplaceAll(col.Key, "_", "-")
			if values[col.Key] == nil {
				values[col.Key] = c.Flags().String(flag, "", col.Label("en")+": "+col.TypeLabel("en"))
			}
		}
	}
	return func() map[string]string {
		set := map[string]string{}
		for key, value := range values {
			if c.Flags().Changed(strings.ReplaceAll(key, "_", "-")) {
				set[key] = *value
			}
		}
		return set
	}
}

func (a *app) bookAdd() *cobra.Command {
	group := &cobra.Command{Use: "add", Short: "Add a record to a register"}
	for _, register := range book.Registers() {
		c := &cobra.Command{Use: register + " --name N", Short: "Add a " + register, Args: cobra.NoArgs}
		fields := fieldFlags(c, register)
		c.RunE = func(cmd *cobra.Command, _ []string) error {
			var id string
			err := a.updateBook(cmd.Context(), func(b *book.Book) (err error) {
				id, err = b.Add(register, fields())
				return err
			})
			if err != nil {
				return err
			}
			return a.answer(map[string]string{"id": id, "register": register}, "cli.recorded.as", id)
		}
		group.AddCommand(c)
	}
	return group
}

func (a *app) bookChange() *cobra.Command {
	c := &cobra.Command{Use: "change ID --FIELD VALUE", Short: "Give fields of a record other values; an empty one clears its field", Args: cobra.ExactArgs(1)}
	fields := fieldFlags(c, book.Registers()...)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		var keys []string
		err := a.updateBook(cmd.Context(), func(b *book.Book) (err error) {
			keys, err = b.Change(args[0], fields())
			return err
		})
		if err != nil {
			return err
		}
		id, _ := book.ID(args[0])
		return a.answer(map[string]any{"id": id, "changed": keys}, "cli.book.changed", id, strings.Join(keys, ", "))
	}
	return c
}

func (a *app) bookRemove() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "remove ID --reason R", Short: "Take a record out of its register; it stays readable", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.updateBook(cmd.Context(), func(b *book.Book) error { return b.Remove(args[0], reason) }); err != nil {
				return err
			}
			id, _ := book.ID(args[0])
			return a.answer(map[string]string{"id": id}, "cli.book.removed", id)
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why")
	return c
}

func (a *app) bookList() *cobra.Command {
	var gone bool
	c := &cobra.Command{
		Use: "list [system|contact|customer|supplier]", Short: "List a register, or all of them", Args: cobra.MaximumNArgs(1),
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
