package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"time"

	"github.com/posko-ir/posko/integrations/web"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/collect"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/vault"
)

// Exit codes.
const (
	exitDone = iota
	exitRefused
	exitUsage
	exitIntegrity
	exitLocked
	exitIO
)

var (
	errNoWorkspaceNamed = errors.New("which workspace? name its folder with --workspace or POSKO_WORKSPACE")
	errNoPassphrase     = errors.New("no passphrase: there is no terminal to ask on, and POSKO_PASSPHRASE_FILE names no file")
	errPassphraseFile   = errors.New("read passphrase file")
)

// usageError is an error of how the program was called.
type usageError struct {
	error
	hint string
}

func usage(err error) error { return usageError{error: err} }

// problem is an error as it is shown.
type problem struct {
	Code       string `json:"code"`
	Message    string `json:"message"`
	Hint       string `json:"hint"`
	RetryAfter int    `json:"retry_after,omitempty"` // seconds

	exit int
}

// fail shows an error and returns the exit code.
func (a *app) fail(err error) int {
	p := a.explain(err)
	if a.json {
		// A report of an error that cannot be written has nowhere to go.
		_ = json.NewEncoder(a.err).Encode(map[string]problem{"error": p})
		return p.exit
	}
	a.remark("poskoctl: " + p.Message)
	if p.Hint != "" {
		a.remark(p.Hint)
	}
	return p.exit
}

// remark writes beside the result; a remark that cannot be written is lost,
// the exit code is not.
func (a *app) remark(text string) { _, _ = fmt.Fprintln(a.err, cases.Visible(text)) }

// warn is a remark that programs read as well, as one object on a line.
func (a *app) warn(text string) {
	if !a.json {
		a.remark(text)
		return
	}
	_ = json.NewEncoder(a.err).Encode(map[string]string{"warning": text})
}

// showAlarms says what is wrong with the ledger that was opened.
func (a *app) showAlarms(alarms []store.Alarm) {
	for _, x := range alarms {
		if !a.json {
			a.remark(a.alarmText(x))
			continue
		}
		_ = json.NewEncoder(a.err).Encode(map[string]store.Alarm{"alarm": x})
	}
}

// alarmText is an alarm in one line; one about the folder's past names no entry.
func (a *app) alarmText(x store.Alarm) string {
	if x.History {
		return a.say("cli.alarm.history", x.Reason)
	}
	return a.say("cli.alarm", x.Seq, x.Reason)
}

// refusal is what a rule refuses, with what to do, in every language.
type refusal interface {
	error
	Text(lang string) (message, hint string)
}

func (a *app) explain(err error) problem {
	var used usageError
	var refused refusal
	switch {
	case errors.As(err, &used):
		return problem{Code: "usage", Message: a.translate(used.error), Hint: used.hint, exit: exitUsage}
	case errors.As(err, &refused):
		message, hint := refused.Text(a.lang)
		return problem{Code: "refused", Message: message, Hint: hint, exit: exitRefused}
	}
	code, exit := kindOfError(err)
	p := problem{Code: code, Message: a.translate(err), exit: exit, RetryAfter: retryAfter(err)}
	if key := a.hintKey(err); key != "" {
		p.Hint = a.say(key)
	}
	if errors.Is(err, context.Canceled) {
		p.Message = a.say("error.interrupted")
	}
	var told interface{ Hint() string }
	if errors.As(err, &told) {
		p.Hint = told.Hint()
	}
	return p
}

// hintKey names the text that says what to do about an error.
func (a *app) hintKey(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "hint.interrupted"
	case errors.As(err, new(*evidence.NamedError)):
		return "hint.named"
	case errors.Is(err, errNoPassphrase):
		return "hint.no-passphrase"
	case errors.Is(err, errPassphraseFile) && errors.Is(err, fs.ErrNotExist):
		return "hint.passphrase-file"
	case errors.Is(err, keys.ErrPassphrase):
		return "hint.empty-passphrase"
	case errors.Is(err, keys.ErrDelayed):
		return "hint.delayed"
	case errors.Is(err, keys.ErrKeychain) && a.keychain == "none":
		return "hint.keychain-none"
	case errors.As(err, new(signedByOther)):
		return "hint.other-signer"
	case errors.Is(err, fs.ErrExist):
		return "hint.exists"
	}
	return ""
}

func kindOfError(err error) (string, int) {
	var damaged *evidence.DamagedError
	var ledger *evidence.LedgerError
	switch {
	case isAny(err, bag.ErrIntegrity, vault.ErrCorrupt, vault.ErrMissing, store.ErrSealed, keys.ErrDamaged, store.ErrBackup, store.ErrContradicts, store.ErrNotPosko, bag.ErrItemChanged, errIntegrity),
		errors.As(err, &damaged), errors.As(err, &ledger):
		return "integrity", exitIntegrity
	case isAny(err, keys.ErrWrongPassphrase, keys.ErrDelayed, keys.ErrPassphrase, keys.ErrKeychain, keys.ErrLocked, store.ErrClosed, errNoPassphrase, keys.ErrNoOfficer):
		return "locked", exitLocked
	case isAny(err, store.ErrNoWorkspace, bag.ErrNotEmpty, store.ErrNotEmpty, store.ErrNoBackup):
		return "refused", exitRefused
	case isAny(err, store.ErrDiskFull, store.ErrIO, collect.ErrNothingRead, web.ErrNoAnswer, context.Canceled), fromSystem(err):
		return "io", exitIO
	}
	return "refused", exitRefused
}

// fromSystem says whether the operating system could not do what it was asked.
func fromSystem(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	return errors.As(err, &path) || errors.As(err, &link) || errors.As(err, &call)
}

// errIntegrity marks a verification that found something.
var errIntegrity = errors.New("the check found damage")

func isAny(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}

func retryAfter(err error) int {
	var wrong *keys.WrongPassphraseError
	var delayed *keys.DelayError
	var d time.Duration
	switch {
	case errors.As(err, &wrong):
		d = wrong.RetryAfter
	case errors.As(err, &delayed):
		d = delayed.RetryAfter
	}
	return int(math.Ceil(d.Seconds()))
}
