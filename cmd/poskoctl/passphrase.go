package main

import (
	"bufio"
	"bytes"
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
func (a *app) passphrase(promptKey string, twice bool) (keys.Passphrase, error) {
	if file := a.getenv("POSKO_PASSPHRASE_FILE"); file != "" {
		return fromFile(file)
	}
	tty, err := os.OpenFile(terminal, os.O_RDWR, 0)
	if err != nil {
		return keys.Passphrase{}, errNoPassphrase
	}
	defer func() { _ = tty.Close() }() // nothing was written that could be lost
	first, err := ask(tty, a.say(promptKey))
	if err != nil {
		return keys.Passphrase{}, err
	}
	defer clear(first)
	if twice {
		second, err := ask(tty, a.say("cli.passphrase.again"))
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

func ask(tty *os.File, prompt string) ([]byte, error) {
	if _, err := fmt.Fprint(tty, prompt+": "); err != nil {
		return nil, errNoPassphrase
	}
	typed, err := term.ReadPassword(int(tty.Fd()))
	if err != nil {
		return nil, errNoPassphrase
	}
	_, err = fmt.Fprintln(tty)
	return typed, err
}

func fromFile(path string) (keys.Passphrase, error) {
	f, err := os.Open(path)
	if err != nil {
		return keys.Passphrase{}, fmt.Errorf("read passphrase file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	line, err := bufio.NewReader(io.LimitReader(f, 4096)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return keys.Passphrase{}, fmt.Errorf("read passphrase file: %w", err)
	}
	defer clear(line)
	return keys.NewPassphrase(bytes.TrimRight(line, "\r\n"))
}
