package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/posko-ir/posko/assets"
)

// called runs the program without a workspace.
func called(args ...string) (code int, out, errs string) {
	var stdout, stderr strings.Builder
	code = run(context.Background(), args, streams{in: strings.NewReader(""), out: &stdout, err: &stderr, getenv: func(string) string { return "" }})
	return code, stdout.String(), stderr.String()
}

func TestMisuseSaysWhatToDoInEveryLanguage(t *testing.T) {
	flags := func(path string) string { return "'" + path + " --help' shows the flags there are" }
	for name, c := range map[string]struct {
		args          string
		message, hint string
	}{
		"flag":               {"case open --foo", "there is no flag --foo here", flags("poskoctl case open")},
		"flag with a value":  {"case list --password=heron", "there is no flag --password here", flags("poskoctl case list")},
		"letter of several":  {"case list -xheron", "there is no flag -x here", flags("poskoctl case list")},
		"no number":          {"case open --speed fast", `"fast" is no value for --speed; give it a whole number`, flags("poskoctl case open")},
		"no duration":        {"workspace sweep --older week", `"week" is no value for --older; give it a duration like 90s or 5m`, flags("poskoctl workspace sweep")},
		"neither yes nor no": {"case note A-1 x --counsel=maybe", `"maybe" is no value for --counsel; give it true or false`, flags("poskoctl case note")},
		"dashes":             {"case list ---", "--- is no flag; write it like --name VALUE", flags("poskoctl case list")},
		"argument":           {"case list heron", "poskoctl case list takes no arguments; leave out what stands behind it", "poskoctl case list [flags]"},
		"too few":            {"case show", "poskoctl case show: arguments needed: 1, given: 0", "poskoctl case show CASE [flags]"},
		"too few of many":    {"evidence run A-1", "poskoctl evidence run: arguments needed: at least 2, given: 1", "poskoctl evidence run CASE -- ARGV... [flags]"},
		"too many":           {"book list system heron", "poskoctl book list: arguments taken: at most 1, given: 2", "poskoctl book list [system|contact|customer|supplier] [flags]"},
		"out of range":       {"case link A-1", "poskoctl case link: arguments needed: 2 to 3, given: 1", "poskoctl case link CASE [FROM] TO [flags]"},
		"passphrase":         {"workspace passphrase heron", "a passphrase is never an argument, because others see it; name its file with --new-file", "poskoctl workspace passphrase [flags]"},
		"shell":              {"completion bash heron", "poskoctl completion bash takes no arguments; leave out what stands behind it", "poskoctl completion bash"},
	} {
		t.Run(name, func(t *testing.T) {
			said := map[string]bool{}
			for _, lang := range assets.Languages() {
				code, out, errs := called(append(strings.Fields(c.args), "--json", "--lang", lang)...)
				var got struct{ Error problem }
				if err := json.Unmarshal([]byte(errs), &got); err != nil {
					t.Fatalf("%v: %s", err, errs)
				}
				if code != exitUsage || out != "" || got.Error.Code != "usage" || strings.Contains(errs, "heron") {
					t.Errorf("%s: %d, %q, %s", lang, code, out, errs)
				}
				if lang == "en" && (got.Error.Message != c.message || got.Error.Hint != c.hint) {
					t.Errorf("%q, %q", got.Error.Message, got.Error.Hint)
				}
				said[got.Error.Message] = true
			}
			if len(said) != len(assets.Languages()) {
				t.Errorf("not a message of its own in each language: %v", said)
			}
		})
	}
}

func TestMisuseWithoutALanguage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"not there":               {[]string{"case", "list", "--foo", "--lang", "xx"}, "there is no flag --foo"},
		"without its value":       {[]string{"case", "list", "--lang"}, "--lang needs a value"},
		"in one word":             {[]string{"case", "list", "--foo", "--lang=it"}, "un'opzione --foo"},
		"behind what is not ours": {[]string{"evidence", "run", "--foo", "A-1", "--", "ls", "--lang", "it"}, "there is no flag --foo"},
		"asks for help":           {[]string{"help", "case", "nothing", "--lang", "id"}, `perintah "poskoctl case nothing"`},
	} {
		t.Run(name, func(t *testing.T) {
			if code, out, errs := called(c.args...); code != exitUsage || out != "" || !strings.Contains(errs, c.want) {
				t.Errorf("%d, %q, %q, want %q", code, out, errs, c.want)
			}
		})
	}
}

func TestHelpInALanguageThatIsNotThere(t *testing.T) {
	code, out, errs := called("case", "open", "--help", "--lang", "xx")
	if code != exitDone || !strings.HasPrefix(out, "Open a case\n\nUsage:\n") || !strings.Contains(errs, `no language "xx"`) {
		t.Errorf("%d, %q, %q", code, out, errs)
	}
}
