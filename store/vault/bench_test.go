package vault

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
)

const (
	largeSize  = 2 << 30
	smallCount = 50_000
	smallSize  = 4 << 10
)

// BenchmarkSealLarge seals one large file and runs openssl and age on the same
// file in between. Run it with -benchtime=3x; it needs 5 GiB of disk.
func BenchmarkSealLarge(b *testing.B) {
	dir := b.TempDir()
	file := filepath.Join(dir, "large")
	fillFile(b, file, largeSize)
	recipient := classicRecipient(b)
	total := map[string]time.Duration{}
	for b.Loop() {
		timed(b, total, "openssl", func() { run(b, "openssl", "dgst", "-sha256", file) })
		timed(b, total, "age", func() { run(b, "age", "-r", recipient, "-o", filepath.Join(dir, "out.age"), file) })
		remove(b, filepath.Join(dir, "out.age"))
		timed(b, total, "seal", func() { sealFiles(b, filepath.Join(dir, "vault"), sha256.New, file) })
		remove(b, filepath.Join(dir, "vault"))
		timed(b, total, "seal1", func() { sealFiles(b, filepath.Join(dir, "vault"), noDigest, file) })
		remove(b, filepath.Join(dir, "vault"))
	}
	rival := max(total["openssl"], total["age"])
	report(b, total)
	b.ReportMetric(float64(total["seal"])/float64(rival), "x-slower-rival")
	b.ReportMetric(float64(total["seal1"])/float64(rival), "x-without-cipher-hash")
}

// BenchmarkSealSmall seals many small files and runs tar with age, and restic,
// on the same folder in between.
func BenchmarkSealSmall(b *testing.B) {
	dir := b.TempDir()
	src := filepath.Join(dir, "small")
	files := fillFolder(b, src)
	recipient := classicRecipient(b)
	total := map[string]time.Duration{}
	repo := filepath.Join(dir, "repo")
	b.Setenv("RESTIC_PASSWORD", "benchmark")
	b.Setenv("RESTIC_CACHE_DIR", filepath.Join(dir, "cache"))
	for b.Loop() {
		timed(b, total, "tar-age", func() {
			run(b, "sh", "-c", fmt.Sprintf("tar c %s | age -r %s > %s/out.age", src, recipient, dir))
		})
		run(b, "restic", "-q", "init", "-r", repo)
		timed(b, total, "restic", func() { run(b, "restic", "-q", "backup", "-r", repo, src) })
		remove(b, repo)
		timed(b, total, "seal", func() { sealFiles(b, filepath.Join(dir, "vault"), sha256.New, files...) })
		remove(b, filepath.Join(dir, "vault"))
	}
	report(b, total)
	b.ReportMetric(float64(total["seal"])/float64(total["tar-age"]), "x-tar-age")
	b.ReportMetric(float64(total["seal"])/float64(total["restic"]), "x-restic")
}

func sealFiles(b *testing.B, dir string, digest func() hash.Hash, files ...string) {
	b.Helper()
	v, err := Open(dir)
	must(b, err)
	batch, err := v.Begin(hybrid(b).Recipient())
	must(b, err)
	batch.stages.newDigest = digest
	for _, name := range files {
		f, err := os.Open(name)
		must(b, err)
		_, err = batch.Add(context.Background(), f)
		must(b, err)
		must(b, f.Close())
	}
	_, err = batch.Seal(context.Background())
	must(b, err)
	must(b, batch.Done())
}

type zeroDigest struct{ hash.Hash }

func (zeroDigest) Write(p []byte) (int, error) { return len(p), nil }

func noDigest() hash.Hash { return zeroDigest{sha256.New()} }

func classicRecipient(b *testing.B) string {
	b.Helper()
	id, err := age.GenerateX25519Identity() // Debian's age knows no hybrid ones
	must(b, err)
	return id.Recipient().String()
}

// timed adds up how long f takes. What an earlier run left to write is written
// before, so that nobody waits for another's data.
func timed(b *testing.B, total map[string]time.Duration, what string, f func()) {
	b.Helper()
	run(b, "sync")
	start := time.Now()
	f()
	total[what] += time.Since(start)
}

func report(b *testing.B, total map[string]time.Duration) {
	b.Helper()
	for what, d := range total {
		b.ReportMetric(d.Seconds()/float64(b.N), what+"-s")
	}
}

func run(b *testing.B, name string, args ...string) {
	b.Helper()
	if out, err := exec.CommandContext(b.Context(), name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func remove(b *testing.B, path string) {
	b.Helper()
	must(b, os.RemoveAll(path))
}

func fillFile(b *testing.B, path string, size int64) {
	b.Helper()
	f, err := os.Create(path)
	must(b, err)
	_, err = io.CopyN(f, randomBytes(int64(1)), size)
	must(b, err)
	must(b, f.Sync())
	must(b, f.Close())
}

func fillFolder(b *testing.B, dir string) []string {
	b.Helper()
	r := randomBytes(2)
	buf := make([]byte, smallSize)
	files := make([]string, smallCount)
	for i := range files {
		sub := filepath.Join(dir, fmt.Sprintf("%03d", i/500))
		must(b, os.MkdirAll(sub, 0o700))
		files[i] = filepath.Join(sub, fmt.Sprintf("%05d", i))
		_, err := io.ReadFull(r, buf)
		must(b, err)
		must(b, os.WriteFile(files[i], buf, 0o600))
	}
	return files
}
