package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
)

// noPassphrase refuses arguments without repeating them: somebody may have typed
// the passphrase there.
func (a *app) noPassphrase(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return sayError(a.say("usage.passphrase-argument"))
	}
	return nil
}

// workspacePassphrase changes the passphrase. The new one comes from the second
// file named, or from the terminal.
func (a *app) workspacePassphrase() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "passphrase", Short: "Change the passphrase", Args: a.noPassphrase,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.workspace == "" {
				return usage(errNoWorkspaceNamed)
			}
			info, err := keys.Peek(store.KeysIn(a.workspace))
			if err != nil {
				return err
			}
			old, err := a.passphrase(cmd.Context(), "cli.passphrase", false)
			if err != nil {
				return err
			}
			defer old.Wipe()
			next, err := a.newPassphrase(cmd.Context(), file)
			if err != nil {
				return err
			}
			defer next.Wipe()
			k, err := wire.Keychain(a.keychain)
			if err != nil {
				return usage(err)
			}
			err = keys.ChangePassphrase(cmd.Context(), store.KeysIn(a.workspace), keys.ChangeOptions{
				UnlockOptions: keys.UnlockOptions{WorkspaceID: info.Workspace, Passphrase: old, Keychain: k}, New: next,
			})
			if err != nil {
				return err
			}
			return a.answer(map[string]bool{"changed": true}, "cli.passphrase.changed")
		},
	}
	c.Flags().StringVar(&file, "new-file", "", "read the new passphrase from the first line of this file")
	return c
}

func (a *app) newPassphrase(ctx context.Context, file string) (keys.Passphrase, error) {
	if file != "" {
		return a.fromFile(file)
	}
	if a.getenv("POSKO_PASSPHRASE_FILE") != "" {
		return keys.Passphrase{}, a.wrong("usage.new-file")
	}
	return a.passphrase(ctx, "cli.passphrase.new", true)
}
