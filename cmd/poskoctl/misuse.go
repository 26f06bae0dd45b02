package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

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
