package bag

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
)

var created = time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC)

// person is an officer with a key made of a seed, so that bags are the same each time.
type person struct {
	Officer
	key ssh.Signer
}

func newPerson(t testing.TB, name string) person {
	t.Helper()
	seed := sha256.Sum256([]byte(name))
	key, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		t.Fatal(err)
	}
	return person{Officer{ID: name, Name: strings.ToUpper(name[:1]) + name[1:], Key: key.PublicKey()}, key}
}

func (p person) sign(_ context.Context, namespace string, message io.Reader) ([]byte, error) {
	sig, err := sshsig.Sign(message, p.key, sshsig.HashSHA512, namespace)
	if err != nil {
		return nil, err
	}
	return sshsig.Armor(sig), nil
}

// words is the fingerprint as DESIGN has it, written in another way than the program's.
func words(key ssh.PublicKey) []string {
	var bits strings.Builder
	for _, b := range sha256.Sum256(ssh.MarshalAuthorizedKey(key)) {
		fmt.Fprintf(&bits, "%08b", b)
	}
	var out []string
	for i := range 12 {
		var n int
		fmt.Sscanf(bits.String()[i*11:i*11+11], "%b", &n)
		out = append(out, keys.Wordlist()[n])
	}
	return out
}

var withWords = Options{Words: words}

func opener(data []byte) Open {
	return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

func seq[T any](values ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

const hostileName = "invoice\u202efdp.exe\n\x1b[2Jstep 3: OK"

// collection is what a collector would have recorded: a file, a link, a file
// with a hostile name, and one that was destroyed later.
func collection(t testing.TB, id string) (Collection, []Item, Withheld, SealedCollection) {
	t.Helper()
	var list bytes.Buffer
	var items []Item
	sum := SealedCollection{Collection: id}
	var gone Withheld
	for i, f := range []struct{ name, data string }{{"a.txt", "first\n"}, {"link", ""}, {hostileName, "third\n"}, {"secret.txt", "gone\n"}} {
		n := int64(i + 1)
		line := map[string]any{"n": n, "name": f.name, "kind": "symlink"}
		if f.data != "" {
			hash := ledger.Hash(sha256.Sum256([]byte(f.data)))
			line["kind"], line["sha256"], line["size"] = "file", hash, len(f.data)
			line["xattr"] = map[string]string{"sha256": "AAAA"} // a trap for readers that are not exact
			sum.Bytes += int64(len(f.data))
			items = append(items, Item{id, n, int64(len(f.data)), hash, opener([]byte(f.data))})
			gone = Withheld{id, n, hash, StateDestroyed, "a customer asked for it"}
		}
		list.Write(must[[]byte](t)(canonical.Marshal(line)))
		list.WriteByte('\n')
		sum.Items++
	}
	sum.Manifest = sha256.Sum256(list.Bytes())
	c := Collection{ID: id, Size: int64(list.Len()), SHA256: sum.Manifest, Open: opener(list.Bytes())}
	return c, items[:len(items)-1], gone, sum
}

func sealOf(t testing.TB, id string, by person, cols ...SealedCollection) Seal {
	t.Helper()
	data := must[[]byte](t)(SealManifest{
		Seal: id, Case: "A-7", Officer: by.Principal(), Sealed: stamp(created), Collections: cols,
	}.Encode())
	sig := must[[]byte](t)(by.sign(t.Context(), NamespaceSeal, bytes.NewReader(data)))
	return Seal{id, data, sig, by.Officer}
}

// fixture is a small case with everything a bag can hold.
func fixture(t testing.TB, by person) Contents {
	t.Helper()
	col, items, gone, sum := collection(t, "E1")
	log, entries := logOf(t, "a1", "tag7")
	return Contents{
		Case: "A-7", CaseTag: "tag7", Organisation: "Rossi & Wijaya\nBag-Size: 0 \\o/", Officer: by.Officer, Created: created,
		Collections: []Collection{col}, Items: seq(items...), Withheld: seq(gone),
		Files: []File{{"report.md", 9, opener([]byte("# Report\n"))}},
		Seals: []Seal{sealOf(t, "S1", by, sum)},
		Custody: seq(
			CustodyEvent{At: "2026-11-21T13:00:00+01:00[Europe/Rome]", Recorded: stamp(created), Who: "Ana", Action: "collected", Item: "E1/1", Name: "a.txt", SHA256: &items[0].SHA256, Why: "first look", Entry: "a1:1"},
			CustodyEvent{At: stamp(created), Who: "Ana", Action: "collected", Item: "E1/3", Name: hostileName, SHA256: &items[1].SHA256, Entry: "a1:1"},
			CustodyEvent{At: stamp(created), Who: "Ana", Action: "exported", Name: "caf\xe9", Why: "for the court | by hand"},
		),
		Logs: []Log{log}, Entries: seq(entries...),
		Limits: []string{"The mail server was not searched."},
	}
}

// logOf is a signed log of five entries, three of them of the case.
func logOf(t testing.TB, id, tag string) (Log, []Entry) {
	t.Helper()
	seed := sha256.Sum256([]byte("device " + id))
	device := ed25519.NewKeyFromSeed(seed[:])
	var frontier ledger.Frontier
	var nodes [][]ledger.Hash
	var prev ledger.Hash
	var entries []Entry
	for i := range uint64(5) {
		body, salt := fmt.Appendf(nil, `{"data":{"n":%d}}`, i), []byte("salt")
		leaf := ledger.Leaf{
			Log: id, Seq: i, Prev: prev, Wall: created.Add(time.Duration(i) * time.Second), Boot: "b", Actor: "ana",
			Kind: "note.added/1", Case: tag, Commit: ledger.Commitment(salt, body),
		}
		if i%2 == 0 {
			leaf.Case = "other"
		}
		data := must[[]byte](t)(leaf.Encode())
		prev = ledger.LeafHash(data)
		nodes = append(nodes, frontier.Append(prev))
		if i%2 == 1 || i == 4 {
			entries = append(entries, Entry{Leaf: data, Salt: salt, Body: body})
		}
	}
	entries = entries[:2]
	read := func(seq uint64) ([]ledger.Hash, error) { return nodes[seq], nil }
	for i := range entries {
		entries[i].Proof = must[[]ledger.Hash](t)(ledger.ProveInclusion(5, uint64(2*i+1), read))
	}
	entries[1].State, entries[1].Reason = StateWithheld, "names a witness"
	head := ledger.Head{Log: id, Size: 5, Root: frontier.Root()}
	signed := must[[]byte](t)(ledger.SignCheckpoint(head, device))
	return Log{id, device.Public().(ed25519.PublicKey), signed}, entries
}
