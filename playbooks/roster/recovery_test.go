package roster_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
)

func back(authority string, sheet int) roster.Recovery {
	return roster.Recovery{
		Officer: "o1", Authority: authority, Recipient: "age1pq1new", Sheet: sheet, Backup: "posko-x-s1.age",
		Head: roster.Cited{Log: "a", Size: 9, Root: "r"}, Keys: []roster.Wrapped{{Case: "c", Gen: 1, Holder: "o1", SHA256: "h2"}},
	}
}

func TestRecoveryRefusals(t *testing.T) {
	r, rec := founded(t)
	if _, ok := r.Sheet(); ok {
		t.Error("a sheet before there is one")
	}
	before := len(rec.Queued())
	for name, do := range map[string]func() error{
		"a number left out":  func() error { return r.SetRecovery(2, "age1pq1x", "words", nil) },
		"no recipient":       func() error { return r.SetRecovery(1, "", "words", nil) },
		"no workspace":       func() error { return new(roster.Roster).SetRecovery(1, "age1pq1x", "words", nil) },
		"without a sheet":    func() error { return r.Recover(back("ssh-ed25519 BBBB", 1)) },
		"an unknown officer": func() error { return r.Recover(roster.Recovery{Officer: "o9", Authority: "k", Recipient: "x"}) },
	} {
		if do() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if len(rec.Queued()) != before {
		t.Error("a refusal recorded something")
	}
	if err := errors.Join(r.SetRecovery(1, "age1pq1x", "words", nil), r.SetRecovery(2, "age1pq1y", "more words", nil)); err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]roster.Recovery{
		"the sheet before": back("ssh-ed25519 BBBB", 1),
		"the same key":     back("ssh-ed25519 AAAA", 2),
		"no key":           back("", 2),
	} {
		if r.Recover(n) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if s, ok := r.Sheet(); !ok || s.Number != 2 || s.Holder() != "recovery-2" || s.Used != nil {
		t.Errorf("sheet %+v", s)
	}
}

func TestARetiredKeySignsNothingMore(t *testing.T) {
	r, _ := founded(t)
	for _, do := range []func() error{
		func() error { return r.SetRecovery(1, "age1pq1x", "words", nil) },
		func() error { return r.StartLog(roster.Log{ID: "b", Letter: "B"}) },
		func() error { return r.Recover(back("ssh-ed25519 BBBB", 1)) },
		func() error { return r.Rekey("o1", "ssh-ed25519 CCCC", "restored") },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		key  string
		at   event.ID
		want error
	}{
		"old key, before":      {"ssh-ed25519 AAAA\n", event.ID{Log: "a", Seq: 8}, nil},
		"old key, at the head": {"ssh-ed25519 AAAA", event.ID{Log: "a", Seq: 9}, roster.ErrRetired},
		"old key, later log":   {"ssh-ed25519 AAAA", event.ID{Log: "b"}, roster.ErrRetired},
		"old key, unknown log": {"ssh-ed25519 AAAA", event.ID{Log: "z"}, roster.ErrRetired},
		"rekeyed, not lost":    {"ssh-ed25519 BBBB", event.ID{Log: "b", Seq: 99}, nil},
		"the key now":          {"ssh-ed25519 CCCC", event.ID{Log: "b", Seq: 99}, nil},
		"a stranger's":         {"ssh-ed25519 ZZZZ", event.ID{Log: "a"}, roster.ErrNobody},
	} {
		if err := r.MaySign(c.key, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o, _ := r.Officer("o1")
	if s, _ := r.Sheet(); o.Recipient != "age1pq1new" || len(o.Former) != 2 || len(o.Retired) != 1 || s.Used == nil {
		t.Errorf("officer %+v, sheet %+v", o, s)
	}
}

func TestWrappedKeysAreReadFromTheirEntries(t *testing.T) {
	r, rec := founded(t)
	keys := []roster.Wrapped{{Gen: 1, Holder: "recovery-1", SHA256: "h0"}, {Case: "c", Gen: 1, Holder: "recovery-1", SHA256: "h1"}}
	if err := errors.Join(r.SetRecovery(1, "age1pq1x", "words", keys), r.Recover(back("ssh-ed25519 BBBB", 1))); err != nil {
		t.Fatal(err)
	}
	var found []roster.Wrapped
	for _, e := range rec.Queued() {
		found = append(found, roster.WrappedKeys(e)...)
	}
	if len(found) != 3 || found[1] != keys[1] || found[2].SHA256 != "h2" {
		t.Errorf("keys %+v", found)
	}
	if roster.WrappedKeys(event.Event{Kind: "recovery.set/1", Data: []byte("[")}) != nil {
		t.Error("keys in what cannot be read")
	}
}

// The golden pair is written once for a release and never again: what was
// recorded then must read the same for ever.
var writeGolden = flag.String("write-golden", "", "write the golden pair of this version, for example v2")

func TestGoldenEventsFoldForEver(t *testing.T) {
	if *writeGolden != "" {
		writeGoldenPair(t, filepath.Join("testdata", "golden-"+*writeGolden))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "golden-*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal("no golden events", err)
	}
	for _, file := range files {
		lines, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(file[:len(file)-len(".jsonl")] + ".state.json")
		if err != nil {
			t.Fatal(err)
		}
		r := new(roster.Roster)
		for line := range bytes.Lines(lines) {
			var e event.Event
			if err := json.Unmarshal(line, &e); err != nil {
				t.Fatal(err)
			}
			r.Apply(e)
		}
		if got := indented(t, r); !bytes.Equal(got, want) {
			t.Errorf("%s: the fold changed:\n%s", file, got)
		}
	}
}

func writeGoldenPair(t *testing.T, path string) {
	r, rec := founded(t)
	keys := []roster.Wrapped{{Gen: 1, Holder: "recovery-1", SHA256: "h0"}, {Case: "c", Gen: 1, Holder: "recovery-1", SHA256: "h1"}}
	seen := back("ssh-ed25519 CCCC", 1)
	seen.Seen = []roster.Cited{{Log: "a", Size: 12, Root: "q"}}
	for _, do := range []func() error{
		func() error { return r.UnlockFailed(roster.FailedUnlock{Count: 3}) },
		func() error { return r.Rekey("o1", "ssh-ed25519 BBBB", "restored") },
		func() error { return r.SetRecovery(1, "age1pq1x", "twelve words", keys) },
		func() error { return r.BackedUp(roster.Backup{File: "posko-x-s1.age", Entries: 9}) },
		func() error {
			return r.StartLog(roster.Log{ID: "b", Letter: "B", Cites: &roster.Cited{Log: "a", Size: 9, Root: "r"}, Seen: &seen.Seen[0]})
		},
		func() error { return r.Recover(seen) },
		func() error { return r.Settle("B", "the laptop was stolen") },
		func() error { return r.SetRecovery(2, "age1pq1y", "other words", nil) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	for _, e := range rec.Queued() {
		line, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{path + ".jsonl": out.Bytes(), path + ".state.json": indented(t, r)} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func indented(t *testing.T, r *roster.Roster) []byte {
	t.Helper()
	data, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}
