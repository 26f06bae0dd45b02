package collect

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAttack42_OddMembersAreSafe(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	writeFile(t, secret, "outside")
	must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s")})
	must(t, err)
	defer func() { _ = socket.Close() }()
	must(t, os.Symlink(secret, filepath.Join(dir, "link")))
	must(t, os.Symlink(filepath.Dir(secret), filepath.Join(dir, "linkdir")))
	must(t, os.Symlink("link\xff", filepath.Join(dir, "dangling")))
	plain := []string{"CON", "con", "aux.txt", "a\nb", "..x", " ", "trailing.", "ünï", `back\slash`, "-rf", "*"}
	for _, name := range plain {
		writeFile(t, filepath.Join(dir, name), "content of "+name)
	}
	skipped := 2
	if err := unix.Mknod(filepath.Join(dir, "null"), unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))); err == nil {
		skipped++
	} else {
		t.Logf("no device node in this run: %v", err)
	}
	batch := b.begin(t)
	r, err := Collect(context.Background(), Options{Batch: batch, Roots: []string{dir}})
	must(t, err)
	seal(t, batch)
	for _, name := range plain {
		if l := line(t, r, name); b.content(t, l) != "content of "+name {
			t.Errorf("%q holds other bytes", name)
		}
	}
	if len(r.Skipped) != skipped || r.Files != int64(len(plain)) {
		t.Errorf("%d files, skipped %+v", r.Files, r.Skipped)
	}
	for _, s := range r.Skipped {
		if l := r.Lines[s.N-1]; l.Name != s.Name || l.Stored || s.Reason == "" {
			t.Errorf("skipped %+v has line %+v", s, l)
		}
	}
	if l := line(t, r, "link"); l.Kind != Symlink || l.Target != secret || l.Stored {
		t.Errorf("link: %+v", l)
	}
	if l := line(t, r, "dangling"); l.Target != "link\xff" {
		t.Errorf("dangling: %+v", l)
	}
	checkManifest(t, r)
}

func TestAttack42_BytesThatAreNotUTF8(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "caf\xe9")
	if err := os.WriteFile(path, []byte("latin"), 0o600); err != nil {
		t.Skipf("this file system wants UTF-8: %v", err)
	}
	r, err := Collect(context.Background(), Options{Batch: b.begin(t), Roots: []string{dir}})
	must(t, err)
	l := line(t, r, "caf\xe9")
	if text := string(l.AppendJSON(nil)); !strings.Contains(text, `"name":"caf\\xe9","name_b64":"Y2Fm6Q=="`) {
		t.Errorf("line: %s", text)
	}
	checkManifest(t, r)
}

func TestAttack42_LongPath(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	part := strings.Repeat("d", 250)
	fd, err := unix.Open(dir, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	const depth = 130 // more than 32,000 bytes
	for range depth {
		must(t, unix.Mkdirat(fd, part, 0o700))
		next, err := unix.Openat(fd, part, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		must(t, err)
		must(t, unix.Close(fd))
		fd = next
	}
	file, err := unix.Openat(fd, "deep", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	must(t, err)
	_, err = unix.Write(file, []byte("down here"))
	must(t, errors.Join(err, unix.Close(file), unix.Close(fd)))
	batch := b.begin(t)
	r, err := Collect(context.Background(), Options{Batch: batch, Roots: []string{dir}})
	must(t, err)
	seal(t, batch)
	l := line(t, r, strings.Repeat(part+"/", depth)+"deep")
	if b.content(t, l) != "down here" {
		t.Error("other bytes")
	}
	checkManifest(t, r)
}

func TestAttack42_FileBecomesFIFO(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "f"), "x")
	r, err := Collect(context.Background(), Options{
		Batch: b.begin(t), Roots: []string{dir},
		open: func(dir *folder, name string) (opened, error) {
			must(t, unix.Unlinkat(int(dir.handle), name, 0))
			must(t, mkfifoat(int(dir.handle), name))
			return dir.handle.open(name)
		},
	})
	must(t, err)
	if l := line(t, r, "f"); l.Stored || l.Kind != FIFO || len(r.Skipped) != 1 {
		t.Errorf("line %+v, skipped %+v", l, r.Skipped)
	}
}

func TestAttack42_FileBecomesLink(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	writeFile(t, secret, "outside")
	writeFile(t, filepath.Join(dir, "f"), "x")
	r, err := Collect(context.Background(), Options{
		Batch: b.begin(t), Roots: []string{dir},
		open: func(d *folder, name string) (opened, error) {
			must(t, os.Remove(filepath.Join(dir, name)))
			must(t, os.Symlink(secret, filepath.Join(dir, name)))
			return d.handle.open(name)
		},
	})
	must(t, err)
	if l := line(t, r, "f"); l.Stored || len(r.Skipped) != 1 {
		t.Errorf("the link was followed: %+v", l)
	}
}

func TestSymlinkedRoot(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "real", "f"), "x")
	link := filepath.Join(dir, "link")
	must(t, os.Symlink("real", link))
	r, err := Collect(context.Background(), Options{Batch: b.begin(t), Roots: []string{link}})
	must(t, err)
	resolved, err := filepath.EvalSymlinks(link)
	must(t, err)
	if r.Roots[0] != (Root{Path: link, Resolved: resolved}) || r.Files != 1 {
		t.Errorf("result: %+v", r)
	}
}

func TestMetadata(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	writeFile(t, path, "data")
	must(t, os.Chmod(path, 0o4640))
	must(t, os.Link(path, filepath.Join(dir, "g")))
	before, err := os.Stat(path)
	must(t, err)
	attrs := unix.Setxattr(path, "user.origin", []byte("mail"), 0) == nil
	if !attrs {
		t.Log("this file system takes no user attributes")
	}
	sparse, err := os.Create(filepath.Join(dir, "h"))
	must(t, err)
	must(t, errors.Join(sparse.Truncate(1<<20), sparse.Close()))

	r, err := Collect(context.Background(), Options{Batch: b.begin(t), Roots: []string{dir}})
	must(t, err)
	f, g, h := line(t, r, "f"), line(t, r, "g"), line(t, r, "h")
	if f.Mode != 0o4640&uint32(before.Sys().(*syscall.Stat_t).Mode) || f.UID != int64(os.Getuid()) || f.Links != 2 || f.Inode == 0 || f.Inode != g.Inode || f.Holes {
		t.Errorf("f: %+v", f)
	}
	if attrs && string(f.Xattr["user.origin"]) != "mail" {
		t.Errorf("attributes: %v", f.Xattr)
	}
	if !h.Holes || h.Object.Size != 1<<20 {
		t.Errorf("h: %+v", h)
	}
	if runtime.GOOS == "linux" {
		after, err := os.Stat(path)
		must(t, err)
		if before.Sys().(*syscall.Stat_t).Atim != after.Sys().(*syscall.Stat_t).Atim {
			t.Error("reading moved the access time")
		}
	}
	checkManifest(t, r)
}
