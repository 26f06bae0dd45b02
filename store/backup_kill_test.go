package store_test

import (
	"bufio"
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
)

const backupChild = "POSKO_TEST_BACKUP"

// TestBackupChild is the process that is killed: it backs up for ever.
func TestBackupChild(t *testing.T) {
	dir, folder, ok := strings.Cut(os.Getenv(backupChild), "\n")
	if !ok {
		return
	}
	b := &bench{dir: dir, keychain: keys.None()}
	w := b.open(t)
	for {
		fmt.Println("begin")
		backup(t, w, folder)
	}
}

func TestAttack36_KillDuringBackup(t *testing.T) {
	w, b := withoutKeychain(t)
	tag := openCase(t, w, "killed")
	item := collect(t, w, tag, strings.Repeat("evidence ", 100_000))
	closeNow(t, w)
	folder := t.TempDir()
	made := 0
	for n := range *kills {
		killBackup(t, b.dir, folder, 1+(n+1)%2)
		back, err := store.Restore(t.Context(), folder, filepath.Join(t.TempDir(), "back"), b.options(t))
		switch {
		case errors.Is(err, store.ErrNoBackup):
		case err != nil:
			t.Fatal(err)
		default:
			made++
			readItem(t, back, tag, item)
			verified(t, back)
			closeNow(t, back)
		}
		w := b.open(t)
		verified(t, w)
		closeNow(t, w)
		if files, _ := filepath.Glob(filepath.Join(folder, "posko-*")); len(files) > 40 {
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		}
	}
	if made == 0 {
		t.Error("no process lived long enough to make a backup")
	}
}

// killBackup kills a process at a random point after it began so many backups.
func killBackup(t *testing.T, dir, folder string, begun int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBackupChild$")
	cmd.Env = append(os.Environ(), backupChild+"="+dir+"\n"+folder)
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
			time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait() // it was killed
	if n == 0 {
		t.Fatal("the process did not begin")
	}
}
