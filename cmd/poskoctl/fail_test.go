package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
)

func TestExitCodesAndHints(t *testing.T) {
	system := errors.New("no such device")
	for name, c := range map[string]struct {
		err      error
		keychain string
		code     string
		exit     int
		hint     string
	}{
		"path":             {&fs.PathError{Op: "open", Path: "x", Err: system}, "", "io", exitIO, ""},
		"link":             {fmt.Errorf("finish: %w", &os.LinkError{Op: "rename", Old: "x", New: "y", Err: system}), "", "io", exitIO, ""},
		"system call":      {os.NewSyscallError("fsync", system), "", "io", exitIO, ""},
		"disk full":        {store.ErrDiskFull, "", "io", exitIO, ""},
		"database's disk":  {fmt.Errorf("open: %w", store.ErrIO), "", "io", exitIO, ""},
		"interrupted":      {fmt.Errorf("read: %w", context.Canceled), "", "io", exitIO, "hint.interrupted"},
		"empty passphrase": {keys.ErrPassphrase, "", "locked", exitLocked, "hint.empty-passphrase"},
		"delay":            {&keys.DelayError{RetryAfter: time.Minute}, "", "locked", exitLocked, "hint.delayed"},
		"wrong passphrase": {&keys.WrongPassphraseError{Count: 2}, "", "locked", exitLocked, ""},
		"no passphrase":    {errNoPassphrase, "", "locked", exitLocked, "hint.no-passphrase"},
		"no keychain":      {keys.ErrNoKeychain, "", "locked", exitLocked, ""},
		"told to use none": {keys.ErrNoKeychain, "none", "locked", exitLocked, "hint.keychain-none"},
		"lost file":        {fmt.Errorf("%w: %w", errPassphraseFile, &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}), "", "io", exitIO, "hint.passphrase-file"},
		"unreadable file":  {fmt.Errorf("%w: %w", errPassphraseFile, &fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}), "", "io", exitIO, ""},
		"plain":            {instant.ErrFormat, "", "refused", exitRefused, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := &app{lang: "en", keychain: c.keychain}
			want := ""
			if c.hint != "" {
				want = a.say(c.hint)
			}
			if got := a.explain(c.err); got.Code != c.code || got.exit != c.exit || got.Hint != want {
				t.Errorf("%+v, want %s, %d, %q", got, c.code, c.exit, want)
			}
		})
	}
}

func TestAlarmNamesItsEntryOrNone(t *testing.T) {
	var out strings.Builder
	a := &app{lang: "en", streams: streams{err: &out}}
	alarms := []store.Alarm{{Seq: 7, Reason: "damaged"}, {Seq: 9, Reason: "an older copy", History: true}}
	a.showAlarms(alarms)
	if got, want := out.String(), "ALARM  entry 7: damaged\nALARM  an older copy\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	out.Reset()
	a.json = true
	a.showAlarms(alarms)
	if got := out.String(); strings.Count(got, "\n") != 2 || !strings.HasPrefix(got, `{"alarm":{"seq":7,`) {
		t.Errorf("as objects: %s", got)
	}
}
