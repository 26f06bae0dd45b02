package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// exits N COMMAND ARG...: the command ends with exactly this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N COMMAND ARG...")
	}
	code := 0
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// objects reads the JSON objects of a file. What the program prints is one
// object a line.
func objects(ts *testscript.TestScript, file string) []map[string]any {
	text := ts.ReadFile(file)
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var all []map[string]any
	for {
		var one map[string]any
		err := d.Decode(&one)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			ts.Fatalf("%s is not JSON: %v", file, err)
		}
		all = append(all, one)
	}
	if printed := file == "stdout" || file == "stderr"; printed && strings.Count(text, "\n") != len(all) {
		ts.Fatalf("%s has %d objects in %d lines", file, len(all), strings.Count(text, "\n"))
	}
	return all
}

// values are what a dotted path leads to; a list leads to each of its elements.
func values(at any, path string) []any {
	if list, ok := at.([]any); ok {
		var out []any
		for _, one := range list {
			out = append(out, values(one, path)...)
		}
		if path == "" && len(list) == 0 {
			out = append(out, at)
		}
		return out
	}
	if path == "" {
		return []any{at}
	}
	object, _ := at.(map[string]any)
	for key, value := range object {
		if key == path {
			return values(value, "")
		}
		if rest, ok := strings.CutPrefix(path, key+"."); ok {
			return values(value, rest)
		}
	}
	return nil
}

func fits(value any, want string) bool {
	got := fmt.Sprint(value)
	if pattern, ok := strings.CutPrefix(want, "~"); ok {
		return regexp.MustCompile(pattern).MatchString(got)
	}
	return got == want
}

// matches says whether an object holds what KEY, KEY=VALUE or KEY=~PATTERN says.
func matches(one map[string]any, condition string) bool {
	key, want, valued := strings.Cut(condition, "=")
	found := values(one, key)
	return len(found) > 0 && (!valued || slices.ContainsFunc(found, func(v any) bool { return fits(v, want) }))
}

// json FILE KEY[=VALUE]...: one object of the file fulfils all conditions; a
// value that starts with ~ is a pattern, a key may be a path.a.b.
func jsonHas(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: json FILE KEY[=VALUE]...")
	}
	found := slices.ContainsFunc(objects(ts, args[0]), func(one map[string]any) bool {
		return !slices.ContainsFunc(args[1:], func(c string) bool { return !matches(one, c) })
	})
	if found == neg {
		ts.Fatalf("an object of %s with %q: %v", args[0], args[1:], found)
	}
}

// jsonenv NAME FILE KEY [KEY=VALUE]...: NAME becomes the value in the first
// object that fulfils the conditions.
func jsonEnv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: jsonenv NAME FILE KEY [KEY=VALUE]...")
	}
	for _, one := range objects(ts, args[1]) {
		if slices.ContainsFunc(args[2:], func(c string) bool { return !matches(one, c) }) {
			continue
		}
		ts.Setenv(args[0], fmt.Sprint(values(one, args[2])[0]))
		return
	}
	ts.Fatalf("no object of %s has %q", args[1], args[2:])
}

// jsonlines FILE N: the file is N objects, one a line.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: jsonlines FILE N")
	}
	if got := len(objects(ts, args[0])); strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s has %d objects, want %s", args[0], got, args[1])
	}
}

// differ KEY FILE FILE: both files have as many objects, and in no pair of them
// is the text under the key the same.
func differ(ts *testscript.TestScript, _ bool, args []string) {
	one, other := objects(ts, args[1]), objects(ts, args[2])
	if len(one) == 0 || len(one) != len(other) {
		ts.Fatalf("%d and %d objects", len(one), len(other))
	}
	for i := range one {
		if one[i][args[0]] == other[i][args[0]] {
			ts.Fatalf("%s is %q in both", args[0], one[i][args[0]])
		}
	}
}

// now NAME: NAME becomes this instant.
func now(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], time.Now().UTC().Format(time.RFC3339Nano))
}

// pick NAME PATTERN: NAME becomes the first file of the pattern; it is an error
// when there is none, and with ! when there is one.
func pick(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if (len(found) == 0) != neg {
		ts.Fatalf("%s: %q", args[1], found)
	}
	if !neg {
		ts.Setenv(args[0], found[0])
	}
}

// flip FILE [OFFSET]: turns one bit of a byte, of the middle one without OFFSET;
// below zero the offset counts from the end.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	at := len(data) / 2
	if len(args) > 1 {
		at, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(path, data, 0o600))
}

// badname DIR: makes a file whose name is not UTF-8.
func badName(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), "bad\xffname"), []byte("named in another age\n"), 0o600))
}

// manyfiles DIR N: makes N small files.
func manyFiles(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.MkdirAll(ts.MkAbs(args[0]), 0o700))
	for i := range n {
		ts.Check(os.WriteFile(filepath.Join(ts.MkAbs(args[0]), fmt.Sprintf("%03d.log", i)), fmt.Appendf(nil, "line %d\n", i), 0o600))
	}
}

// indented FILE OUT: OUT gets the lines of FILE that are indented by four
// spaces, as a person would copy them.
func indented(ts *testscript.TestScript, _ bool, args []string) {
	var out strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if command, ok := strings.CutPrefix(line, "    "); ok {
			out.WriteString(command)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(out.String()), 0o600))
}

func sum(data []byte) string {
	hash := sha256.Sum256(data)
	return fmt.Sprintf("%x", hash)
}

// remanifest BAG: makes the manifests of a bag fit what lies in it, as somebody
// would who hides a change; the signature stays.
func remanifest(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	lines := map[string]string{} // by name
	var size int64
	ts.Check(filepath.WalkDir(filepath.Join(dir, "data"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name := filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator)))
		lines[name], size = sum(data)+"  "+name+"\n", size+int64(len(data))
		return err
	}))
	write := func(name string, data []byte) { ts.Check(os.WriteFile(filepath.Join(dir, name), data, 0o600)) }
	write("manifest-sha256.txt", []byte(sorted(lines)))
	info := regexp.MustCompile(`Payload-Oxum: .*`).ReplaceAllString(ts.ReadFile(filepath.Join(dir, "bag-info.txt")), fmt.Sprintf("Payload-Oxum: %d.%d", size, len(lines)))
	write("bag-info.txt", []byte(info))
	tags := map[string]string{}
	for _, name := range []string{"VERIFY.txt", "allowed_signers", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"} {
		tags[name] = sum([]byte(ts.ReadFile(filepath.Join(dir, name)))) + "  " + name + "\n"
	}
	write("tagmanifest-sha256.txt", []byte(sorted(tags)))
}

// sorted joins the lines in the order of their names.
func sorted(lines map[string]string) string {
	var names []string
	for name := range lines {
		names = append(names, name)
	}
	slices.Sort(names)
	var out strings.Builder
	for _, name := range names {
		out.WriteString(lines[name])
	}
	return out.String()
}

// tree DIR OUT: OUT gets name and hash of every file below DIR.
func tree(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	lines := map[string]string{}
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		lines[path] = sum(data) + "  " + strings.TrimPrefix(path, dir) + "\n"
		return err
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(sorted(lines)), 0o600))
}

// envfile NAME FILE: NAME becomes the first line of FILE.
func envFile(ts *testscript.TestScript, _ bool, args []string) {
	line, _, _ := strings.Cut(ts.ReadFile(args[1]), "\n")
	ts.Setenv(args[0], line)
}

// edit FILE OLD NEW: replaces a text that must be there.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}

// mistype FILE N: another letter stands where the line that begins with "N: " has
// its first one.
func mistype(ts *testscript.TestScript, _ bool, args []string) {
	var out strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if code, ok := strings.CutPrefix(line, args[1]+": "); ok {
			letter := "A"
			if code[:1] == letter {
				letter = "B"
			}
			line = args[1] + ": " + letter + code[1:]
		}
		out.WriteString(line)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(out.String()), 0o600))
}

// hostile BIDI ESCAPE: the variables become text that turns around, and text that
// clears a terminal.
func hostile(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], "invoice \u202efdp.exe")
	ts.Setenv(args[1], "all is well \x1b[2J")
}

// longago FILE: sets the instants of a file of failed attempts back by two hours.
func longAgo(ts *testscript.TestScript, _ bool, args []string) {
	text := regexp.MustCompile(`\d{4}-\d\d-\d\dT[^"]*`).ReplaceAllStringFunc(ts.ReadFile(args[0]), func(at string) string {
		t, err := time.Parse(time.RFC3339Nano, at)
		ts.Check(err)
		return t.Add(-2 * time.Hour).Format(time.RFC3339Nano)
	})
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// nowhere DIR TEXT...: no file below DIR holds a text in clear.
func nowhere(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, text := range args[1:] {
			if bytes.Contains(data, []byte(text)) {
				ts.Fatalf("%s holds %q", path, text)
			}
		}
		return err
	}))
}

// encode FILE ENCODING: the UTF-8 text of a file is written as another program
// would have written it.
func encode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: encode FILE windows-1252|utf-16|utf-8-mark")
	}
	encoders := map[string]*encoding.Encoder{
		"windows-1252": charmap.Windows1252.NewEncoder(),
		"utf-16":       unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(),
		"utf-8-mark":   unicode.UTF8BOM.NewEncoder(),
	}
	out, err := encoders[args[1]].String(ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(out), 0o600))
}
