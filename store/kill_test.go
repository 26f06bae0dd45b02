package store_test

import (
	"bufio"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
)

// kills is how often processes are killed at random points; 'make check' asks for 200.
var kills = flag.Int("kills", 20, "how often to kill a writing process")

// TestAttack36_KillDuringAppend kills a process while it appends and wants every
// note that it acknowledged.
func TestAttack36_KillDuringAppend(t *testing.T) {
	w, b := withoutKeychain(t)
	tag := openCase(t, w, "killed")
	closeNow(t, w)
	acknowledged := 0
	for range *kills {
		acknowledged += killWriter(t, b.dir, tag)
		w := b.open(t)
		if err := store.View(t.Context(), w, tag, func(c *cases.Case) error {
			if len(c.Notes) < acknowledged {
				t.Errorf("%d notes, %d acknowledged", len(c.Notes), acknowledged)
			}
			acknowledged = len(c.Notes)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		verified(t, w)
		closeNow(t, w)
	}
	if acknowledged == 0 {
		t.Error("no process lived long enough to write anything")
	}
}

// killWriter starts a writer, kills it at a random point after its first
// acknowledgement, and returns how many notes it acknowledged.
func killWriter(t *testing.T, dir, tag string) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "write-notes", dir, tag, strconv.Itoa(1_000_000))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, n := bufio.NewScanner(out), 0
	for lines.Scan() {
		if n++; n == 1 {
			time.AfterFunc(time.Duration(rand.IntN(30_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait() // it was killed
	return n
}
