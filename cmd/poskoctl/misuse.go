package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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

// misuse says in the chosen language, with what to do, how a command was called
// wrongly; cobra says it in English only.
func (a *app) misuse(cmd *cobra.Command, err error) error {
	var used usageError
	if !errors.As(err, &used) {
		return err
	}
	if text := a.flagMisuse(used.error); text != "" {
		return usageError{sayError(text), a.say("usage.see-help", cmd.CommandPath())}
	}
	if text := a.argumentMisuse(cmd, used.error); text != "" {
		return usageError{sayError(text), a.useLine(cmd)}
	}
	return err
}

// flagMisuse is empty for an error that is about no flag.
func (a *app) flagMisuse(err error) string {
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var value *pflag.InvalidValueError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		return a.say("usage.flag.unknown", dashed(unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames()))
	case errors.As(err, &empty):
		return a.say("usage.flag.empty", dashed(empty.GetSpecifiedName(), empty.GetSpecifiedShortnames()))
	case errors.As(err, &value):
		f := value.GetFlag()
		return a.say("usage.flag.value", value.GetValue(), "--"+f.Name, a.say("usage.flag.takes."+strings.ToLower(f.Value.Type())))
	case errors.As(err, &syntax):
		return a.say("usage.flag.syntax", syntax.GetSpecifiedFlag())
	}
	return ""
}

// dashed is a flag as it was typed; one letter of several, like x in -vx, alone.
func dashed(name, letters string) string {
	if letters != "" {
		return "-" + name
	}
	return "--" + name
}

// argumentMisuse is empty for an error that is not about the number of
// arguments. Those errors have no types: their words are what tells them apart.
// An argument too many is not repeated, it may be a passphrase.
func (a *app) argumentMisuse(cmd *cobra.Command, err error) string {
	text := err.Error()
	var first, second, given int
	reads := func(form string, into ...any) bool {
		n, err := fmt.Sscanf(text, form, into...)
		return err == nil && n == len(into)
	}
	switch {
	case strings.HasPrefix(text, "unknown command "):
		return a.say("usage.arguments.none", cmd.CommandPath())
	case reads("accepts %d arg(s), received %d", &first, &given):
		return a.say("usage.arguments.exactly", cmd.CommandPath(), first, given)
	case reads("requires at least %d arg(s), only received %d", &first, &given):
		return a.say("usage.arguments.least", cmd.CommandPath(), first, given)
	case reads("accepts at most %d arg(s), received %d", &first, &given):
		return a.say("usage.arguments.most", cmd.CommandPath(), first, given)
	case reads("accepts between %d and %d arg(s), received %d", &first, &second, &given):
		return a.say("usage.arguments.between", cmd.CommandPath(), first, second, given)
	}
	return ""
}
