package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/book"
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

// fieldUsage is what the help says of a column's flag.
func fieldUsage(col book.Column, lang string) string {
	return col.Label(lang) + ": " + col.TypeLabel(lang)
}

// fieldFlags gives a command one flag for each column and returns what reads
// those that were set.
func fieldFlags(c *cobra.Command, registers ...string) func() map[string]string {
	values := map[string]*string{}
	for _, register := range registers {
		for _, col := range book.Columns(register) {
			flag := strings.ReplaceAll(col.Key, "_", "-")
			if values[col.Key] == nil {
				values[col.Key] = c.Flags().String(flag, "", fieldUsage(col, "en"))
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
