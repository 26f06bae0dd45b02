package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run poskoctl as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"poskoctl": main})
}

// TestScripts runs the command line as its users do. A script named after an
// attack carries the number that it has in the list of attacks.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("each command derives a key from a passphrase; run without -short")
	}
	testscript.Run(t, scripts("testdata/script"))
}

// scripts are the scripts of a folder with the commands that they may use. Each
// starts with a passphrase in a file, no keychain, and ws as its workspace.
func scripts(dir string) testscript.Params {
	return testscript.Params{
		Dir: dir,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "json": jsonHas, "jsonenv": jsonEnv, "jsonlines": jsonLines, "differ": differ,
			"now": now, "pick": pick, "flip": flip, "badname": badName, "manyfiles": manyFiles,
			"indented": indented, "remanifest": remanifest, "tree": tree, "nowhere": nowhere, "envfile": envFile, "longago": longAgo, "edit": edit, "hostile": hostile, "encode": encode, "site": site, "mistype": mistype, "killed-export": killedExport,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("POSKO_PASSPHRASE_FILE", filepath.Join(e.WorkDir, "passphrase"))
			e.Setenv("POSKO_KEYCHAIN", "none")
			e.Setenv("POSKO_WORKSPACE", filepath.Join(e.WorkDir, "ws"))
			return os.WriteFile(filepath.Join(e.WorkDir, "passphrase"), []byte("mangrove kettle orbit 7 plank\n"), 0o600)
		},
	}
}

// outcome is what one run of the program gave.
type outcome struct {
	code        int
	out, errors string
}

// inside runs the program in this process; for commands that open no workspace.
func inside(t *testing.T, env map[string]string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, streams{
		in: strings.NewReader(""), out: &out, err: &errs, getenv: func(key string) string { return env[key] },
	})
	return outcome{code, out.String(), errs.String()}
}

func TestGlobalFlagsBeforeAndAfter(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.json")
	if err := os.WriteFile(broken, []byte(`{"type":"playbook"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := map[string][]string{
		"list":           {"playbook", "list"},
		"show":           {"playbook", "show", "breach"},
		"show refused":   {"playbook", "show", "none"},
		"check refused":  {"playbook", "check", broken},
		"check no file":  {"playbook", "check", filepath.Join(dir, "absent")},
		"bag of nothing": {"bag", "verify", dir},
		"bag no folder":  {"bag", "verify", filepath.Join(dir, "absent")},
		"usage":          {"bag", "verify"},
		"locked":         {"case", "list"},
	}
	flags := map[string][]string{
		"json":      {"--json"},
		"lang":      {"--lang", "id"},
		"lang bad":  {"--lang", "xx"},
		"keychain":  {"--keychain", "none"},
		"bad":       {"--keychain", "other"},
		"workspace": {"--workspace", filepath.Join(dir, "none")},
		"all":       {"--json", "--lang=it", "--keychain=none", "--workspace=" + filepath.Join(dir, "none")},
	}
	for name, command := range commands {
		for flag, values := range flags {
			t.Run(name+"/"+flag, func(t *testing.T) {
				after := inside(t, nil, slices.Concat(command, values)...)
				for i := range command {
					if got := inside(t, nil, slices.Insert(slices.Clone(command), i, values...)...); got != after {
						t.Errorf("flags before argument %d: %+v, after all: %+v", i, got, after)
					}
				}
			})
		}
	}
}

func TestErrorsAreJSONWhereverTheFlagStands(t *testing.T) {
	for name, args := range map[string][]string{
		"behind an unknown flag":  {"playbook", "list", "--bogus", "--json"},
		"before an unknown flag":  {"--json", "playbook", "list", "--bogus"},
		"behind a flag's mistake": {"playbook", "list", "--lang", "xx", "--json"},
		"behind no command":       {"case", "nothing", "--json"},
		"no value":                {"--json", "playbook", "list", "--lang"},
	} {
		t.Run(name, func(t *testing.T) {
			got := inside(t, nil, args...)
			var said struct {
				Error map[string]any `json:"error"`
			}
			if err := json.Unmarshal([]byte(got.errors), &said); err != nil || got.out != "" || got.code != exitUsage {
				t.Fatalf("%+v: %v", got, err)
			}
			for _, key := range []string{"code", "message", "hint"} {
				if _, ok := said.Error[key]; !ok {
					t.Errorf("no %s in %s", key, got.errors)
				}
			}
		})
	}
	// What stands behind -- belongs to somebody else's command.
	if got := inside(t, nil, "evidence", "run", "--bogus", "A-1", "--", "ls", "--json"); strings.HasPrefix(got.errors, "{") {
		t.Errorf("JSON was not asked for: %s", got.errors)
	}
}

func TestFlagWinsOverVariable(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want int
		says string
	}{
		"neither":           {nil, []string{"case", "list"}, exitUsage, "POSKO_WORKSPACE"},
		"variable":          {map[string]string{"POSKO_WORKSPACE": none}, []string{"case", "list"}, exitRefused, none},
		"flag":              {map[string]string{"POSKO_WORKSPACE": "x"}, []string{"case", "list", "--workspace", none}, exitRefused, none},
		"keychain variable": {map[string]string{"POSKO_KEYCHAIN": "other"}, []string{"playbook", "list"}, exitUsage, "other"},
		"keychain flag":     {map[string]string{"POSKO_KEYCHAIN": "other"}, []string{"playbook", "list", "--keychain", "none"}, exitDone, "breach"},
	} {
		t.Run(name, func(t *testing.T) {
			got := inside(t, c.env, c.args...)
			if got.code != c.want || !strings.Contains(got.out+got.errors, c.says) {
				t.Errorf("%+v, want exit code %d and %q", got, c.want, c.says)
			}
		})
	}
}
