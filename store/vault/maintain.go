package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Copied is what [Vault.CopyTo] did.
type Copied struct {
	Segments, Present int
	Bytes             int64
}

// CopyTo brings the segments into the vault folder dir, each one only if it is
// not there, and reads back what it wrote. A present file of another size is an
// error that wraps [ErrCorrupt]: nothing is ever replaced.
func (v *Vault) CopyTo(ctx context.Context, dir string, segments iter.Seq[Segment], progress func(int64)) (Copied, error) {
	var done Copied
	to, err := Open(dir)
	if err != nil {
		return done, fmt.Errorf("copy segments: %w", err)
	}
	to.disk = v.disk
	if progress == nil {
		progress = func(int64) {}
	}
	dirty := map[string]bool{}
	for s := range segments {
		copied, err := v.copySegment(ctx, to, s, dirty, progress)
		if err != nil {
			return done, fmt.Errorf("copy segment %s: %w", s.Name, err)
		}
		if !copied {
			done.Present++
			continue
		}
		done.Segments++
		done.Bytes += s.CipherSize
	}
	return done, to.syncFolders(dirty)
}

func (v *Vault) copySegment(ctx context.Context, to *Vault, s Segment, dirty map[string]bool, progress func(int64)) (bool, error) {
	target, err := to.Path(s.Name)
	if err != nil {
		return false, err
	}
	if info, err := os.Lstat(target); err == nil {
		if info.Size() != s.CipherSize {
			return false, &DamageError{Segment: s.Name, Err: fmt.Errorf("the copy has %d of %d bytes", info.Size(), s.CipherSize)}
		}
		return false, nil
	}
	from, _, err := v.openCipher(s.Name)
	if err != nil {
		return false, err
	}
	defer func() { _ = from.Close() }() // only read from
	tmp := filepath.Join(to.dir, tmpFolder, newName()+partial)
	defer func() { _ = removeIfThere(tmp) }() // gone already after success
	if err := v.disk.copyFile(ctx, tmp, from, s, progress); err != nil {
		return false, err
	}
	if err := to.publish(tmp, s.Name, dirty); err != nil {
		return false, err
	}
	if f := to.verifySegment(ctx, s, make([]byte, bufferSize), progress); f != nil {
		return false, fmt.Errorf("read back the copy: %w", f.Err)
	}
	return true, nil
}

func (d disk) copyFile(ctx context.Context, path string, from io.Reader, s Segment, progress func(int64)) error {
	f, err := d.create(path)
	if err != nil {
		return err
	}
	out := &segmentFile{file: f, digest: sha256.New()}
	err = copyAll(ctx, writerFunc(func(p []byte) error { return out.write(d, p) }), from, make([]byte, bufferSize), progress)
	if err == nil && Hash(out.digest.Sum(nil)) != s.CipherSHA256 {
		err = &DamageError{Segment: s.Name, Err: errors.New("is not the file that was sealed")}
	}
	if err == nil {
		err = d.sync(f)
	}
	if cerr := d.close(f); err == nil {
		err = cerr
	}
	return err
}

type writerFunc func([]byte) error

// Write implements io.Writer.
func (w writerFunc) Write(p []byte) (int, error) {
	if err := w(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Sweep removes what batches and copies left behind and nobody touched since
// before. It says how many it removed. Batches of live processes are left alone.
func (v *Vault) Sweep(before time.Time) (int, error) {
	removed := 0
	batches, err := v.Unfinished()
	if err != nil {
		return 0, fmt.Errorf("sweep vault: %w", err)
	}
	for _, b := range batches {
		if b.Modified.After(before) {
			continue
		}
		if err := v.Discard(b.ID); err != nil {
			return removed, fmt.Errorf("sweep vault: %w", err)
		}
		removed++
	}
	files, err := os.ReadDir(filepath.Join(v.dir, tmpFolder))
	if err != nil {
		return removed, fmt.Errorf("sweep vault: %w", err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || f.IsDir() || !strings.HasSuffix(f.Name(), partial) || info.ModTime().After(before) {
			continue
		}
		if err := removeIfThere(filepath.Join(v.dir, tmpFolder, f.Name())); err != nil {
			return removed, fmt.Errorf("sweep vault: %w", err)
		}
		removed++
	}
	return removed, nil
}

// Orphans lists sealed segments that known does not know: a crash came between
// sealing and the entry that would have named them. Delete them with
// [Vault.Remove] only when a person says so.
func (v *Vault) Orphans(known func(name string) bool) ([]string, error) {
	fans, err := os.ReadDir(v.dir)
	if err != nil {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	var names []string
	for _, fan := range fans {
		if !fan.IsDir() || !lowerHex(fan.Name(), 2) {
			continue
		}
		files, err := os.ReadDir(filepath.Join(v.dir, fan.Name()))
		if err != nil {
			return nil, fmt.Errorf("list segments: %w", err)
		}
		for _, f := range files {
			name, ok := strings.CutSuffix(f.Name(), ageSuffix)
			if ok && ValidName(name) && !known(name) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}

// Remove deletes sealed segments. Call it after the entry that says why was
// committed. A segment that is gone already is no error.
func (v *Vault) Remove(names ...string) error {
	dirty := map[string]bool{}
	for _, name := range names {
		path, err := v.Path(name)
		if err != nil {
			return fmt.Errorf("remove segment: %w", err)
		}
		if !exists(path) {
			continue
		}
		if err := removeIfThere(path); err != nil {
			return fmt.Errorf("remove segment: %w", err)
		}
		dirty[filepath.Dir(path)] = true
	}
	return v.syncFolders(dirty)
}
