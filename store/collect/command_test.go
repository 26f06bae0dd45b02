//go:build unix

package collect

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// script writes a program that the tests run.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "prog")
	must(t, os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700))
	return path
}

func TestRunCommand(t *testing.T) {
	b := newBench(t)
	batch := b.begin(t)
	t.Setenv("TZ", "Asia/Jakarta")
	t.Setenv("TOKEN", "hunter2")
	dir := t.TempDir()
	prog := script(t, `echo "args:$*"; pwd; echo "token:$TOKEN" >&2; exit 3`)
	c, err := RunCommand(context.Background(), CommandOptions{Batch: batch, Argv: []string{prog, "a b", "$(id)", ";"}, Dir: dir})
	must(t, err)
	seal(t, batch)
	if c.Exit != 3 || c.Signal != "" || c.Killed || c.Path != prog || c.Dir != dir || c.End.Before(c.Start) {
		t.Errorf("command: %+v", c)
	}
	if want, _ := hashFile(prog); c.SHA256 != want {
		t.Errorf("hash of the program: %s", c.SHA256)
	}
	if c.Env["TZ"] != "Asia/Jakarta" || c.Env["TOKEN"] != "" {
		t.Errorf("environment: %v", c.Env)
	}
	if out := b.content(t, c.Lines[0]); out != "args:a b $(id) ;\n"+dir+"\n" {
		t.Errorf("stdout: %q", out)
	}
	if out := b.content(t, c.Lines[1]); out != "token:hunter2\n" {
		t.Errorf("stderr: %q", out)
	}
	if c.Lines[0].N != 1 || c.Lines[1].N != 2 || c.Lines[0].Name != "stdout" {
		t.Errorf("lines: %+v", c.Lines)
	}
}

func TestRunCommandLimitsOutput(t *testing.T) {
	b := newBench(t)
	batch := b.begin(t)
	prog := script(t, `head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo done >&2`)
	for limit, noted := range map[int64]bool{10: true, 0: false, 3_000_005: false, 3_000_000: false} {
		c, err := RunCommand(context.Background(), CommandOptions{Batch: batch, Argv: []string{prog}, Limit: limit})
		must(t, err)
		want := int64(3_000_000)
		if limit == 10 {
			want = 10
		}
		if got := c.Lines[0]; got.Object.Size != want || got.has(Limited) != noted || c.Exit != 0 {
			t.Errorf("limit %d: %d bytes, notes %v, exit %d", limit, got.Object.Size, got.Notes, c.Exit)
		}
	}
}

func TestRunCommandBothOutputsLarge(t *testing.T) {
	b := newBench(t)
	batch := b.begin(t)
	prog := script(t, `i=0; while [ $i -lt 40 ]; do head -c 100000 /dev/zero; head -c 100000 /dev/zero >&2; i=$((i+1)); done`)
	c, err := RunCommand(context.Background(), CommandOptions{Batch: batch, Argv: []string{prog}})
	must(t, err)
	seal(t, batch)
	for _, l := range c.Lines {
		if got := b.content(t, l); got != strings.Repeat("\x00", 4_000_000) {
			t.Errorf("%s has %d bytes", l.Name, len(got))
		}
	}
}

func TestRunCommandCancelKillsGroup(t *testing.T) {
	b := newBench(t)
	batch := b.begin(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ready := filepath.Join(t.TempDir(), "ready")
	prog := script(t, `echo started; sleep 60 & echo x > `+ready+`; wait`)
	go func() {
		for range 1000 {
			if _, err := os.Stat(ready); err == nil {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
	}()
	c, err := RunCommand(ctx, CommandOptions{Batch: batch, Argv: []string{prog}})
	must(t, err)
	seal(t, batch)
	if !c.Killed || c.Signal != "SIGKILL" || c.Exit != -1 || c.End.Sub(c.Start) > afterEnd {
		t.Errorf("command: %+v", c)
	}
	if got := b.content(t, c.Lines[0]); got != "started\n" {
		t.Errorf("kept %q", got)
	}
}

func TestRunCommandRefuses(t *testing.T) {
	b := newBench(t)
	batch := b.begin(t)
	for name, argv := range map[string][]string{
		"nothing": nil, "empty": {""}, "unknown": {"no-such-program-anywhere"}, "folder": {t.TempDir()},
	} {
		c, err := RunCommand(context.Background(), CommandOptions{Batch: batch, Argv: argv})
		if !errors.Is(err, ErrNoCommand) || c.Lines != nil {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	must(t, batch.Abort())
	_, err := RunCommand(context.Background(), CommandOptions{Batch: batch, Argv: []string{script(t, "echo x")}})
	if err == nil {
		t.Error("the output was lost without an error")
	}
	if !slices.Equal(recordedVariables(), []string{"PATH", "LANG", "TZ"}) {
		t.Error("more of the environment is recorded")
	}
}
