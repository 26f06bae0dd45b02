package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/posko-ir/posko/assets"
	"github.com/posko-ir/posko/playbooks/cases"
)

// answer prints one result: an object with --json, else the line of a text. As
// everywhere, what could turn or hide text on a terminal is written as escapes.
func (a *app) answer(object any, key string, args ...any) error {
	if a.json {
		return a.object(object)
	}
	_, err := fmt.Fprintln(a.out, cases.Visible(a.say(key, args...)))
	return err
}

func (a *app) object(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// some is a list that JSON writes as [] and not as null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// say is a text of the program in the chosen language; in English while the
// language is not known yet.
func (a *app) say(key string, args ...any) string {
	if a.texts == nil {
		a.texts, _ = assets.Translations("en") // without it a key shows itself
	}
	return a.texts.Say(key, args...)
}

// list prints objects one a line with --json, else a table; an empty table says
// so.
func list[T any](a *app, rows []T, emptyKey string, heads []string, cells func(T) []string) error {
	if a.json {
		for _, r := range rows {
			if err := a.object(r); err != nil {
				return err
			}
		}
		return nil
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(a.out, a.say(emptyKey))
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	for i, h := range heads {
		heads[i] = strings.ToUpper(a.say(h))
	}
	table := [][]string{heads}
	for _, r := range rows {
		table = append(table, cells(r))
	}
	for _, line := range table {
		if _, err := fmt.Fprintln(t, cases.Visible(strings.Join(line, "\t"))); err != nil {
			return err
		}
	}
	return t.Flush()
}
