package evidence_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

// beside is a bench with evidence on its case and a note, entry n, on another.
func beside(t *testing.T) (b *bench, n uint64) {
	b = newBench(t)
	other := b.openCase(t, "damaged later")
	err := store.Update(t.Context(), b.ws, other, nothing, func(c *cases.Case) error {
		_, err := c.AddNote("theirs")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	n = b.ws.Entries() - 1
	b.text(t, "ours")
	return b, n
}

// Damage confined to another case is an alarm that stays and a limit of the bag;
// this case is sealed and exported.
func TestAttack29_DamageOutsideTheCaseIsNoLockOut(t *testing.T) {
	theirs := "(1 << 40) + %d"
	for name, statement := range map[string]string{
		"leaf":         "UPDATE entry SET leaf = " + flipped("leaf", 21) + " WHERE id = " + theirs,
		"body":         "UPDATE entry SET body = " + flipped("body", 21) + " WHERE id = " + theirs,
		"body gone":    "UPDATE entry SET body = NULL WHERE id = " + theirs,
		"key":          "UPDATE wrap SET data = " + flipped("data", 301) + " WHERE subject = (SELECT subject FROM entry WHERE id = " + theirs + ")",
		"key gone":     "DELETE FROM wrap WHERE subject = (SELECT subject FROM entry WHERE id = " + theirs + ")",
		"opening":      "UPDATE entry SET leaf = " + flipped("leaf", 21) + " WHERE id = " + theirs + " - 1",
		"opening body": "UPDATE entry SET body = " + flipped("body", 21) + " WHERE id = " + theirs + " - 1",
	} {
		for _, when := range []string{"while open", "before opening"} {
			t.Run(name+" "+when, func(t *testing.T) {
				b, n := beside(t)
				tamper(t, b.ws.Dir(), fmt.Sprintf(statement, n))
				if when == "before opening" {
					b = b.reopened(t)
				}
				seal, err := b.Seal(t.Context(), b.tag, nothing)
				if err != nil {
					t.Fatal(err)
				}
				out := filepath.Join(t.TempDir(), "bag")
				if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: out}); err != nil {
					t.Fatal(err)
				}
				b.bagHolds(t, out, seal.Words)
				info, err := os.ReadFile(filepath.Join(out, "VERIFY.txt"))
				if err != nil || !strings.Contains(strings.Join(strings.Fields(string(info)), " "), "damage outside this case") {
					t.Errorf("the bag does not say it: %v\n%s", err, info)
				}
				if v, err := b.ws.Verify(t.Context()); err != nil || v.OK() {
					t.Errorf("the alarm is gone: %+v, %v", v.Problems, err)
				}
			})
		}
	}
}

// Damage in the case, or to what all logs rest on, still stops everything that
// would be signed.
func TestAttack30_DamageInTheCaseOrTheLogStopsTheSeal(t *testing.T) {
	for name, statement := range map[string]string{
		"own leaf":          "UPDATE entry SET leaf = " + flipped("leaf", 21) + " WHERE id = (1 << 40) + %d + 1",
		"own key":           "UPDATE wrap SET data = " + flipped("data", 301) + " WHERE subject = (SELECT subject FROM entry WHERE id = (1 << 40) + %d + 1)",
		"tree hash":         "UPDATE entry SET nodes = " + flipped("nodes", 1) + " WHERE id = (1 << 40) + %d",
		"leaf and its hash": "UPDATE entry SET leaf = " + flipped("leaf", 21) + ", nodes = " + flipped("nodes", 1) + " WHERE id = (1 << 40) + %d",
		"entry gone":        "DELETE FROM entry WHERE id = (1 << 40) + %d",
		"filed elsewhere":   "UPDATE entry SET subject = (SELECT max(id) FROM subject) WHERE id = (1 << 40) + %d + 1",
		"workspace's own":   "UPDATE entry SET body = " + flipped("body", 21) + " WHERE id = (1 << 40) + %d - %[1]d",
	} {
		t.Run(name, func(t *testing.T) {
			b, n := beside(t)
			tamper(t, b.ws.Dir(), fmt.Sprintf(statement, n))
			_, err := b.Seal(t.Context(), b.tag, nothing)
			var bad *evidence.LedgerError
			if !errors.As(err, &bad) {
				t.Errorf("seal: %v", err)
			}
			if _, err := b.Export(t.Context(), b.tag, nothing, evidence.Export{Dir: filepath.Join(t.TempDir(), "bag")}); err == nil {
				t.Error("exported")
			}
		})
	}
}
