package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/posko-ir/posko/assets"
	"github.com/posko-ir/posko/playbooks/book"
)

// addHelp gives the program the help that cobra would add later, in English
// only.
func (a *app) addHelp(root *cobra.Command) {
	root.PersistentFlags().BoolP("help", "h", false, "show what a command does and what it takes")
	root.Flags().BoolP("version", "v", false, "print the version")
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.help(cmd) })
	root.SetHelpCommand(a.helpCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		shortenCompletion(c)
	}
}

// shortenCompletion puts lines to type where cobra explains at length.
func shortenCompletion(completion *cobra.Command) {
	lines := map[string]string{
		"bash":       "  source <(poskoctl completion bash)\n  poskoctl completion bash > /etc/bash_completion.d/poskoctl",
		"zsh":        "  source <(poskoctl completion zsh)\n  poskoctl completion zsh > \"${fpath[1]}/_poskoctl\"",
		"fish":       "  poskoctl completion fish | source\n  poskoctl completion fish > ~/.config/fish/completions/poskoctl.fish",
		"powershell": "  poskoctl completion powershell | Out-String | Invoke-Expression\n  poskoctl completion powershell >> $PROFILE",
	}
	completion.Long = ""
	for _, c := range completion.Commands() {
		c.Example = lines[c.Name()]
		c.Long = "Write the completion script of a shell. Type the first example for this session; type the second one once, for all later ones."
	}
}

func (a *app) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]...", Short: "Show what a command does and what it takes",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			about, _, err := cmd.Root().Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var out []cobra.Completion
			for _, sub := range shown(about) {
				if strings.HasPrefix(sub.Name(), typed) {
					out = append(out, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			switch {
			case err != nil:
				return usage(err)
			case len(rest) > 0 && about.HasSubCommands():
				return a.wrong("usage.no-command", about.CommandPath()+" "+rest[0], names(about))
			}
			return about.Help()
		},
	}
}

// shown are the commands of a group that its help names.
func shown(c *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(c.Commands()), func(sub *cobra.Command) bool {
		return !sub.IsAvailableCommand() && sub.Name() != "help"
	})
}

// help prints the help of a command. It needs no workspace, and a language that
// is not there does not keep it from helping.
func (a *app) help(cmd *cobra.Command) {
	if err := a.speak(); err != nil {
		a.remark("poskoctl: " + err.Error())
		a.lang = "en"
	}
	if err := a.translateHelp(cmd.Root()); err != nil {
		a.remark("poskoctl: " + err.Error())
	}
	// Help that cannot be written has nobody who reads it.
	_, _ = fmt.Fprintln(a.out, strings.Join(a.helpSections(cmd), "\n\n"))
}

func (a *app) helpSections(cmd *cobra.Command) []string {
	use, subs := a.useLine(cmd), shown(cmd)
	if len(subs) > 0 {
		use = cmd.CommandPath() + " COMMAND"
	}
	out := []string{cmp.Or(cmd.Long, cmd.Short), a.say("cli.help.usage") + "\n  " + use}
	if cmd.HasExample() {
		out = append(out, a.say("cli.help.examples")+"\n"+cmd.Example)
	}
	if len(subs) > 0 {
		rows := each(subs, func(c *cobra.Command) string { return c.Name() + "\t" + c.Short })
		out = append(out, a.say("cli.help.commands")+columns(rows))
	}
	if cmd.HasAvailableLocalFlags() {
		out = append(out, a.say("cli.help.flags")+columns(a.flagRows(cmd.LocalFlags())))
	}
	if cmd.HasAvailableInheritedFlags() {
		out = append(out, a.say("cli.help.global")+columns(a.flagRows(cmd.InheritedFlags())))
	}
	if len(subs) > 0 {
		out = append(out, a.say("cli.help.more", cmd.CommandPath()))
	}
	return out
}

// useLine is how a command is called. What stands for what a person types, like
// CASE, is the same in every language.
func (a *app) useLine(cmd *cobra.Command) string {
	return strings.Replace(cmd.UseLine(), "[flags]", a.say("cli.help.some-flags"), 1)
}

func (a *app) flagRows(flags *pflag.FlagSet) []string {
	var rows []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		typed, does := "    --"+f.Name, f.Usage
		if f.Shorthand != "" {
			typed = "-" + f.Shorthand + ", --" + f.Name
		}
		switch kind := strings.ToLower(f.Value.Type()); {
		case kind == "bool":
		case f.NoOptDefVal != "":
			typed += "[=" + a.say("cli.help.type."+kind) + "]"
		default:
			typed += " " + a.say("cli.help.type."+kind)
		}
		if !slices.Contains([]string{"", "false", "0", "0s", "[]"}, f.DefValue) {
			does += " " + a.say("cli.help.default", f.DefValue)
		}
		rows = append(rows, typed+"\t"+does)
	})
	return rows
}

// columns sets rows of two columns, parted by a tab, below each other.
func columns(rows []string) string {
	var out strings.Builder
	t := tabwriter.NewWriter(&out, 0, 4, 2, ' ', 0)
	for _, r := range rows {
		_, _ = fmt.Fprintf(t, "\n  %s", r) // into memory
	}
	_ = t.Flush()
	return out.String()
}

// translateHelp brings what the commands say of themselves into the chosen
// language. The file of it is read only here: for help, and for completion.
func (a *app) translateHelp(root *cobra.Command) error {
	texts, err := assets.Help(a.lang)
	if err != nil || len(texts) == 0 {
		return err
	}
	for _, register := range book.Registers() {
		for _, col := range book.Columns(register) {
			texts[fieldUsage(col, "en")] = fieldUsage(col, a.lang)
		}
	}
	translateCommand(root, texts)
	return nil
}

func translateCommand(c *cobra.Command, texts map[string]string) {
	c.Short, c.Long = cmp.Or(texts[c.Short], c.Short), cmp.Or(texts[c.Long], c.Long)
	flag := func(f *pflag.Flag) { f.Usage = cmp.Or(texts[f.Usage], f.Usage) }
	c.Flags().VisitAll(flag)
	c.PersistentFlags().VisitAll(flag)
	for _, sub := range c.Commands() {
		translateCommand(sub, texts)
	}
}
