package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/sheet"
)

func (a *app) workspaceSheet() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "recovery-sheet --out DIR", Short: "Write a new recovery sheet: two halves for two people", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return a.wrong("usage.sheet")
			}
			if a.workspace == "" {
				return usage(errNoWorkspaceNamed)
			}
			if err := a.sheetFolder(out); err != nil {
				return err
			}
			if _, err := a.unlock(cmd.Context()); err != nil {
				return err
			}
			made, err := a.makeSheet(cmd.Context(), out)
			if err != nil {
				return err
			}
			if a.json {
				return a.object(made)
			}
			return a.print(a.recoverySheetLines(made)...)
		},
	}
	c.Flags().StringVar(&out, "out", "", "a new or empty folder, best on another disk")
	return c
}

// madeSheet is a sheet whose halves were written.
type madeSheet struct {
	Sheet    int      `json:"sheet"`
	Made     string   `json:"made"`
	Words    string   `json:"words"`
	Halves   []string `json:"halves"`
	Replaces int      `json:"replaces,omitempty"`
}

// makeSheet writes the halves and records the sheet. Halves of a sheet that was
// not recorded are worthless and do not stay.
func (a *app) makeSheet(ctx context.Context, dir string) (madeSheet, error) {
	said, err := a.said()
	if err != nil {
		return madeSheet{}, err
	}
	r, err := a.open.Roster(ctx)
	if err != nil {
		return madeSheet{}, err
	}
	var files []string
	s, err := a.open.SetRecovery(ctx, said, func(s roster.Sheet, halves [2]*sheet.Half) error {
		for _, h := range halves {
			path := filepath.Join(dir, fmt.Sprintf("posko-sheet-%d-half-%d.txt", s.Number, h.Number))
			files = append(files, path)
			if err := writeHalf(path, a.halfText(r, s, h)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for _, f := range files {
			err = errors.Join(err, os.RemoveAll(f))
		}
		return madeSheet{}, err
	}
	return madeSheet{Sheet: s.Number, Made: s.Made.Format(time.DateOnly), Words: s.Words, Halves: files, Replaces: s.Number - 1}, nil
}

func (a *app) recoverySheetLines(m madeSheet) []string {
	lines := []string{a.say("cli.sheet", m.Sheet, m.Made, m.Halves[0], m.Halves[1], m.Words), a.say("cli.sheet.keep")}
	if m.Replaces > 0 {
		lines = append(lines, a.say("cli.sheet.replaces", m.Replaces))
	}
	return append(lines, a.say("cli.sheet.backup"))
}

// halfText is what is printed: for people, but for the eight lines.
func (a *app) halfText(r roster.Roster, s roster.Sheet, h *sheet.Half) string {
	o, _ := r.Officer(s.By)
	return a.say("cli.sheet.half", h.Number, cases.Visible(r.Org), r.Workspace, s.Number, s.Made.Format(time.DateOnly), cases.Visible(o.Name),
		strings.Repeat("_", 30), s.Words, strings.Join(h.Code(), "\n"), h.Number)
}

// writeHalf never replaces a file.
func writeHalf(path, text string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	return f.Sync()
}

// sheetFolder makes the folder for the halves: new or empty, and not where
// whoever finds the laptop's folder finds them too.
func (a *app) sheetFolder(dir string) error {
	if within(a.workspace, dir) {
		return sayError(a.say("error.sheet-inside"))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	found, err := os.ReadDir(dir)
	if err == nil && len(found) > 0 {
		err = store.ErrNotEmpty
	}
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return nil
}

func within(folder, dir string) bool {
	rel, err := filepath.Rel(resolved(folder), resolved(dir))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// resolved is a path without links, as far as it exists.
func resolved(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(resolved(parent), filepath.Base(path))
	}
	return path
}
