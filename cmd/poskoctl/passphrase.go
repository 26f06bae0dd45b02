package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/posko-ir/posko/store/keys"
)

// passphrase reads the passphrase: the first line of the file that
// POSKO_PASSPHRASE_FILE names, else from the terminal. It is never an argument:
// arguments are seen by every program of the machine.
func (a *app) passphrase(ctx context.Context, promptKey string, twice bool) (keys.Passphrase, error) {
	if file := a.getenv("POSKO_PASSPHRASE_FILE"); file != "" {
		return a.fromFile(file)
	}
	tty, err := os.OpenFile(terminal, os.O_RDWR, 0)
	if err != nil {
		return keys.Passphrase{}, errNoPassphrase
	}
	defer func() { _ = tty.Close() }() // nothing was written that could be lost
	first, err := ask(ctx, tty, a.say(promptKey))
	if err != nil {
		return keys.Passphrase{}, err
	}
	defer clear(first)
	if twice {
		second, err := ask(ctx, tty, a.say("cli.passphrase.again"))
		if err != nil {
			return keys.Passphrase{}, err
		}
		defer clear(second)
		if subtle.ConstantTimeCompare(first, second) != 1 {
			return keys.Passphrase{}, errors.New(a.say("cli.passphrase.differ"))
		}
	}
	return keys.NewPassphrase(first)
}

func ask(ctx context.Context, tty *os.File, prompt string) ([]byte, error) {
	if _, err := fmt.Fprint(tty, prompt+": "); err != nil {
		return nil, errNoPassphrase
	}
	typed, err := hidden(ctx, int(tty.Fd()))
	if errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintln(tty) // the error starts on a line of its own
		return nil, err
	}
	if err != nil {
		return nil, errNoPassphrase
	}
	_, err = fmt.Fprintln(tty)
	return typed, err
}

// hidden reads a line that is not shown. Reading cannot be interrupted: after
// Ctrl-C it is left behind, and the terminal shows again what is typed.
func hidden(ctx context.Context, fd int) ([]byte, error) {
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	type answer struct {
		line []byte
		err  error
	}
	read := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		read <- answer{line, err}
	}()
	select {
	case got := <-read:
		return got.line, got.err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}

func (a *app) fromFile(path string) (keys.Passphrase, error) {
	f, err := os.Open(path)
	if err != nil {
		return keys.Passphrase{}, fmt.Errorf("%w: %w", errPassphraseFile, err)
	}
	defer func() { _ = f.Close() }() // only read
	if info, err := f.Stat(); err == nil && othersRead(info.Mode()) {
		a.warn(a.say("cli.passphrase.readable", path))
	}
	line, err := bufio.NewReader(io.LimitReader(f, 4096)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return keys.Passphrase{}, fmt.Errorf("%w: %w", errPassphraseFile, err)
	}
	defer clear(line)
	return keys.NewPassphrase(bytes.TrimRight(line, "\r\n"))
}
