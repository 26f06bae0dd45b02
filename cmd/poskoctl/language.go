package main

import (
	"slices"
	"strings"

	"github.com/posko-ir/posko/assets"
)

// speak reads the texts of the chosen language, once.
func (a *app) speak() (err error) {
	if a.texts != nil {
		return nil
	}
	if a.lang == "" {
		a.lang = "en"
	}
	a.texts, err = assets.Translations(a.lang)
	return err
}

// unread takes from the arguments what decides how to speak: of the flags
// behind a bad one, or behind a part of a command to complete, none was read.
func (a *app) unread(args []string) {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	a.json = a.json || slices.Contains(args, "--json")
	if lang := langIn(args); a.texts == nil && slices.Contains(assets.Languages(), lang) {
		a.lang = lang
	}
	_ = a.speak() // of a language that is not there, English says so
}

func langIn(args []string) string {
	for i, arg := range args {
		if lang, ok := strings.CutPrefix(arg, "--lang="); ok {
			return lang
		}
		if arg == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}
