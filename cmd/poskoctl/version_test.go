package main

import (
	"os"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersionIsTheWindowsVersion(t *testing.T) {
	data, err := os.ReadFile("../../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	if want := `Version = "` + version + `"`; !strings.Contains(string(data), want) {
		t.Errorf("FyneApp.toml does not have %s", want)
	}
	if got := inside(t, nil, "--version"); got.code != exitDone || !strings.Contains(got.out, version) {
		t.Errorf("--version: %+v", got)
	}
}

func TestVersionNamesTheCommit(t *testing.T) {
	for want, settings := range map[string][]debug.BuildSetting{
		version:                             {},
		version + " 0123456789ab":           {{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "false"}},
		version + " 0123456789ab (changed)": {{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "0123456789abcdef"}},
		version + " 01":                     {{Key: "vcs.revision", Value: "01"}},
	} {
		if got := versionOf(settings); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
