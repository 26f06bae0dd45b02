package collect

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/posko-ir/posko/store/vault"
)

const (
	smallCount = 50_000
	smallSize  = 4 << 10
)

// BenchmarkCollectSmall collects many small files, times, owners and manifest
// included, and runs tar with age, and restic, on the same folder in between.
func BenchmarkCollectSmall(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as poskoctl runs
	dir := b.TempDir()
	src := filepath.Join(dir, "small")
	fillFolder(b, src)
	classic, err := age.GenerateX25519Identity() // Debian's age knows no hybrid ones
	must(b, err)
	pack := fmt.Sprintf("tar c %s | age -r %s > %s/out.age", src, classic.Recipient(), dir)
	repo := filepath.Join(dir, "repo")
	b.Setenv("RESTIC_PASSWORD", "benchmark")
	b.Setenv("RESTIC_CACHE_DIR", filepath.Join(dir, "cache"))
	total := map[string]time.Duration{}
	// What an earlier run left to write is written before the next starts.
	timed := func(what string, f func()) {
		run(b, "sync")
		start := time.Now()
		f()
		total[what] += time.Since(start)
	}
	for b.Loop() {
		timed("tar-age", func() { run(b, "sh", "-c", pack) })
		run(b, "restic", "-q", "init", "-r", repo)
		timed("restic", func() { run(b, "restic", "-q", "backup", "-r", repo, src) })
		timed("collect", func() { collectAll(b, filepath.Join(dir, "vault"), src, nil) })
		must(b, os.RemoveAll(filepath.Join(dir, "vault")))
		timed("progress", func() { collectAll(b, filepath.Join(dir, "vault"), src, func(Progress) {}) })
		must(b, os.RemoveAll(filepath.Join(dir, "vault")))
		must(b, os.RemoveAll(repo))
	}
	for what, d := range total {
		b.ReportMetric(d.Seconds()/float64(b.N), what+"-s")
	}
	b.ReportMetric(float64(total["collect"])/float64(total["tar-age"]), "x-tar-age")
	b.ReportMetric(float64(total["progress"])/float64(total["tar-age"]), "x-tar-age-progress")
	b.ReportMetric(float64(total["collect"])/float64(total["restic"]), "x-restic")
}

func collectAll(b *testing.B, dir, src string, progress func(Progress)) {
	b.Helper()
	v, err := vault.Open(dir)
	must(b, err)
	id, err := age.GenerateHybridIdentity()
	must(b, err)
	batch, err := v.Begin(id.Recipient())
	must(b, err)
	ctx := context.Background()
	r, err := Collect(ctx, Options{Batch: batch, Roots: []string{src}, Progress: progress})
	must(b, err)
	if r.Files != smallCount {
		b.Fatalf("%d files", r.Files)
	}
	_, err = batch.Add(ctx, NewManifestReader(r.Lines))
	must(b, err)
	_, err = batch.Seal(ctx)
	must(b, err)
	must(b, batch.Done())
}

func fillFolder(b *testing.B, dir string) {
	b.Helper()
	buf := make([]byte, smallSize)
	for i := range smallCount {
		_, _ = rand.Read(buf)
		writeFile(b, filepath.Join(dir, fmt.Sprintf("%03d", i/500), fmt.Sprintf("%05d", i)), string(buf))
	}
}

func run(b *testing.B, name string, args ...string) {
	b.Helper()
	if out, err := exec.CommandContext(b.Context(), name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
}
