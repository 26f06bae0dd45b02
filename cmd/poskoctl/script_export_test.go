package main

import (
	"context"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
)

// killed-export CASE DIR: begins an export and goes no further, as a process that
// is killed.
func killedExport(ts *testscript.TestScript, _ bool, args []string) {
	p, err := keys.NewPassphrase([]byte(strings.TrimSpace(ts.ReadFile(ts.Getenv("POSKO_PASSPHRASE_FILE")))))
	ts.Check(err)
	ctx := context.Background()
	w, err := store.Open(ctx, ts.Getenv("POSKO_WORKSPACE"), wire.Options(p, keys.None()))
	ts.Check(err)
	defer w.Close(ctx)
	tag, err := w.FindCase(ctx, args[0])
	ts.Check(err)
	ts.Check(store.Update(ctx, w, tag, event.Said{}, func(c *cases.Case) error {
		_, err := c.BeginExport(ts.MkAbs(args[1]), "", []cases.Head{})
		return err
	}))
}
