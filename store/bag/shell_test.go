package bag

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/posko-ir/posko/store/keys"
)

// commands returns the command lines of a VERIFY.txt, as a person would copy them.
func commands(t testing.TB, text []byte) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "    ") {
			out.WriteString(line)
		}
	}
	if out.Len() == 0 {
		t.Fatal("VERIFY.txt has no commands")
	}
	return out.String()
}

// paste runs the commands of text in dir with the real tools and returns the
// output and the steps that failed.
func paste(t testing.TB, dir, script string) (output string, failed []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(script)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil { // each step reports by its text, and ends well
		t.Fatalf("run sh: %v\n%s", err, out.String())
	}
	for _, m := range regexp.MustCompile(`(?m)^step (\d): FAILED$`).FindAllStringSubmatch(out.String(), -1) {
		failed = append(failed, m[1])
	}
	slices.Sort(failed)
	return out.String(), slices.Compact(failed)
}

// runsClean says that a bag's own VERIFY.txt finds nothing wrong with it.
func runsClean(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, fileInstruction))
	if err != nil {
		t.Fatal(err)
	}
	out, failed := paste(t, dir, commands(t, text))
	for _, step := range []string{"2", "3", "4", "6"} {
		if !strings.Contains(out, "step "+step+": OK\n") || len(failed) > 0 {
			t.Fatalf("step %s of\n%s", step, out)
		}
	}
}

func TestInstructionsOnAGoodBag(t *testing.T) {
	ana := newPerson(t, "ana")
	dir := goodBag(t, ana)
	runsClean(t, dir)
	text, err := os.ReadFile(filepath.Join(dir, fileInstruction))
	if err != nil {
		t.Fatal(err)
	}
	out, _ := paste(t, dir, commands(t, text))
	if n := strings.Count(out, "step 5: OK\n"); n != 2 {
		t.Errorf("%d steps 5 of\n%s", n, out)
	}
	lines := strings.Split(out, "\n")
	if lines[0] != "0" || lines[1] != "1" || !strings.Contains(lines[2], "SHA256:") {
		t.Fatalf("step 1 printed\n%s", out)
	}
	var numbers []string
	for _, w := range words(ana.Key) {
		numbers = append(numbers, strconv.Itoa(slices.Index(keys.Wordlist(), w)+1))
	}
	if got := strings.TrimSpace(lines[3]); got != strings.Join(numbers, " ") {
		t.Errorf("the words are lines %s, step 1 says %s", numbers, got)
	}
}

func TestInstructionsSayFirstWhereTheWordsComeFrom(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(goodBag(t, newPerson(t, "ana")), fileInstruction))
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(string(text), "STEP 1")
	for _, want := range []string{"on paper or by phone", "Never take them from this folder", "CLAIMS"} {
		if !strings.Contains(first, want) {
			t.Errorf("before step 1 there is no %q", want)
		}
	}
	for _, want := range []string{"BAHASA INDONESIA", "ITALIANO", "The mail server was not searched.", "data/custody.txt"} {
		if !strings.Contains(rest, want) {
			t.Errorf("there is no %q", want)
		}
	}
	if strings.Contains(string(text), "\nBag-Size") {
		t.Error("a newline of the organisation's name came through")
	}
}
