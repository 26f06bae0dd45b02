package vault

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
)

// failing lets the nth write operation of any kind fail with ENOSPC. It returns
// how many there were.
func failing(v *Vault, nth int) *atomic.Int64 {
	calls := new(atomic.Int64)
	next := func() error {
		if calls.Add(1) == int64(nth) {
			return syscall.ENOSPC
		}
		return nil
	}
	real := realDisk()
	v.disk = disk{
		create: func(path string) (*os.File, error) {
			if err := next(); err != nil {
				return nil, err
			}
			return real.create(path)
		},
		write: func(f *os.File, p []byte) error {
			if err := next(); err != nil {
				_ = real.write(f, p[:len(p)/2]) // a full disk takes a part
				return err
			}
			return real.write(f, p)
		},
		sync: func(f *os.File) error { return errors.Join(next(), real.sync(f)) },
		close: func(f *os.File) error {
			return errors.Join(real.close(f), next())
		},
		rename: func(from, to string) error {
			if err := next(); err != nil {
				return err
			}
			return real.rename(from, to)
		},
		mkdir: func(path string) error {
			if err := next(); err != nil {
				return err
			}
			return real.mkdir(path)
		},
		syncDir: func(path string) error { return errors.Join(next(), real.syncDir(path)) },
	}
	return calls
}

// sealOnce runs a whole batch of three objects with notes.
func sealOnce(v *Vault, id *age.HybridIdentity) ([]Object, []Segment, error) {
	b, err := v.Begin(id.Recipient())
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = b.Abort() }()
	var objects []Object
	for i := range 3 {
		o, err := b.Add(context.Background(), bytes.NewReader(sample(int64(i), testLimit/2)))
		if err != nil {
			return nil, nil, err
		}
		b.Note(o, []byte(`{}`))
		objects = append(objects, o)
	}
	segments, err := b.Seal(context.Background())
	if err != nil {
		return nil, nil, err
	}
	return objects, segments, b.Done()
}

func TestAttack37_EveryWriteFails(t *testing.T) {
	id := hybrid(t)
	for nth := 1; ; nth++ {
		v := newVault(t)
		calls := failing(v, nth)
		objects, segments, err := sealOnce(v, id)
		if calls.Load() < int64(nth) { // nothing failed: every call had its turn
			must(t, err)
			if nth < 20 || len(findings(t, v, segments, objects, id)) != 0 {
				t.Fatalf("only %d operations, or the vault is wrong", nth)
			}
			return
		}
		if !errors.Is(err, syscall.ENOSPC) || segments != nil {
			t.Fatalf("operation %d failed, got %v, %v", nth, segments, err)
		}
		v.disk = realDisk()
		for _, path := range filesBelow(t, v.dir) {
			if !strings.HasSuffix(path, "lock") { // made before anything failed
				t.Fatalf("operation %d failed, left %s", nth, path)
			}
		}
	}
}

func TestAttack37_CopyEveryWriteFails(t *testing.T) {
	id := hybrid(t)
	from := newVault(t)
	_, segments := store(t, from, id, sample(1, testLimit+1))
	for nth := 1; ; nth++ {
		dir := t.TempDir()
		calls := failing(from, nth)
		done, err := from.CopyTo(context.Background(), dir, valuesOf(segments), nil)
		if calls.Load() < int64(nth) {
			must(t, err)
			return
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("operation %d failed, got %+v, %v", nth, done, err)
		}
		to, err := Open(dir)
		must(t, err)
		for _, f := range findings(t, to, segments, nil) {
			if f.Problem != Missing {
				t.Fatalf("operation %d failed, half a copy: %+v", nth, f)
			}
		}
	}
}

func TestAttack37_SealNeverReplaces(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	b := begin(t, v, id)
	o, err := b.Add(context.Background(), bytes.NewReader([]byte("new")))
	must(t, err)
	path, _ := v.Path(o.Extents[0].Segment)
	must(t, os.MkdirAll(path[:strings.LastIndexByte(path, os.PathSeparator)], 0o700))
	must(t, os.WriteFile(path, []byte("there before"), 0o600))
	_, err = b.Seal(context.Background())
	wantError(t, err, fs.ErrExist)
	must(t, b.Abort())
	if got, _ := os.ReadFile(path); string(got) != "there before" {
		t.Errorf("replaced by %q", got)
	}
}

func TestSweep(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	live := begin(t, v, id)
	dead, err := v.Begin(id.Recipient())
	must(t, err)
	_, err = dead.Add(context.Background(), bytes.NewReader(sample(1, testLimit)))
	must(t, err)
	dead.Suspend()
	n, err := v.Sweep(time.Now().Add(-time.Hour))
	if err != nil || n != 0 {
		t.Fatalf("swept %d young ones: %v", n, err)
	}
	n, err = v.Sweep(time.Now().Add(time.Hour))
	if err != nil || n != 1 {
		t.Fatalf("swept %d: %v", n, err)
	}
	if !exists(live.folder) || exists(dead.folder) {
		t.Error("the live batch must stay, the dead one must go")
	}
}
