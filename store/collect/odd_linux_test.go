package collect

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"filippo.io/age"
	"github.com/posko-ir/posko/store/vault"
	"golang.org/x/sys/unix"
)

func mkfifoat(dir int, name string) error { return unix.Mkfifoat(dir, name, 0o600) }

func TestAttack37_FullDisk(t *testing.T) {
	small := t.TempDir()
	if err := unix.Mount("tmpfs", small, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no small disk in this run: %v", err)
	}
	defer func() { must(t, unix.Unmount(small, 0)) }()
	v, err := vault.Open(filepath.Join(small, "vault"))
	must(t, err)
	id, err := age.GenerateHybridIdentity()
	must(t, err)
	large := filepath.Join(t.TempDir(), "large")
	must(t, os.WriteFile(large, make([]byte, 8<<20), 0o600))
	batch, err := v.Begin(id.Recipient())
	must(t, err)
	_, err = Collect(context.Background(), Options{Batch: batch, Roots: []string{large}})
	if err == nil {
		_, err = batch.Seal(context.Background())
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	must(t, batch.Abort())
	orphans, err := v.Orphans(func(string) bool { return false })
	left, _ := filepath.Glob(filepath.Join(small, "vault", "tmp", "*"))
	if err != nil || orphans != nil || left != nil {
		t.Errorf("left: %v %v, %v", orphans, left, err)
	}
}
