package evidence_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // to change the file behind the program's back

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

func TestAttack38_DamagedSegmentNamesItemAndStopsSealAndExport(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"missing":   os.Remove,
		"truncated": func(path string) error { return os.Truncate(path, 300) },
		"flipped": func(path string) error {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			data[len(data)-20] ^= 1
			return os.WriteFile(path, data, 0o600)
		},
		"replaced": func(path string) error { return os.WriteFile(path, []byte("age-encryption.org/v1\n"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.text(t, "whole")
			kept := b.segments(t)
			b.text(t, "to be damaged")
			damaged := slices.DeleteFunc(b.segments(t), func(s string) bool { return slices.Contains(kept, s) })[0]
			if err := damage(damaged); err != nil {
				t.Fatal(err)
			}
			check, err := b.Verify(t.Context(), b.tag, nothing, nil)
			if err != nil || !slices.ContainsFunc(check.Findings, func(f cases.Finding) bool { return strings.HasPrefix(f.Item, "E2") }) {
				t.Fatalf("findings %+v, %v", check.Findings, err)
			}
			for _, f := range check.Findings {
				if strings.HasPrefix(f.Item, "E1") {
					t.Errorf("the whole one is named: %+v", f)
				}
			}
			var bad *evidence.DamagedError
			if _, err := b.Seal(t.Context(), b.tag, nothing); !errors.As(err, &bad) || !strings.Contains(err.Error(), ": ") {
				t.Errorf("seal: %v", err)
			}
			out := filepath.Join(t.TempDir(), "bag")
			if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out}); err == nil {
				t.Error("exported")
			}
			if left, _ := os.ReadDir(out); len(left) > 0 {
				t.Errorf("the export left %v", left)
			}
			b.view(t, func(c *cases.Case) {
				if len(c.Seals)+len(c.Exports) > 0 || len(c.Checks) != 1 || c.Checks[0].OK {
					t.Errorf("recorded %+v %+v %+v", c.Seals, c.Exports, c.Checks)
				}
			})
			if string(b.read(t, "E1/1")) != "whole" {
				t.Error("the whole one cannot be read")
			}
		})
	}
}

// Two segments change places: each opens with the case's key.
func TestAttack39_SwappedSegments(t *testing.T) {
	b := newBench(t)
	b.text(t, "one")
	b.text(t, "two")
	found := b.segments(t)
	for _, move := range [][2]string{{found[0], found[0] + "x"}, {found[1], found[0]}, {found[0] + "x", found[1]}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			t.Fatal(err)
		}
	}
	check, err := b.Check(t.Context(), b.tag, nil)
	if err != nil || len(check.Findings) < 2 {
		t.Errorf("findings %+v, %v", check.Findings, err)
	}
	var bad *evidence.DamagedError
	if _, err := b.Seal(t.Context(), b.tag, nothing); !errors.As(err, &bad) {
		t.Errorf("seal: %v", err)
	}
}

func tamper(t testing.TB, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "posko.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range append([]string{"DROP TRIGGER entry_fixed", "DROP TRIGGER entry_keep"}, statements...) {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// flipped is a column with another byte at a place, counted from one. A byte that
// is only set to zero is left as it was once in 256 times.
func flipped(column string, at int) string {
	return fmt.Sprintf("CAST(substr(%[1]s, 1, %[2]d - 1) || CASE substr(%[1]s, %[2]d, 1) WHEN x'00' THEN x'01' ELSE x'00' END || substr(%[1]s, %[2]d + 1) AS BLOB)", column, at)
}

func TestAttack29_NothingIsSignedOverADamagedLedger(t *testing.T) {
	b := newBench(t)
	b.text(t, "whole")
	tamper(t, b.ws.Dir(), "UPDATE entry SET body = "+flipped("body", 21)+" WHERE id = (1 << 40) + 2")
	var bad *evidence.LedgerError
	if _, err := b.Seal(t.Context(), b.tag, nothing); !errors.As(err, &bad) || bad.Problems[0].Seq != 2 || !strings.Contains(err.Error(), "entry 2") {
		t.Errorf("seal: %v", err)
	}
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: filepath.Join(t.TempDir(), "bag")}); !errors.As(err, &bad) {
		t.Errorf("export: %v", err)
	}
	if _, err := b.Sweep(t.Context(), 0); !errors.As(err, &bad) {
		t.Errorf("sweep: %v", err)
	}
}

func TestDestroyedThingsLeaveOnlyTheRecordInTheBag(t *testing.T) {
	b := newBench(t)
	dir, _ := sources(t)
	b.add(t, dir)
	err := store.Update(t.Context(), b.ws, b.tag, nothing, func(c *cases.Case) error {
		_, err := c.AddNote("SECRETWORD")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ref := ""
	if err := b.Items(t.Context(), b.tag, "E1", func(_ cases.Collection, i evidence.Item) error {
		if i.Line.Name == "sub/b.txt" {
			ref = i.Ref
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var note event.ID
	b.view(t, func(c *cases.Case) { note = c.Notes[0].Entry })
	if err := store.DestroyBody(t.Context(), b.ws, b.tag, event.Said{}, note, "named a child"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Destroy(t.Context(), b.tag, nothing, ref, "not ours"); err != nil {
		t.Fatal(err)
	}
	item, err := b.Find(t.Context(), b.tag, ref)
	if err == nil {
		_, err = b.OpenItem(t.Context(), b.tag, item)
	}
	if !errors.Is(err, evidence.ErrNoBytes) {
		t.Errorf("the destroyed item opens: %v", err)
	}
	b = b.reopened(t)
	b.verified(t)
	seal, err := b.Seal(t.Context(), b.tag, nothing)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "bag")
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out}); err != nil {
		t.Fatal(err)
	}
	report := b.bagHolds(t, out, seal.Words)
	if report.Withheld != 1 || report.Hidden != 1 {
		t.Errorf("withheld %d, hidden %d", report.Withheld, report.Hidden)
	}
	if err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), "SECRETWORD") {
			t.Errorf("%s still says it", path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if swept, err := b.Sweep(t.Context(), 0); err != nil || len(swept.Segments)+len(swept.Left)+swept.Batches > 0 {
		t.Errorf("destroying left %+v, %v", swept, err)
	}
}

func TestAttack29_DamageInAnotherCaseIsALimitOfTheBag(t *testing.T) {
	b := newBench(t)
	other := b.openCase(t, "damaged later")
	err := store.Update(t.Context(), b.ws, other, nothing, func(c *cases.Case) error {
		_, err := c.AddNote("theirs")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	note := b.ws.Entries() - 1
	b.text(t, "ours")
	b = b.reopened(t)
	tamper(t, b.ws.Dir(), fmt.Sprintf("UPDATE entry SET body = %s WHERE id = (1 << 40) + %d", flipped("body", 21), note))
	seal, err := b.Seal(t.Context(), b.tag, nothing)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "bag")
	if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out}); err != nil {
		t.Fatal(err)
	}
	b.bagHolds(t, out, seal.Words)
	said := false
	if err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		said = said || strings.Contains(string(data), fmt.Sprintf("entry %d of log", note))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !said {
		t.Error("the bag does not say it")
	}
	var bad *evidence.LedgerError
	if _, err := b.Seal(t.Context(), other, nothing); !errors.As(err, &bad) {
		t.Errorf("the damaged case: %v", err)
	}
}
