package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/posko-ir/posko/assets"
	"github.com/posko-ir/posko/playbooks/book"
)

// walk calls fn for every command, and for each with every flag of its own.
func walk(c *cobra.Command, fn func(*cobra.Command, *pflag.Flag)) {
	fn(c, nil)
	c.LocalFlags().VisitAll(func(f *pflag.Flag) { fn(c, f) })
	for _, sub := range c.Commands() {
		walk(sub, fn)
	}
}

// valueList is a list of what is typed as it stands, in every language.
var valueList = regexp.MustCompile(`^[a-z+]+(, [a-z+]+)+$`)

// helpInSource are the English texts of the help and where each one stands. The
// flags of the book speak from the book's own texts.
func helpInSource() map[string]string {
	texts, columns := map[string]string{}, map[string]bool{}
	for _, register := range book.Registers() {
		for _, col := range book.Columns(register) {
			columns[fieldUsage(col, "en")] = true
		}
	}
	walk((&app{}).root(), func(c *cobra.Command, f *pflag.Flag) {
		at, found := c.CommandPath(), []string{c.Short, c.Long}
		if f != nil {
			at, found = at+" --"+f.Name, []string{f.Usage}
		}
		for _, text := range found {
			if text != "" && !valueList.MatchString(text) && !columns[text] {
				texts[text] = at
			}
		}
	})
	return texts
}

// kept is what a translation repeats: flags, what stands for what is typed,
// examples, and commands in quotes.
var kept = regexp.MustCompile(`--[a-z-]+|\b[A-Z][A-Z0-9_]+\b(/\d)?|\b[A-Z]\d\b|'[a-z]+( [a-z]+)?'|[0-9:T+-]{10,}`)

func TestHelpIsCompleteInEveryLanguage(t *testing.T) {
	english := helpInSource()
	for _, lang := range assets.Languages()[1:] {
		texts, err := assets.Help(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range slices.Sorted(maps.Keys(english)) {
			said := texts[text]
			switch {
			case said == "":
				t.Errorf("%s: add to assets/help/%s.json, between its neighbours in the alphabet: %q: \"…\"", english[text], lang, text)
			case said == text:
				t.Errorf("%s: assets/help/%s.json has only the English %q", english[text], lang, text)
			case strings.Count(said, "\n") != strings.Count(text, "\n"):
				t.Errorf("%s: %q and %q have not as many lines", english[text], text, said)
			}
			for _, word := range kept.FindAllString(text, -1) {
				if said != "" && !strings.Contains(said, word) {
					t.Errorf("%s: %q has lost %q", english[text], said, word)
				}
			}
		}
		for _, text := range slices.Sorted(maps.Keys(texts)) {
			if english[text] == "" {
				t.Errorf("assets/help/%s.json: no command says %q any more; take it out", lang, text)
			}
		}
	}
}

// Every kind of flag has a word for what it takes, and those that can refuse a
// value say which values there are. Nothing is refused by cobra's own rule for
// required flags, which knows English only and no exit code.
func TestHelpKnowsEveryKindOfFlag(t *testing.T) {
	texts := allTexts(t)["en"]
	walk((&app{}).root(), func(c *cobra.Command, f *pflag.Flag) {
		if f == nil {
			return
		}
		kind := strings.ToLower(f.Value.Type())
		if key := "cli.help.type." + kind; kind != "bool" && texts[key] == "" {
			t.Errorf("%s --%s: no text %s", c.CommandPath(), f.Name, key)
		}
		takesAll := slices.Contains([]string{"string", "stringarray", "id"}, kind)
		if key := "usage.flag.takes." + kind; !takesAll && texts[key] == "" {
			t.Errorf("%s --%s: no text %s", c.CommandPath(), f.Name, key)
		}
		if f.Annotations[cobra.BashCompOneRequiredFlag] != nil {
			t.Errorf("%s --%s: check it in the command, with a.wrong", c.CommandPath(), f.Name)
		}
	})
}
