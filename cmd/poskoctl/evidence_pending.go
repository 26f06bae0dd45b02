package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/evidence"
)

// which is a flag that may name one of the interrupted collections; alone it
// means the newest.
type which struct {
	given bool
	id    string // or the beginning of it
}

// newest is what the flag holds when it is given without an id.
const newest = "newest"

// String implements pflag.Value.
func (w *which) String() string { return w.id }

// Set implements pflag.Value.
func (w *which) Set(s string) error {
	w.given = true
	if w.id = strings.ToLower(s); w.id == newest || w.id == "true" {
		w.id = ""
	}
	return nil
}

// Type implements pflag.Value.
func (w *which) Type() string { return "ID" }

func (w *which) on(c *cobra.Command, name, usage string) {
	c.Flags().VarPF(w, name, "", usage).NoOptDefVal = newest
}

// waiting is an interrupted collection as it is shown.
type waiting struct {
	ID    string   `json:"id"`
	Paths []string `json:"paths"`
	Title string   `json:"title"`
	Note  string   `json:"note,omitempty"`
	Bytes int64    `json:"bytes"`
	When  string   `json:"when"`

	visible string // the paths, in one line
}

func waitingOf(p evidence.Pending) waiting {
	w := waiting{ID: p.ID, Title: p.Title, Note: p.Note, Bytes: p.Bytes, When: p.Begun.UTC().Format(time.RFC3339)}
	for _, path := range p.Paths {
		w.Paths = append(w.Paths, collect.ValidName(path))
		w.visible += " " + collect.VisibleName(path)
	}
	return w
}

// shown is the waiting collection in one line of text.
func (w waiting) shown() []string {
	return []string{w.ID[:min(8, len(w.ID))], w.When, size(w.Bytes), oneLine(w.Title), strings.TrimSpace(w.visible)}
}

func (a *app) evidencePending() *cobra.Command {
	return &cobra.Command{
		Use: "pending CASE", Short: "List the collections and exports that were interrupted", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := a.onDesk(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			found, err := on.desk.Unfinished(cmd.Context(), on.tag)
			if err != nil {
				return err
			}
			rows := make([]waiting, len(found))
			for i, p := range found {
				rows[i] = waitingOf(p)
			}
			exports, err := a.unfinishedExports(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			for _, x := range exports {
				rows = append(rows, waiting{
					ID: x.ID, Paths: []string{x.To}, Title: a.say("cli.evidence.export-begun"), When: x.Wall.UTC().Format(time.RFC3339), visible: oneLine(x.To),
				})
			}
			return list(a, rows, "cli.evidence.nothing-pending", []string{"cli.id", "cli.opened", "cli.size", "cli.title", "cli.path"}, waiting.shown)
		},
	}
}

// choose finds the interrupted collection that the flag, and paths if there are
// any, mean.
func (a *app) choose(found []evidence.Pending, w which, paths []string) (evidence.Pending, error) {
	if len(found) == 0 {
		return evidence.Pending{}, errors.New(a.say("cli.evidence.nothing-to-resume"))
	}
	var fits []evidence.Pending
	for _, p := range found {
		if strings.HasPrefix(p.ID, w.id) && (len(paths) == 0 || p.Asks(paths)) {
			fits = append(fits, p)
		}
	}
	if len(fits) == 0 || w.id != "" && len(fits) > 1 {
		names := make([]string, len(found))
		for i, p := range found {
			names[i] = strings.Join(waitingOf(p).shown(), "  ")
		}
		return evidence.Pending{}, errors.New(a.say("cli.evidence.other-pending", strings.Join(names, "\n")))
	}
	return fits[len(fits)-1], nil
}

// settlePending does with interrupted collections what the flags say, and tells
// of those that wait. It returns the id of the one to go on with.
func (a *app) settlePending(ctx context.Context, on job, resume, discard which, paths []string) (string, error) {
	found, err := on.desk.Unfinished(ctx, on.tag)
	if err != nil {
		return "", err
	}
	switch {
	case resume.given:
		p, err := a.choose(found, resume, paths)
		if err == nil && !p.Started {
			a.warn(a.say("cli.evidence.from-start"))
		}
		return p.ID, err
	case discard.given && (len(found) > 0 || len(paths) == 0 || discard.id != ""):
		p, err := a.choose(found, discard, nil)
		if err == nil {
			err = on.desk.Discard(ctx, on.tag, p.ID)
		}
		if err != nil {
			return "", err
		}
		if len(paths) == 0 {
			return "", a.answer(map[string]string{"discarded": p.ID}, "cli.evidence.discarded", waitingOf(p).shown()[0])
		}
	case len(found) > 0:
		p := waitingOf(found[len(found)-1])
		a.warn(a.say("cli.evidence.unfinished", size(p.Bytes), p.When))
	}
	return "", nil
}

// hinted is an error with what to type to go on.
type hinted struct {
	error
	hint string
}

// Unwrap returns why it stopped.
func (e hinted) Unwrap() error { return e.error }

// Hint is shown instead of what the error's kind would say.
func (e hinted) Hint() string { return e.hint }

// howToGoOn gives an interruption its hint.
func (a *app) howToGoOn(name string, err error) error {
	var cut *evidence.InterruptedError
	if !errors.As(err, &cut) {
		return err
	}
	command := fmt.Sprintf("poskoctl evidence add %s --resume=%s", name, cut.ID[:min(8, len(cut.ID))])
	return hinted{err, a.say("cli.evidence.interrupted", command)}
}

// oneLine is text whose line breaks and tabs would break a table.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
