package main

import (
	"errors"
	"strings"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/integrations/web"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/sheet"
)

// sayError is an error whose text is in the chosen language already.
type sayError string

func (e sayError) Error() string { return string(e) }

// wrong is a usage error, in the chosen language.
func (a *app) wrong(key string, args ...any) error { return usage(sayError(a.say(key, args...))) }

// known pairs the errors that people meet most with the keys of their texts.
// The English text of a key is the error's own.
type known struct {
	err error
	key string
}

func knownErrors() []known {
	return []known{
		{errNoWorkspaceNamed, "error.no-workspace-named"},
		{errNoPassphrase, "error.no-passphrase"},
		{errPassphraseFile, "error.passphrase-file"},
		{errIntegrity, "error.integrity"},
		{store.ErrNoSubject, "error.no-case"},
		{store.ErrNoWorkspace, "error.no-workspace"},
		{store.ErrNotEmpty, "error.not-empty"},
		{store.ErrDiskFull, "error.disk-full"},
		{store.ErrIO, "error.io"},
		{keys.ErrWrongPassphrase, "error.wrong-passphrase"},
		{keys.ErrDelayed, "error.delayed"},
		{keys.ErrPassphrase, "error.passphrase"},
		{instant.ErrFormat, "error.instant"},
		{wire.ErrNoPlaybook, "error.no-playbook"},
		{evidence.ErrOneFile, "error.one-file"},
		{web.ErrAddress, "error.page-address"},
		{web.ErrNoAnswer, "error.no-answer"},
		{sheet.ErrSameHalf, "error.half.same"},
		{sheet.ErrOtherWorkspace, "error.half.workspaces"},
		{sheet.ErrOtherSheet, "error.half.sheets"},
		{sheet.ErrWrongHalves, "error.half.wrong"},
		{sheet.ErrNoHalf, "error.half.none"},
		{sheet.ErrNewer, "error.half.newer"},
		{store.ErrOtherSheet, "error.recover.workspace"},
		{store.ErrOldSheet, "error.recover.old"},
		{store.ErrBeforeSheet, "error.recover.before"},
		{store.ErrNoSheet, "error.recover.nosheet"},
		{store.ErrNotExported, "error.recover.bag"},
		{store.ErrContradicts, "error.recover.contradicts"},
		{store.ErrNoBackup, "error.no-backup"},
		{store.ErrBackup, "error.backup"},
	}
}

// translate is the text of an error, with what it says of a known cause in the
// chosen language; what stands around it, like a path, stays.
func (a *app) translate(err error) string {
	text := strings.TrimSpace(err.Error())
	if a.lang == "en" || a.lang == "" {
		return text
	}
	for _, k := range knownErrors() {
		if errors.Is(err, k.err) {
			text = strings.Replace(text, k.err.Error(), a.say(k.key), 1)
		}
	}
	return strings.Replace(text, "; wait ", a.say("error.wait"), 1)
}
