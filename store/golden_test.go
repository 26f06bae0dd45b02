package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys"
)

// Each release adds a golden workspace and never changes one: what was recorded
// with it must open, verify and fold to the same state for ever.
var updateGolden = flag.String("update-golden", "", "write the golden workspace of this version, for example v1")

func instantAt(t testing.TB, s string) instant.Instant {
	t.Helper()
	at, err := instant.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestGoldenWorkspaces(t *testing.T) {
	if *updateGolden != "" {
		writeGolden(t, filepath.Join("testdata", "golden-"+*updateGolden))
	}
	golden, err := filepath.Glob(filepath.Join("testdata", "golden-*"))
	if err != nil || len(golden) == 0 {
		t.Fatal("no golden workspaces", err)
	}
	for _, dir := range golden {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			b := &bench{dir: filepath.Join(t.TempDir(), "ws"), keychain: keys.None()}
			if err := os.CopyFS(b.dir, os.DirFS(filepath.Join(dir, "workspace"))); err != nil {
				t.Fatal(err)
			}
			w := b.open(t)
			verified(t, w)
			want, err := os.ReadFile(filepath.Join(dir, "state.json"))
			if err != nil {
				t.Fatal(err)
			}
			if got := goldenState(t, w); !bytes.Equal(got, want) {
				t.Errorf("the fold changed:\n%s", firstDifference(got, want))
			}
			goldenGoesOn(t, w)
			steps, _ := filepath.Glob("schema/*.sql")
			copies, _ := filepath.Glob(filepath.Join(b.dir, "posko.db.before-*"))
			if old := schemaOf(t, dir) < len(steps); old != (len(copies) > 0) {
				t.Errorf("schema %d of %d, copies made before migrating: %v", schemaOf(t, dir), len(steps), copies)
			}
		})
	}
}

// schemaOf reads user_version from the header of a golden file.
func schemaOf(t *testing.T, dir string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "workspace", "posko.db"))
	if err != nil || len(data) < 64 {
		t.Fatal(err)
	}
	return int(binary.BigEndian.Uint32(data[60:]))
}

// goldenGoesOn wants the evidence readable, the seal to hold and work to go on.
func goldenGoesOn(t *testing.T, w *store.Workspace) {
	t.Helper()
	tag, err := w.FindCase(t.Context(), "A-1")
	if err != nil {
		t.Fatal(err)
	}
	if text := readItem(t, w, tag, "E1/1"); text != "From: bank@evil.example\n" {
		t.Errorf("evidence %q", text)
	}
	d, err := evidence.Open(w)
	if err != nil {
		t.Fatal(err)
	}
	if check, err := d.Check(t.Context(), tag, nil); err != nil || check.Items != 1 || len(check.Findings) > 0 {
		t.Errorf("evidence %+v, %v", check, err)
	}
	if _, err := d.Export(t.Context(), tag, event.Said{}, evidence.Export{Dir: filepath.Join(t.TempDir(), "bag")}); err != nil {
		t.Errorf("export: %v", err)
	}
	note(t, w, tag, "work goes on")
	verified(t, w)
}

// goldenState is every case and the roster as JSON.
func goldenState(t *testing.T, w *store.Workspace) []byte {
	t.Helper()
	list, err := w.Cases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	state := map[string]any{"list": list}
	for _, s := range list {
		viewCase(t, w, s.Tag, func(c *cases.Case) { state[s.Number], err = json.Marshal(c) })
		if err != nil {
			t.Fatal(err)
		}
		state[s.Number] = json.RawMessage(state[s.Number].([]byte))
	}
	if state["roster"], err = w.Roster(t.Context()); err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(state, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

func writeGolden(t *testing.T, dir string) {
	t.Helper()
	b := &bench{dir: filepath.Join(dir, "workspace"), keychain: keys.None()}
	w, err := store.Create(t.Context(), b.dir, "Example Ltd", "Sari", b.options(t))
	if err != nil {
		t.Fatal(err)
	}
	d, err := evidence.Open(w)
	if err != nil {
		t.Fatal(err)
	}
	tag := openCase(t, w, "Mail from the bank")
	said := event.Said{At: instantAt(t, "2026-11-21T08:00+07:00[Asia/Jakarta]"), Source: "hotline"}
	for _, fn := range []func(c *cases.Case) error{
		func(c *cases.Case) error {
			_, err := c.AddNote("Caller: café, \"quoted\", 🚨\nsecond line")
			return err
		},
		func(c *cases.Case) error { _, err := c.AddNote("to be destroyed"); return err },
		func(c *cases.Case) error { return c.SetFact("aware", said.At, "they rang") },
		func(c *cases.Case) error { _, err := c.AddIndicator("domain", "evil[.]example"); return err },
		func(c *cases.Case) error { _, err := c.Decide("block it", "it is evil", ""); return err },
	} {
		if err := store.Update(t.Context(), w, tag, said, fn); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.AddText(t.Context(), tag, said, "the mail", strings.NewReader("From: bank@evil.example\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Verify(t.Context(), tag, said, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Seal(t.Context(), tag, said); err != nil {
		t.Fatal(err)
	}
	if err := store.DestroyBody(t.Context(), w, tag, event.Said{}, entry(w, 4), "retention ended"); err != nil {
		t.Fatal(err)
	}
	second := openCase(t, w, "Second")
	for range 120 { // a snapshot is part of it
		note(t, w, second, "n")
	}
	state := goldenState(t, w)
	if err := w.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "state.json"), state, 0o644); err != nil {
		t.Fatal(err)
	}
}

func firstDifference(got, want []byte) string {
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(a), len(b)) {
		if !bytes.Equal(a[i], b[i]) {
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// The schema that a fresh workspace ends with, however many steps led there.
func TestGoldenSchema(t *testing.T) {
	w, b := create(t)
	closeNow(t, w)
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.dir, "posko.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got strings.Builder
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		got.WriteString(text + ";\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "schema.golden.sql")
	if *updateGolden != "" {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the schema changed: add a step and update the golden schema\n%s", firstDifference([]byte(got.String()), want))
	}
}
