package store_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
)

// The benchmarks print ratios against a rival measured in the same run. Run
// them with 'make bench'.

const (
	benchEntries = 200_000
	benchCases   = 1_000
)

// BenchmarkAppend compares one durable append (encrypt, hash, tree, checkpoint,
// commit) with the plain driver inserting as many bytes under the same pragmas,
// and 16 writers with one. Targets: at least 0.5, at least 3.
func BenchmarkAppend(b *testing.B) {
	const n = 2_000
	for b.Loop() {
		w, _ := create(b)
		tag := openCase(b, w, "bench")
		plain := rival(b)
		var ours, theirs, group time.Duration
		for round := range 4 {
			ours += timed(func() { appendNotes(b, w, tag, n/4, round) })
			theirs += timed(func() { insertRows(b, plain, n/4) })
			group += timed(func() { appendAtOnce(b, w, tag, n/4) })
		}
		b.ReportMetric(float64(n)/ours.Seconds(), "appends/s")
		b.ReportMetric(float64(n)/theirs.Seconds(), "plain/s")
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "of-plain(>=0.5)")
		b.ReportMetric(ours.Seconds()/group.Seconds(), "16-writers(>=3)")
	}
}

func timed(fn func()) time.Duration {
	start := time.Now()
	fn()
	return time.Since(start)
}

func appendNotes(b *testing.B, w *store.Workspace, tag string, n, round int) {
	for i := range n {
		if err := addNote(b.Context(), w, tag, fmt.Sprintf("note %d of round %d about host ws-%05d", i, round, i)); err != nil {
			b.Fatal(err)
		}
	}
}

func appendAtOnce(b *testing.B, w *store.Workspace, tag string, n int) {
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := addNote(context.Background(), w, tag, "a note written by one of sixteen at once"); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}

const rivalPragmas = "?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)"

func rival(b *testing.B) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "plain.db")+rivalPragmas)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(b.Context(), "CREATE TABLE row (id INTEGER PRIMARY KEY, leaf BLOB, body BLOB, nodes BLOB) STRICT"); err != nil {
		b.Fatal(err)
	}
	return db
}

func insertRows(b *testing.B, db *sql.DB, n int) {
	leaf, body, nodes := make([]byte, 560), make([]byte, 140), make([]byte, 64)
	rand.Read(leaf)
	insert, err := db.PrepareContext(b.Context(), "INSERT INTO row (leaf, body, nodes) VALUES (?, ?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	for range n {
		if _, err := insert.ExecContext(b.Context(), leaf, body, nodes); err != nil {
			b.Fatal(err)
		}
	}
}

// large is a workspace of benchEntries entries in benchCases cases.
func large(b *testing.B) *bench {
	b.Helper()
	w, at := create(b)
	tags := make([]string, benchCases)
	for i := range tags {
		tags[i] = openCase(b, w, fmt.Sprintf("case number %d", i))
	}
	const batch = 100
	for i := 0; i < benchEntries-benchCases; i += batch {
		err := store.Update(b.Context(), w, tags[i/batch%benchCases], event.Said{}, func(c *cases.Case) error {
			for j := range batch {
				if _, err := c.AddNote(fmt.Sprintf("the account user%d signed in from host ws-%05d at night", i+j, i+j)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	return at
}

// BenchmarkLarge measures what an officer waits for at 200,000 entries: unlock
// to the first list (target: under 1 s without Argon2id), a case, a search
// (under 100 ms once loaded), and a verification against a plain scan that
// hashes each leaf once (within 2 times).
func BenchmarkLarge(b *testing.B) {
	for b.Loop() {
		at := large(b)
		var w *store.Workspace
		unlock := timed(func() {
			w = at.open(b)
			if list, err := w.Cases(b.Context()); err != nil || len(list) != benchCases {
				b.Fatal(len(list), err)
			}
		})
		list, _ := w.Cases(b.Context())
		show := timed(func() {
			if err := store.View(b.Context(), w, list[500].Tag, func(*cases.Case) error { return nil }); err != nil {
				b.Fatal(err)
			}
		})
		load := timed(func() { search(b, w, "ws-00077", 1) })
		find := timed(func() { search(b, w, "ws-00123 user123", 1) })
		common := timed(func() { search(b, w, "night", store.MaxHits) })
		b.ReportMetric(ms(unlock), "unlock-ms(<1000)")
		b.ReportMetric(ms(show), "first-case-ms")
		b.ReportMetric(ms(load), "search-load-ms")
		b.ReportMetric(ms(find), "search-ms(<100)")
		b.ReportMetric(ms(common), "search-common-ms(<100)")
		var scan, verify time.Duration
		for range 3 {
			scan += timed(func() { scanAndHash(b, at.dir) })
			verify += timed(func() {
				if err := w.VerifyChain(b.Context()); err != nil {
					b.Fatal(err)
				}
			})
		}
		full := timed(func() { verified(b, w) })
		b.ReportMetric(verify.Seconds()/scan.Seconds(), "verify/scan(<=2)")
		b.ReportMetric(ms(full), "verify-and-refold-ms")
		closeNow(b, w)
		tamper(b, at.dir, "DELETE FROM snapshot")
		refold := timed(func() { w = at.open(b) })
		b.ReportMetric(ms(refold), "unlock-refold-ms")
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func search(b *testing.B, w *store.Workspace, words string, want int) {
	hits, err := w.Search(b.Context(), words)
	if err != nil || len(hits) != want {
		b.Fatalf("%q: %d hits, %v", words, len(hits), err)
	}
}

// scanAndHash is the rival of a verification: the plain driver reads every leaf
// and hashes it once.
func scanAndHash(b *testing.B, dir string) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "posko.db")+"?mode=ro")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(b.Context(), "SELECT id, leaf, body, nodes FROM entry ORDER BY id")
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	var id int64
	var leaf, body, nodes sql.RawBytes
	n := 0
	for rows.Next() {
		if err := rows.Scan(&id, &leaf, &body, &nodes); err != nil {
			b.Fatal(err)
		}
		_ = sha256.Sum256(leaf)
		n++
	}
	if rows.Err() != nil || n < benchEntries {
		b.Fatal(n, rows.Err(), strings.TrimSpace("rows are missing"))
	}
}
