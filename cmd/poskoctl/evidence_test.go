package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shell runs commands on a workspace of its own.
type shell struct {
	t   *testing.T
	dir string
	out io.Writer // instead of keeping what is printed
}

func newShell(t *testing.T) *shell {
	t.Helper()
	if testing.Short() {
		t.Skip("each command derives a key from a passphrase; run without -short")
	}
	s := &shell{t: t, dir: t.TempDir()}
	s.file("passphrase", "mangrove kettle orbit 7 plank\n")
	s.does(exitDone, "workspace", "create", "--org", "Acme", "--officer", "Ada Rossi", "--solo")
	return s
}

func (s *shell) file(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *shell) run(ctx context.Context, args ...string) outcome {
	env := map[string]string{
		"POSKO_WORKSPACE": filepath.Join(s.dir, "ws"), "POSKO_KEYCHAIN": "none", "POSKO_PASSPHRASE_FILE": filepath.Join(s.dir, "passphrase"),
	}
	var out, errs bytes.Buffer
	world := streams{in: strings.NewReader(""), out: &out, err: &errs, getenv: func(key string) string { return env[key] }}
	if s.out != nil {
		world.out = s.out
	}
	code := run(ctx, args, world)
	return outcome{code, out.String(), errs.String()}
}

// does demands an exit code.
func (s *shell) does(code int, args ...string) outcome {
	s.t.Helper()
	got := s.run(s.t.Context(), args...)
	if got.code != code {
		s.t.Fatalf("%v: exit code %d, want %d\n%s%s", args, got.code, code, got.out, got.errors)
	}
	return got
}

// batches are the folders of unfinished collections.
func (s *shell) batches() []string {
	found, err := filepath.Glob(filepath.Join(s.dir, "ws", "vault", "tmp", "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// interrupted presses Ctrl-C once the vault knows what is collected.
func (s *shell) interrupted(args ...string) outcome {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	before := len(s.batches())
	go func() {
		for ctx.Err() == nil {
			now, _ := filepath.Glob(filepath.Join(s.dir, "ws", "vault", "tmp", "*", "about"))
			if len(now) > before {
				cancel()
			}
		}
	}()
	got := s.run(ctx, args...)
	if got.code != exitIO {
		s.t.Fatalf("interrupted: %+v", got)
	}
	return got
}

// big is a file that takes a while to read.
func (s *shell) big(name string) string {
	s.t.Helper()
	path := s.file(name, "")
	if err := os.Truncate(path, 80<<20); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func TestInterruptedCollectionIsListedAndGoesOn(t *testing.T) {
	s := newShell(t)
	s.does(exitDone, "case", "open", "--title", "Lost disk")
	image, other := s.big("image.raw"), s.file("other.txt", "x")
	got := s.interrupted("evidence", "add", "A-1", image, "--title", "the disk", "--note", "from the shelf")
	if !strings.Contains(got.errors, "poskoctl evidence add A-1 --resume=") {
		t.Errorf("what to type is not said: %s", got.errors)
	}
	var w waiting
	if err := json.Unmarshal([]byte(s.does(exitDone, "evidence", "pending", "A-1", "--json").out), &w); err != nil ||
		len(w.ID) != 32 || len(w.Paths) != 1 || w.Paths[0] != image || w.Title != "the disk" || w.Note != "from the shelf" || w.When == "" {
		t.Fatalf("pending %+v, %v", w, err)
	}
	if got := s.does(exitRefused, "evidence", "add", "A-1", other, "--resume"); !strings.Contains(got.errors, image) || !strings.Contains(got.errors, w.ID[:8]) {
		t.Errorf("other paths: %s", got.errors)
	}
	s.does(exitUsage, "evidence", "add", "A-1")
	s.does(exitUsage, "evidence", "add", "A-1", "--resume", "--discard")
	got = s.does(exitDone, "evidence", "add", "A-1", "--resume="+w.ID[:8])
	if !strings.Contains(got.errors, "from its start") || len(s.batches()) > 0 {
		t.Errorf("resumed: %+v, left %v", got, s.batches())
	}
	if got := s.does(exitDone, "case", "show", "A-1", "--json"); !strings.Contains(got.out, `"the disk"`) {
		t.Errorf("the title is lost: %s", got.out)
	}
	s.does(exitRefused, "evidence", "add", "A-1", "--resume")
}

func TestInterruptedCollectionsAreDropped(t *testing.T) {
	s := newShell(t)
	s.does(exitDone, "case", "open", "--title", "Lost disk")
	first, second := s.big("first.raw"), s.big("second.raw")
	s.interrupted("evidence", "add", "A-1", first)
	s.interrupted("evidence", "add", "A-1", second, "--json")
	if rows := strings.Count(s.does(exitDone, "evidence", "pending", "A-1", "--json").out, "\n"); rows != 2 {
		t.Errorf("%d pending", rows)
	}
	s.does(exitDone, "evidence", "add", "A-1", "--discard") // the newest
	if got := s.does(exitDone, "evidence", "pending", "A-1"); !strings.Contains(got.out, first) || strings.Contains(got.out, second) {
		t.Errorf("pending: %s", got.out)
	}
	s.does(exitDone, "evidence", "add", "A-1", "--discard", "--json")
	if len(s.batches()) > 0 {
		t.Errorf("left %v", s.batches())
	}
	s.does(exitRefused, "evidence", "add", "A-1", "--discard")
	s.does(exitUsage, "workspace", "sweep", "--older", "59m")
}

// broken is an output that nobody reads.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("nobody reads") }

func TestViewedIsRecordedBeforeTheFirstByte(t *testing.T) {
	s := newShell(t)
	s.does(exitDone, "case", "open", "--title", "A mail", "--from", s.file("mail.eml", "secret"))
	s.out = broken{}
	if got := s.run(t.Context(), "evidence", "cat", "A-1", "E1/1"); got.code == exitDone {
		t.Fatalf("got %+v", got)
	}
	s.out = nil
	if got := s.does(exitDone, "ledger", "show", "--case", "A-1", "--json"); !strings.Contains(got.out, "custody.event/1") {
		t.Errorf("not recorded: %s", got.out)
	}
}

func TestCaseIsNotOpenedForAFileThatCannotBeRead(t *testing.T) {
	s := newShell(t)
	s.does(exitIO, "case", "open", "--title", "A mail", "--from", filepath.Join(s.dir, "absent.eml"))
	if got := s.does(exitDone, "case", "list", "--json"); got.out != "" {
		t.Errorf("opened: %s", got.out)
	}
}

func TestOddNamesStayInTheirRow(t *testing.T) {
	s := newShell(t)
	folder := filepath.Join(s.dir, "odd")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	s.does(exitDone, "case", "open", "--title", "Odd")
	if err := os.WriteFile(filepath.Join(folder, "two\nlines\tand\u202Etabs"), nil, 0o600); err != nil {
		t.Skip("the system does not take the name")
	}
	s.does(exitDone, "evidence", "add", "A-1", folder)
	s.does(exitDone, "evidence", "run", "A-1", "--", os.Args[0], "-test.run", "none")
	got := s.does(exitDone, "evidence", "list", "A-1")
	if !strings.Contains(got.out, `two\x0Alines\x09and\u{202E}tabs`) || !strings.Contains(got.out, "stdout of ") || strings.Count(got.out, "\n") != 5 {
		t.Errorf("list:\n%s", got.out)
	}
}

func TestStepRunChecksTheAnswersBeforeItCollects(t *testing.T) {
	s := newShell(t)
	s.does(exitDone, "case", "open", "--title", "A report", "--playbook", "breach")
	words := s.file("words.txt", "they said")
	for _, answers := range [][]string{nil, {"--answer", "how=pigeon", "--answer", "words=x"}} {
		args := append(append([]string{"step", "run", "A-1", "R1.00.1"}, answers...), "--", words)
		s.does(exitRefused, args...)
	}
	if got := s.does(exitDone, "evidence", "list", "A-1", "--json"); got.out != "" {
		t.Errorf("collected: %s", got.out)
	}
	s.does(exitDone, "step", "run", "A-1", "R1.00.1", "--answer", "how=phone", "--answer", "words=they said",
		"--answer", "who=Sari", "--answer", "told_at=2026-11-20T09:00Z", "--", words)
	if got := s.does(exitDone, "evidence", "list", "A-1", "--json"); strings.Count(got.out, "\n") != 1 {
		t.Errorf("collected: %s", got.out)
	}
}
