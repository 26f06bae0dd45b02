package ledger_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/posko-ir/posko/store/ledger"
)

const logID = "0123456789abcdef0123456789abcdef"

func build(t testing.TB, n int) ([]ledger.Entry, ledger.Head) {
	t.Helper()
	var f ledger.Frontier
	var prev ledger.Hash
	entries := make([]ledger.Entry, n)
	for i := range n {
		cipher := fmt.Appendf(nil, "body %d", i)
		leaf := ledger.Leaf{
			Log: logID, Seq: uint64(i), Prev: prev, Wall: time.UnixMicro(1_790_000_000_000_000 + int64(i)).UTC(),
			Boot: "b00t", Mono: int64(i), Actor: "officer-1", Kind: "note.added/1",
			Commit: ledger.Commitment([]byte("salt"), cipher), Cipher: ledger.CipherHash(cipher),
		}
		data, err := leaf.Encode()
		if err != nil {
			t.Fatal(err)
		}
		prev = ledger.LeafHash(data)
		entries[i] = ledger.Entry{Leaf: data, Cipher: cipher, Nodes: f.Append(prev)}
	}
	return entries, ledger.Head{Log: logID, Size: uint64(n), Root: f.Root()}
}

func verify(entries []ledger.Entry) (ledger.Head, []*ledger.Problem) {
	v := ledger.NewVerifier(logID)
	var problems []*ledger.Problem
	for _, e := range entries {
		if _, p := v.Next(e); p != nil {
			problems = append(problems, p)
		}
	}
	return v.Head(), problems
}

func nodes(entries []ledger.Entry) ledger.Nodes {
	return func(seq uint64) ([]ledger.Hash, error) {
		if seq >= uint64(len(entries)) {
			return nil, ledger.ErrNodes
		}
		return entries[seq].Nodes, nil
	}
}

func TestTreeIsRFC6962(t *testing.T) {
	entries, _ := build(t, 70)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(ix []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(ix))
		for i, x := range ix {
			out[i] = stored[x]
		}
		return out, nil
	})
	for i, e := range entries {
		hashes, err := tlog.StoredHashes(int64(i), e.Leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
		want, err := tlog.TreeHash(int64(i+1), reader)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ledger.RootAt(uint64(i+1), nodes(entries))
		if err != nil || got != ledger.Hash(want) {
			t.Fatalf("size %d: root %s, %v, want %s", i+1, got, err, ledger.Hash(want))
		}
	}
}

func TestProofs(t *testing.T) {
	entries, head := build(t, 33)
	for seq := range uint64(33) {
		proof, err := ledger.ProveInclusion(head.Size, seq, nodes(entries))
		if err != nil {
			t.Fatal(err)
		}
		leaf := ledger.LeafHash(entries[seq].Leaf)
		if err := ledger.CheckInclusion(head, seq, leaf, proof); err != nil {
			t.Errorf("entry %d: %v", seq, err)
		}
		leaf[0] ^= 1
		if err := ledger.CheckInclusion(head, seq, leaf, proof); err == nil {
			t.Errorf("entry %d: a changed leaf passes", seq)
		}
	}
	for older := uint64(1); older < 33; older++ {
		root, _ := ledger.RootAt(older, nodes(entries))
		old := ledger.Head{Log: logID, Size: older, Root: root}
		proof, err := ledger.ProveConsistency(older, 33, nodes(entries))
		if err != nil {
			t.Fatal(err)
		}
		if err := ledger.CheckConsistency(old, head, proof); err != nil {
			t.Errorf("%d within 33: %v", older, err)
		}
		old.Root[5] ^= 1
		if err := ledger.CheckConsistency(old, head, proof); err == nil {
			t.Errorf("%d within 33: another root passes", older)
		}
	}
}

// Every byte of every part of every entry is flipped; each flip must be found,
// at the entry itself.
func TestAttack29_FlipEachByteIsLocated(t *testing.T) {
	entries, head := build(t, 9)
	for i := range entries {
		for part, data := range map[string][]byte{"leaf": entries[i].Leaf, "body": entries[i].Cipher, "node": entries[i].Nodes[0][:]} {
			for at := range data {
				changed := make([]ledger.Entry, len(entries))
				copy(changed, entries)
				flipped := bytes.Clone(data)
				flipped[at] ^= 0x01
				switch part {
				case "leaf":
					changed[i].Leaf = flipped
				case "body":
					changed[i].Cipher = flipped
				case "node":
					changed[i].Nodes = append([]ledger.Hash{ledger.Hash(flipped)}, entries[i].Nodes[1:]...)
				}
				got, problems := verify(changed)
				if len(problems) == 0 || problems[0].Seq != uint64(i) {
					t.Fatalf("%s byte %d of entry %d: %v", part, at, i, problems)
				}
				if part == "leaf" && got == head {
					t.Fatalf("leaf byte %d of entry %d left the root as it was", at, i)
				}
			}
		}
	}
}

func TestAttack30_DeleteAndReorder(t *testing.T) {
	entries, head := build(t, 6)
	swapped := append([]ledger.Entry(nil), entries...)
	swapped[2], swapped[3] = swapped[3], swapped[2]
	for name, got := range map[string][]ledger.Entry{
		"delete middle": append(append([]ledger.Entry(nil), entries[:2]...), entries[3:]...),
		"reorder":       swapped,
	} {
		h, problems := verify(got)
		if len(problems) == 0 || problems[0].Seq != 2 || h == head {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestAttack31_TruncationIsAShorterTree(t *testing.T) {
	entries, head := build(t, 6)
	h, problems := verify(entries[:4])
	if len(problems) != 0 || h.Size != 4 {
		t.Fatalf("a prefix is well formed by itself: %v", problems)
	}
	if err := ledger.CheckConsistency(head, h, nil); err == nil {
		t.Fatal("a later head accepted a shorter log as its continuation")
	}
}

func TestAttack33_ForkShowsAsTwoRootsOfOneSize(t *testing.T) {
	entries, head := build(t, 5)
	leaf, err := ledger.ParseLeaf(entries[4].Leaf)
	if err != nil {
		t.Fatal(err)
	}
	leaf.Kind = "note.withdrawn/1"
	data, _ := leaf.Encode()
	f, _ := ledger.FrontierAt(4, nodes(entries))
	f.Append(ledger.LeafHash(data))
	if f.Size != head.Size || f.Root() == head.Root {
		t.Fatal("two different entries at one place give the same root")
	}
}

func TestAttack35_CheckpointOfAnotherKeyOrOrigin(t *testing.T) {
	_, head := build(t, 3)
	pub, priv, _ := ed25519.GenerateKey(nil)
	otherPub, otherPriv, _ := ed25519.GenerateKey(nil)
	signed, err := ledger.SignCheckpoint(head, priv)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ledger.OpenCheckpoint(signed, logID, pub); err != nil || got != head {
		t.Fatalf("own checkpoint: %+v, %v", got, err)
	}
	forged, _ := ledger.SignCheckpoint(head, otherPriv)
	otherLog := strings.Repeat("f", 32)
	moved := bytes.Replace(signed, []byte("\n3\n"), []byte("\n2\n"), 1)
	for name, open := range map[string]func() (ledger.Head, error){
		"other key":      func() (ledger.Head, error) { return ledger.OpenCheckpoint(forged, logID, pub) },
		"other origin":   func() (ledger.Head, error) { return ledger.OpenCheckpoint(signed, otherLog, pub) },
		"wrong verifier": func() (ledger.Head, error) { return ledger.OpenCheckpoint(signed, logID, otherPub) },
		"changed size":   func() (ledger.Head, error) { return ledger.OpenCheckpoint(moved, logID, pub) },
		"no signature":   func() (ledger.Head, error) { return ledger.OpenCheckpoint(signed[:60], logID, pub) },
	} {
		if got, err := open(); !errors.Is(err, ledger.ErrCheckpoint) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestDestroyedBodyLeavesTheChainValid(t *testing.T) {
	entries, head := build(t, 5)
	entries[2].Cipher = nil
	if h, problems := verify(entries); len(problems) != 0 || h != head {
		t.Fatalf("%+v, %v", h, problems)
	}
}

func TestResumeVerifiesTheTailOnly(t *testing.T) {
	entries, head := build(t, 12)
	at, err := ledger.FrontierAt(7, nodes(entries))
	if err != nil {
		t.Fatal(err)
	}
	v := ledger.Resume(logID, at, ledger.LeafHash(entries[6].Leaf))
	for _, e := range entries[7:] {
		if _, p := v.Next(e); p != nil {
			t.Fatal(p)
		}
	}
	if v.Head() != head {
		t.Fatalf("head %+v, want %+v", v.Head(), head)
	}
}

func TestDoubt(t *testing.T) {
	base := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	prev := ledger.Leaf{Wall: base, Boot: "a", Mono: 1000}
	built := base.Add(-time.Hour)
	for _, tt := range []struct {
		name string
		cur  ledger.Leaf
		want string
	}{
		{"steady", ledger.Leaf{Wall: base.Add(time.Second), Boot: "a", Mono: 2000}, ""},
		{"back", ledger.Leaf{Wall: base.Add(-time.Second), Boot: "a", Mono: 2000}, "before"},
		{"before the build", ledger.Leaf{Wall: built.Add(-time.Second), Boot: "b"}, "program"},
		{"moved forward", ledger.Leaf{Wall: base.Add(10 * time.Minute), Boot: "a", Mono: 2000}, "moved"},
		{"another boot", ledger.Leaf{Wall: base.Add(10 * time.Hour), Boot: "b", Mono: 5}, ""},
	} {
		got := ledger.Doubt(&prev, tt.cur, built, time.Time{})
		if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func FuzzParseLeaf(f *testing.F) {
	entries, _ := build(f, 2)
	f.Add(entries[1].Leaf)
	l, _ := ledger.ParseLeaf(entries[1].Leaf)
	l.Deps = []ledger.Head{{Log: "x", Size: 3}, {Log: "y", Size: 0}}
	withDeps, _ := l.Encode()
	f.Add(withDeps)
	f.Fuzz(func(t *testing.T, data []byte) {
		leaf, err := ledger.ParseLeaf(data)
		if err != nil {
			return
		}
		again, err := leaf.Encode()
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q encodes to %q (%v)", data, again, err)
		}
	})
}

func FuzzOpenCheckpoint(f *testing.F) {
	pub, priv, _ := ed25519.GenerateKey(bytes.NewReader(make([]byte, 64)))
	signed, _ := ledger.SignCheckpoint(ledger.Head{Log: logID, Size: 3}, priv)
	f.Add(signed)
	f.Fuzz(func(t *testing.T, data []byte) {
		head, err := ledger.OpenCheckpoint(data, logID, pub)
		if err == nil && head.Log != logID {
			t.Fatalf("accepted %+v", head)
		}
	})
}
