package main

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/spreadsheet"
)

func (a *app) bookExport() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "export REGISTER [--out F.csv]", Short: "Write a register as CSV that import and spreadsheets read", Args: cobra.ExactArgs(1), ValidArgs: book.Registers(),
		RunE: func(cmd *cobra.Command, args []string) error {
			register, err := a.register(args[0])
			if err != nil {
				return err
			}
			if a.json && out == "" {
				return a.wrong("usage.out")
			}
			return a.viewBook(cmd.Context(), func(b *book.Book) error {
				var text bytes.Buffer
				if err := b.WriteCSV(&text, register, a.lang); err != nil {
					return err
				}
				if out == "" {
					_, err := io.Copy(a.out, &text)
					return err
				}
				if err := writeNew(out, append([]byte(spreadsheet.Mark), text.Bytes()...)); err != nil {
					return err
				}
				return a.answer(map[string]any{"file": out, "rows": len(b.List(register))}, "cli.written", out)
			})
		},
	}
	c.Flags().StringVar(&out, "out", "", "the file to write; it must not exist")
	return c
}

func (a *app) bookPrint() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "print [--out F.pdf|F.md]", Short: "Set the phone list and the registers for paper", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			format := strings.TrimPrefix(strings.ToLower(filepath.Ext(out)), ".")
			if out == "" {
				format = "md"
			}
			if format != "pdf" && format != "md" || a.json && out == "" {
				return a.wrong("usage.paper", out)
			}
			w, err := a.unlock(cmd.Context())
			if err != nil {
				return err
			}
			var text bytes.Buffer
			if err := wire.PrintBook(cmd.Context(), w, &text, format, a.lang); err != nil {
				return err
			}
			if out == "" {
				_, err := io.Copy(a.out, &text)
				return err
			}
			if err := writeNew(out, text.Bytes()); err != nil {
				return err
			}
			return a.answer(map[string]any{"file": out, "format": format}, "cli.written", out)
		},
	}
	c.Flags().StringVar(&out, "out", "", "the file to write; it must not exist")
	return c
}
