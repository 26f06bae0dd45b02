package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/cases"
)

// shownRecords is how many records of a whole register a step names; more are
// counted.
const shownRecords = 10

func (a *app) caseLink() *cobra.Command {
	var label string
	c := &cobra.Command{
		Use: "link CASE [FROM] TO", Short: "Link two things of the case, like E1/1 and I1, or the case or a thing of it with a record of the book, like CUS-A3", Args: cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			link, err := a.linker(cmd.Context(), args[1:], label)
			if err != nil {
				return err
			}
			var id string
			err = a.update(cmd.Context(), args[0], func(c *cases.Case) (err error) {
				id, err = link(c)
				return err
			})
			if err != nil {
				return err
			}
			number := strings.ToUpper(args[0])
			return a.answer(map[string]string{"case": number, "id": id}, "cli.recorded.as", number+" "+id)
		},
	}
	c.Flags().StringVar(&label, "label", "related", "what the link means, like affected")
	return c
}

// linker returns what records a link to the last of the things named; the
// record of the book is read before the case is opened.
func (a *app) linker(ctx context.Context, things []string, label string) (func(*cases.Case) (string, error), error) {
	to, from := things[len(things)-1], ""
	if len(things) > 1 {
		from = things[0]
	}
	id, isRecord := book.ID(to)
	if _, turned := book.ID(from); turned || !isRecord && from == "" {
		return nil, a.wrong("usage.link")
	}
	if !isRecord {
		return func(c *cases.Case) (string, error) { return c.AddLink(reference(from), reference(to), label) }, nil
	}
	var r book.Record
	err := a.viewBook(ctx, func(b *book.Book) error {
		var ok bool
		if r, ok = b.Find(id); !ok {
			return sayError(a.say("error.no-record", to))
		}
		return nil
	})
	return func(c *cases.Case) (string, error) {
		return c.LinkRecord(reference(from), r.Register, r.ID, r.Name(), label)
	}, err
}

// linkLine is a link in a list; one of the whole case has no start.
func linkLine(l cases.Link) string {
	return "  " + strings.Join(nonEmpty(l.ID, l.From, l.Label, l.To, l.Name), "  ")
}

// pointed is what a step points to in the book.
type pointed struct {
	Word    string           `json:"word"` // "contact:insurer"
	Records []map[string]any `json:"records"`

	lines []string
}

// pointedTo reads what the book has of what a step points to. Of a whole
// register the records that the case links to are meant, if it links to any.
func (a *app) pointedTo(ctx context.Context, words []string, linked func(register string) []string) ([]pointed, error) {
	out := []pointed{}
	if len(words) == 0 {
		return out, nil
	}
	err := a.viewBook(ctx, func(b *book.Book) error {
		for _, word := range words {
			register, role, byRole := strings.Cut(word, ":")
			records := b.List(register)
			if byRole {
				records = b.Role(role)
			} else if mine := found(b, linked(register)); len(mine) > 0 {
				records = mine
			}
			out = append(out, a.pointed(word, register, role, records))
		}
		return nil
	})
	return out, err
}

// found are the records of the ids that are still in the book.
func found(b *book.Book, ids []string) []book.Record {
	var out []book.Record
	for _, id := range ids {
		if r, ok := b.Find(id); ok && r.Removed == nil {
			out = append(out, r)
		}
	}
	return out
}

func (a *app) pointed(word, register, role string, records []book.Record) pointed {
	p := pointed{Word: word, Records: []map[string]any{}}
	switch {
	case len(records) == 0 && role != "":
		p.lines = []string{a.say("cli.book.step.no-role", book.RoleLabel(a.lang, role), role)}
	case len(records) == 0:
		p.lines = []string{a.say("cli.book.step.none", book.RegisterLabel(a.lang, register), register)}
	case role == "" && len(records) > shownRecords:
		p.lines = []string{a.say("cli.book.step.many", book.RegisterLabel(a.lang, register), len(records), register)}
		records = nil
	}
	for _, r := range records {
		p.Records = append(p.Records, recordView(r, nil))
		what := book.RegisterLabel(a.lang, register)
		if role != "" {
			what = book.RoleLabel(a.lang, role)
		}
		p.lines = append(p.lines, "  "+what+": "+strings.Join(nonEmpty(r.ID, r.Name(), r.Reach()), "  "))
	}
	return p
}

// stepPointers are the lines below a step that say what it points to in the book.
func stepPointers(all []pointed) []string {
	var lines []string
	for _, p := range all {
		lines = append(lines, p.lines...)
	}
	if len(lines) > 0 {
		lines = append([]string{""}, lines...)
	}
	return lines
}
