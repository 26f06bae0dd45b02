package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/sheet"
)

const recoverChild = "POSKO_TEST_RECOVER"

// TestRecoverChild is the process that is killed.
func TestRecoverChild(t *testing.T) {
	args := strings.Split(os.Getenv(recoverChild), "\n")
	if len(args) != 4 {
		return
	}
	var halves [2]*sheet.Half
	for i, path := range args[2:] {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if halves[i], err = sheet.Read(f); err != nil {
			t.Fatal(err)
		}
	}
	o := elsewhere(t)
	o.Keychain = keys.None()
	fmt.Println("begin")
	if _, _, err := store.Recover(t.Context(), args[0], args[1], halves, o); err != nil {
		t.Fatal(err)
	}
}

// A recovery that is cut off leaves a folder that opens for nobody or with an
// alarm that says what to do, and never one that looks whole.
func TestAttack36_KillDuringRecovery(t *testing.T) {
	_, _, tag, item, folder, halves := protected(t)
	var files []string
	for i, h := range halves {
		files = append(files, filepath.Join(t.TempDir(), fmt.Sprint(i)))
		if err := os.WriteFile(files[i], []byte(strings.Join(h.Code(), "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := elsewhere(t)
	o.Keychain = keys.None()
	whole, cut := 0, 0
	for n := range *kills {
		to := filepath.Join(t.TempDir(), "back")
		killRecovery(t, folder, to, files, time.Duration(n)*time.Duration(rand.IntN(8_000))*time.Microsecond)
		w, err := store.Open(t.Context(), to, o.Options)
		switch {
		case errors.Is(err, store.ErrNoWorkspace), errors.Is(err, keys.ErrNoOfficer):
			cut++
			continue
		case err != nil:
			t.Fatalf("a cut off recovery says: %v", err)
		}
		v, err := w.Verify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if v.OK() {
			whole++
			readItem(t, w, tag, item)
		} else if cut++; !strings.Contains(v.Problems[len(v.Problems)-1].Reason, "cut off") {
			t.Errorf("problems %+v", v.Problems)
		}
		_ = w.Close(context.Background())
	}
	t.Logf("%d whole, %d cut off", whole, cut)
	if cut == 0 {
		t.Error("no process was killed in time")
	}
	if back, _ := recovered(t, folder, halves, elsewhere(t)); readItem(t, back, tag, item) == "" {
		t.Error("the backup is gone")
	}
}

// killRecovery kills a process some time after it began.
func killRecovery(t *testing.T, from, to string, halves []string, after time.Duration) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRecoverChild$")
	cmd.Env = append(os.Environ(), recoverChild+"="+strings.Join(append([]string{from, to}, halves...), "\n"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal("the process did not begin")
	}
	time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // it was killed
}
