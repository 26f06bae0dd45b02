package bag

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/store/ledger"
)

func TestPlainPath(t *testing.T) {
	for _, p := range []string{"bagit.txt", "data/items/E1/000001.bin", "data/report.pdf", "data/x_y-z.1"} {
		if !plainPath(p) {
			t.Errorf("%q is refused", p)
		}
	}
	for _, p := range []string{
		"", ".", "..", "data/..", "data//x", "/data", "data/", "data/.x", "-rf", "data/-x", "data/x.", "data/a b", "data\\x",
		"data/nul", "data/Con.txt", "data/com1.bin", "data/lpt9", "data/\u202ex", "data/é", "data/a:b", "a/b/c/d/e/f/g",
		"data/" + strings.Repeat("x", maxSegment+1),
	} {
		if plainPath(p) {
			t.Errorf("%q is accepted", p)
		}
	}
}

func TestPrincipal(t *testing.T) {
	for in, want := range map[Officer]string{
		{ID: "ana"}:                       "ana",
		{ID: "o-1@example.org"}:           "o-1@example.org",
		{Name: "Ana Rossi; rm -rf $HOME"}: "Ana_Rossi__rm_-rf__HOME",
		{ID: "-oProxyCommand"}:            "_oProxyCommand",
		{ID: "*,!x\n"}:                    "___x_",
	} {
		if got := in.Principal(); got != want {
			t.Errorf("%+v: got %q, want %q", in, got, want)
		}
	}
}

func TestVisibleIsUnambiguous(t *testing.T) {
	seen := map[string]string{}
	for _, s := range []string{
		"plain", "with space", "caf\u00e9", "\xe9", `\xe9`, "\u202e", `\u{202e}`, "a\nb", `a\nb`, "\u200b", "\u2028", "\x00",
		"\U0001F600", "\u00a0", "\ufffd", "\xef\xbf", "日本",
	} {
		v := visible(s)
		if before, twice := seen[v]; twice {
			t.Errorf("%q and %q both look like %s", before, s, v)
		}
		seen[v] = s
		if strings.ContainsAny(v, "\n\x00\u202e\u200b\u2028\u00a0") {
			t.Errorf("%q stays hidden in %q", s, v)
		}
	}
	if visible("caf\u00e9 日本") != "caf\u00e9 日本" {
		t.Error("letters are escaped")
	}
}

func TestEachLine(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []string
		err  error
	}{
		"none":      {"", nil, nil},
		"two":       {"a\nb\n", []string{"a", "b"}, nil},
		"empty one": {"a\n\n", []string{"a", ""}, nil},
		"no end":    {"a\nb", []string{"a"}, errLine},
		"at limit":  {strings.Repeat("x", 100_000) + "\ny\n", []string{strings.Repeat("x", 100_000), "y"}, nil},
		"too long":  {strings.Repeat("x", 100_001) + "\n", nil, errLine},
		"endless":   {strings.Repeat("x", 900_000), nil, errLine},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.in), iotest.HalfReader(strings.NewReader(c.in))} {
			var got []string
			err := eachLine(r, 100_000, func(line []byte) error {
				got = append(got, string(line))
				return nil
			})
			if !errors.Is(err, c.err) || !slices.Equal(got, c.want) {
				t.Errorf("%s: %d lines, %v", name, len(got), err)
			}
		}
	}
	err := eachLine(iotest.ErrReader(errInjected), 10, func([]byte) error { return nil })
	if !errors.Is(err, errInjected) {
		t.Errorf("a failing reader: %v", err)
	}
}

func TestCheckSignatureRefuses(t *testing.T) {
	ana, eve := newPerson(t, "ana"), newPerson(t, "eve")
	message := []byte("message")
	good := must[[]byte](t)(ana.sign(t.Context(), NamespaceExport, bytes.NewReader(message)))
	if err := checkSignature(ana.Key, NamespaceExport, message, good); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by        person
		namespace string
		message   string
		armored   []byte
	}{
		"other key":       {eve, NamespaceExport, "message", good},
		"other namespace": {ana, NamespaceSeal, "message", good},
		"other message":   {ana, NamespaceExport, "massage", good},
		"before it":       {ana, NamespaceExport, "message", append([]byte("x\n"), good...)},
		"after it":        {ana, NamespaceExport, "message", append(bytes.Clone(good), "x"...)},
		"twice":           {ana, NamespaceExport, "message", append(bytes.Clone(good), good...)},
		"header":          {ana, NamespaceExport, "message", bytes.Replace(good, []byte("-----\n"), []byte("-----\nA: b\n\n"), 1)},
		"cut":             {ana, NamespaceExport, "message", good[:len(good)/2]},
		"nothing":         {ana, NamespaceExport, "message", nil},
		"huge":            {ana, NamespaceExport, "message", make([]byte, maxArmored+1)},
	} {
		if err := checkSignature(c.by.Key, c.namespace, []byte(c.message), c.armored); !errors.Is(err, errSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealManifestRefuses(t *testing.T) {
	good := SealManifest{Seal: "S1", Case: "A-7", Officer: "ana", Sealed: stamp(created), Collections: []SealedCollection{{Collection: "E1"}}}
	for name, change := range map[string]func(*SealManifest){
		"no collection":    func(m *SealManifest) { m.Collections = nil },
		"collection twice": func(m *SealManifest) { m.Collections = append(m.Collections, m.Collections[0]) },
		"path":             func(m *SealManifest) { m.Collections = []SealedCollection{{Collection: "../E1"}} },
		"no time":          func(m *SealManifest) { m.Sealed = "yesterday" },
		"name":             func(m *SealManifest) { m.Seal = "S 1" },
		"supplements":      func(m *SealManifest) { m.Supplements = "S/0" },
		"negative":         func(m *SealManifest) { m.Collections = []SealedCollection{{Collection: "E1", Items: -1}} },
	} {
		m := good
		m.Collections = slices.Clone(good.Collections)
		change(&m)
		if _, err := m.Encode(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	data := must[[]byte](t)(good.Encode())
	if _, err := ParseSeal(bytes.Replace(data, []byte(`"v":1`), []byte(`"v":2`), 1)); err == nil {
		t.Error("a newer version is accepted")
	}
	if got := must[SealManifest](t)(ParseSeal(data)); got.Seal != "S1" || got.Version != 1 {
		t.Errorf("read back %+v", got)
	}
}

func FuzzManifestLine(f *testing.F) {
	f.Add(ledger.Hash{}.String() + "  data/x")
	f.Add(ledger.Hash{}.String() + " *data/x")
	f.Add(ledger.Hash{}.String() + "  data/../x%0A")
	f.Fuzz(func(t *testing.T, line string) {
		l, err := parseManifestLine(line)
		if err != nil {
			return
		}
		if l.encode() != line+"\n" || !plainPath(l.path) || strings.Contains(l.path, "..") && !plainPath(l.path) {
			t.Fatalf("%q became %q", line, l.encode())
		}
	})
}

func FuzzBagInfo(f *testing.F) {
	f.Add([]byte("Payload-Oxum: 1.2\nA: \nA: b\n"))
	f.Add([]byte("A: b\n c\n"))
	f.Add([]byte("a: b\nA: b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		info, err := parseBagInfo(data)
		if err == nil && !bytes.Equal(info.encode(), data) {
			t.Fatalf("%q became %q", data, info.encode())
		}
	})
}

func FuzzEntryLine(f *testing.F) {
	_, entries := logOf(f, "a1", "tag7")
	for _, e := range entries {
		f.Add(must[[]byte](f)(canonical.Marshal(must[entryRecord](f)(e.record()))))
	}
	f.Add([]byte(`{"body":null,"leaf":"","proof":[],"state":"withheld"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parseEntry(data)
		if err != nil {
			return
		}
		leaf, err := e.leaf.Encode()
		if err != nil || ledger.LeafHash(leaf) != e.hash || canonical.Check(data) != nil {
			t.Fatalf("accepted %q", data)
		}
	})
}

func FuzzAllowedSigners(f *testing.F) {
	ana := newPerson(f, "ana")
	f.Add([]byte(allowedSigner{"ana", []string{"a", "b"}, ana.Key}.encode()))
	f.Add([]byte("# comment\n\nana " + keyOf(ana)))
	f.Add([]byte("ana cert-authority " + keyOf(ana)))
	f.Fuzz(func(t *testing.T, data []byte) {
		signers, err := parseSigners(data)
		if err != nil {
			return
		}
		again, err := parseSigners(encodeIfNamed(signers))
		if err != nil || len(again) != len(signers) {
			t.Fatalf("%q gave %d keys, then %d (%v)", data, len(signers), len(again), err)
		}
	})
}

// encodeIfNamed writes signers back; a line without namespaces has no form of ours.
func encodeIfNamed(signers []allowedSigner) []byte {
	signers = slices.Clone(signers)
	for i := range signers {
		if len(signers[i].namespaces) == 0 {
			signers[i].namespaces = []string{"any"}
		}
	}
	return encodeSigners(signers)
}

func FuzzCustody(f *testing.F) {
	f.Add([]byte(`[{"action":"collected","at":"now","who":"Ana"}]`))
	f.Add([]byte(`[{"action":"a","at":"b","name":"\\xff","name_b64":"/w==","who":"c"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var records, text bytes.Buffer
		w := &custodyWriter{json: &records, text: &text}
		if err := w.begin(); err != nil {
			t.Fatal(err)
		}
		n := 0
		if eachCustody(bytes.NewReader(data), func(r custodyRecord) error { n++; return w.add(r) }) != nil {
			return
		}
		rows := strings.Count(text.String(), "\n") - strings.Count(custodyHead, "\n") - 1
		if rows != n {
			t.Fatalf("%d events take %d lines", n, rows)
		}
	})
}

func FuzzCollectionLine(f *testing.F) {
	f.Add([]byte(`{"n":1,"name":"a","sha256":"` + ledger.Hash{}.String() + `","size":"9007199254740993"}`))
	f.Add([]byte(`{"n":1,"kind":"symlink"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := parseCollected(data); err == nil && (c.n < 1 || c.size < 0 || canonical.Check(data) != nil) {
			t.Fatalf("accepted %q as %+v", data, c)
		}
	})
}
