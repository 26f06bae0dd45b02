package cacao

import (
	"bytes"
	"strings"
	"testing"
)

func TestIdentifierShapes(t *testing.T) {
	const uuid = "--12345678-abcd-4ABC-8fff-0123456789ab"
	for id, want := range map[string]idShape{
		"action" + uuid:        idFine,
		"soarca-manual" + uuid: idFine,
		"x509" + uuid:          idFine,
		"action--12345678-abcd-7abc-8fff-0123456789ab": idNewer,
		"action--12345678-abcd-0abc-8fff-0123456789ab": idWrong,
		"action--12345678-abcd-4abc-cfff-0123456789ab": idWrong,
		"action--12345678-abcd-4abc-8fff-0123456789ag": idWrong,
		"action--12345678xabcd-4abc-8fff-0123456789ab": idWrong,
		"action-" + strings.TrimPrefix(uuid, "--"):     idWrong,
		"Action" + uuid:  idWrong,
		"-action" + uuid: idWrong,
		"action-" + uuid: idWrong,
		"ab" + uuid:      idWrong,
		"1ab" + uuid:     idWrong,
		uuid:             idWrong,
		"":               idWrong,
	} {
		if got := shapeOf(id); got != want {
			t.Errorf("%q: %v, want %v", id, got, want)
		}
	}
}

func TestNewID(t *testing.T) {
	got, err := NewID("action", bytes.NewReader(bytes.Repeat([]byte{0xff}, 16)))
	if err != nil || got != "action--ffffffff-ffff-4fff-bfff-ffffffffffff" || shapeOf(got) != idFine {
		t.Errorf("NewID = %q, %v", got, err)
	}
	if _, err := NewID("action", bytes.NewReader(nil)); err == nil {
		t.Error("no randomness: no error")
	}
	if _, err := NewID("Action", bytes.NewReader(make([]byte, 16))); err == nil {
		t.Error("bad type: no error")
	}
}

func TestTimestamps(t *testing.T) {
	for s, want := range map[string][2]bool{ // precise, readable
		"2026-11-21T13:02:00.000Z":      {true, true},
		"2026-11-21T13:02:00Z":          {false, true},
		"2026-11-21T13:02:00.123456Z":   {false, true},
		"2016-12-31T23:59:60.000Z":      {true, true},
		"2026-11-21T13:02:00.000+00:00": {false, false},
		"2026-02-30T13:02:00.000Z":      {true, false},
		"2026-11-21":                    {false, false},
		"Z":                             {false, false},
	} {
		if _, precise, ok := timestampOf(s); ok != want[1] || ok && precise != want[0] {
			t.Errorf("%s: precise %v, readable %v", s, precise, ok)
		}
	}
}

func TestVariableNames(t *testing.T) {
	long := "__" + strings.Repeat("a", 200) + "__"
	for name, want := range map[string]bool{
		"__a__": true, "__A-1_b__": true, "_____": true, long: true,
		"__a" + long[2:]: false, "____": false, "__1__": false, "__-__": false,
		"__a b__": false, "_a_": false, "__a_": false, "__é__": false, "": false,
	} {
		if got := isVariableName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestCommandText(t *testing.T) {
	for _, test := range []struct {
		command Command
		want    string
		ok      bool
	}{
		{Command{Command: "ls"}, "ls", true},
		{Command{CommandB64: "bHMgLWw="}, "ls -l", true},
		{Command{Command: "old", CommandB64: "bHM="}, "ls", true},
		{Command{CommandB64: "bHM"}, "", false},
		{Command{}, "", true},
	} {
		if got, err := test.command.Text(); got != test.want || (err == nil) != test.ok {
			t.Errorf("%+v: %q, %v", test.command, got, err)
		}
	}
}
