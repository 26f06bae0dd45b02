package evidence_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

const exportChild = "POSKO_TEST_EXPORT"

// TestExportChild is the process that is killed: it exports for ever, every
// second time into an encrypted file.
func TestExportChild(t *testing.T) {
	said := strings.Split(os.Getenv(exportChild), "\n")
	if len(said) != 3 {
		return
	}
	ws, err := store.Open(t.Context(), said[0], options())
	if err != nil {
		t.Fatal(err)
	}
	b := atDesk(t, ws)
	to, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		x := evidence.Export{Dir: filepath.Join(said[1], fmt.Sprintf("%d-%d", os.Getpid(), n))}
		if n%2 == 1 {
			x.To = []age.Recipient{to.Recipient()}
		}
		fmt.Println("begin")
		if _, err := b.Export(t.Context(), said[2], nothing, x); err != nil {
			t.Fatal(err)
		}
	}
}

// However an export is killed, every bag on the disk is one that the ledger knows
// of, and a finished one is recorded as such or still waits for somebody.
func TestAttack36_KillDuringExport(t *testing.T) {
	b := newBench(t)
	b.text(t, strings.Repeat("evidence ", 20_000))
	if err := b.ws.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for n := range 10 {
		killExport(t, b.ws.Dir(), folder, b.tag, 1+n%3)
	}
	b = b.reopened(t)
	known, unfinished := map[string]bool{}, 0
	b.view(t, func(c *cases.Case) {
		for _, x := range c.Exporting {
			known[x.To] = true
		}
		unfinished = len(c.UnfinishedExports())
	})
	bags, err := os.ReadDir(folder)
	if err != nil || len(bags) == 0 {
		t.Fatal("no bags were written", err)
	}
	for _, bag := range bags {
		if path := filepath.Join(folder, bag.Name()); !known[path] {
			t.Errorf("the ledger does not know of %s", path)
		}
	}
	if unfinished == 0 {
		t.Error("no process was killed while it exported")
	}
	b.verified(t)
}

// killExport kills a process at a random point after it began so many exports.
func killExport(t *testing.T, dir, folder, tag string, begun int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestExportChild$")
	cmd.Env = append(os.Environ(), exportChild+"="+dir+"\n"+folder+"\n"+tag)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, n := bufio.NewScanner(out), 0
	for lines.Scan() {
		if n++; n == begun {
			time.AfterFunc(time.Duration(rand.IntN(40_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait() // it was killed
	if n == 0 {
		t.Fatal("the process did not begin")
	}
}

// An export that fails by itself leaves nothing, and says so.
func TestFailedExportIsNoUnfinishedOne(t *testing.T) {
	b := newBench(t)
	b.text(t, "short")
	segments, err := filepath.Glob(filepath.Join(b.ws.VaultDir(), "*", "*.age"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range segments {
		if err := os.Truncate(name, 100); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "bag")
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out}); err == nil {
		t.Fatal("damaged evidence was exported")
	}
	if _, err := os.Lstat(out); err == nil {
		t.Error("something is left")
	}
	b.view(t, func(c *cases.Case) {
		if len(c.Exporting) != 1 || len(c.UnfinishedExports()) != 0 || !strings.Contains(c.Exporting[0].Ended.Reason, "nothing of it is left") {
			t.Errorf("exports %+v", c.Exporting)
		}
	})
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: b.ws.Dir()}); err == nil {
		t.Error("exported into a folder that is not empty")
	}
	b.view(t, func(c *cases.Case) {
		if len(c.Exporting) != 1 {
			t.Error("an export that could not begin was recorded")
		}
	})
}
