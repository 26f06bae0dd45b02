package bag

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/vectors again")

const vectorDir = "testdata/vectors"

// expect is the verdict that every verifier must reach on a vector.
type expect struct {
	About    string   `json:"about"`
	Words    string   `json:"words,omitempty"` // the words on paper; empty: none
	Intact   bool     `json:"intact"`
	Signer   string   `json:"signer"`
	Errors   []string `json:"errors"`   // codes
	Warnings []string `json:"warnings"` // codes
	Shell    []string `json:"shell"`    // steps of VERIFY.txt that fail
}

type vector struct {
	name, about string
	pinned      bool // the words of ana are on paper
	change      func(x tamper, ana, eve person)
}

func vectors() []vector {
	return []vector{
		{"good", "An untouched bag, and nobody knows the words.", false, func(tamper, person, person) {}},
		{"good-pinned", "An untouched bag, the words on paper.", true, func(tamper, person, person) {}},
		{"extra-payload", "A file was added below data/.", true, func(x tamper, _, _ person) {
			x.write("data/items/E1/000099.bin", "planted\n")
		}},
		{"extra-tag-file", "A file was added beside data/.", true, func(x tamper, _, _ person) { x.write("README.txt", "read me\n") }},
		{"missing-file", "A payload file was removed.", true, func(x tamper, _, _ person) { x.remove("data/report.md") }},
		{"changed-byte", "One byte of an item was changed.", true, func(x tamper, _, _ person) {
			x.replace("data/items/E1/000001.bin", "first", "farst")
		}},
		{"manifest-only", "An item was changed and its manifest line with it.", true, func(x tamper, _, _ person) {
			old := x.line("data/report.md")
			x.write("data/report.md", "# Rapport\n")
			x.replace(fileManifest, old, x.line("data/report.md"))
		}},
		{"re-manifested", "An item was changed and all manifests with it.", true, func(x tamper, _, _ person) {
			x.replace("data/items/E1/000001.bin", "first", "farst")
			x.remanifest()
		}},
		{"re-signed", "A stranger changed the report and signed the bag; nobody knows the words.", false, reSigned},
		{"re-signed-pinned", "The same, with the words on paper.", true, reSigned},
		{"two-signers", "A stranger signed and left the officer's key on the first line.", true, func(x tamper, ana, eve person) {
			both := []string{NamespaceExport, NamespaceSeal}
			x.write(fileSigners, string(encodeSigners([]allowedSigner{{"ana", both, ana.Key}, {"ana", both, eve.Key}})))
			x.resignWith(eve)
		}},
		{"item-swapped", "The officer herself changed an item after sealing.", true, func(x tamper, ana, _ person) {
			x.replace("data/items/E1/000001.bin", "first", "farst")
			x.resign(ana)
		}},
		{"collection-rewritten", "The officer herself changed what a sealed collection lists.", true, func(x tamper, ana, _ person) {
			x.replace("data/items/E1/manifest.jsonl", `"name":"a.txt"`, `"name":"b.txt"`)
			x.resign(ana)
		}},
		{"path-outside", "A signed manifest leads out of the folder.", true, func(x tamper, ana, _ person) {
			x.resign(ana, listed{path: "data/../../passwd"}.encode())
		}},
		{"entry-edited", "The body of an entry was changed before signing.", true, func(x tamper, ana, _ person) {
			x.replace(fileEntries, `\"n\":1`, `\"n\":2`)
			x.resign(ana)
		}},
	}
}

func reSigned(x tamper, _, eve person) {
	x.write("data/report.md", "# All is well\n")
	x.resign(eve)
}

// TestAttack45_Vectors runs each published vector through Verify and through
// the commands of the good bag's VERIFY.txt.
func TestAttack45_Vectors(t *testing.T) {
	script := goodCommands(t)
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			input := filepath.Join(vectorDir, v.name, "input")
			if *update {
				v.generate(t, input)
			}
			var want expect
			data := must[[]byte](t)(os.ReadFile(filepath.Join(vectorDir, v.name, "expect.json")))
			if err := json.Unmarshal(data, &want); err != nil {
				t.Fatal(err)
			}
			got, rep := judge(t, input, script, want.Words)
			got.About = want.About
			if string(encode(t, got)) != string(data) {
				t.Errorf("got %s\nwant %s\nfindings %+v", encode(t, got), data, rep.Findings)
			}
		})
	}
}

// goodCommands are those of an untouched bag: a tampered one may print others.
func goodCommands(t *testing.T) string {
	t.Helper()
	return commands(t, tamper{t, goodBag(t, newPerson(t, "ana"))}.read(fileInstruction))
}

func (v vector) generate(t *testing.T, input string) {
	t.Helper()
	ana, eve := newPerson(t, "ana"), newPerson(t, "eve")
	if err := errors.Join(os.RemoveAll(filepath.Dir(input)), os.MkdirAll(filepath.Dir(input), 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(input, os.DirFS(goodBag(t, ana))); err != nil {
		t.Fatal(err)
	}
	v.change(tamper{t, input}, ana, eve)
	onPaper := ""
	if v.pinned {
		onPaper = strings.Join(words(ana.Key), " ")
	}
	script := goodCommands(t)
	got, _ := judge(t, input, script, onPaper)
	got.About = v.about
	if err := os.WriteFile(filepath.Join(filepath.Dir(input), "expect.json"), encode(t, got), 0o644); err != nil {
		t.Fatal(err)
	}
}

func encode(t *testing.T, e expect) []byte {
	t.Helper()
	return append(must[[]byte](t)(json.MarshalIndent(e, "", "  ")), '\n')
}

// judge runs both verifiers.
func judge(t *testing.T, dir, script, onPaper string) (expect, Report) {
	t.Helper()
	rep, err := Verify(t.Context(), dir, Pin{Words: onPaper}, withWords)
	if err != nil && !errors.Is(err, ErrIntegrity) || (err == nil) != rep.Intact {
		t.Fatalf("verify: %v, intact %v", err, rep.Intact)
	}
	out, failed := paste(t, dir, script)
	if !strings.HasPrefix(out, "0\n1\n") {
		failed = append([]string{"1"}, failed...)
	}
	return expect{
		Words: onPaper, Intact: rep.Intact, Signer: string(rep.Signer), Errors: orNone(codes(rep, Error)),
		Warnings: orNone(codes(rep, Warning)), Shell: orNone(failed),
	}, rep
}

func orNone(s []string) []string { return append([]string{}, s...) }

// TestTheGoodVectorIsWhatWriteWrites freezes the layout.
func TestTheGoodVectorIsWhatWriteWrites(t *testing.T) {
	want := filepath.Join(vectorDir, "good", "input")
	got := goodBag(t, newPerson(t, "ana"))
	names := func(dir string) (out []string) {
		err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				out = append(out, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if !slices.Equal(names(got), names(want)) {
		t.Fatalf("files %v, want %v", names(got), names(want))
	}
	for _, name := range names(want) {
		g, w := tamper{t, got}.read(name), tamper{t, want}.read(name)
		if string(g) != string(w) {
			t.Errorf("%s:\n%s\nwant:\n%s", name, g, w)
		}
	}
}

// A stranger's bag passes every step of VERIFY.txt; what gives it away is the
// fingerprint, which the steps print.
func TestAttack45_AStrangersKeyShowsAnotherFingerprint(t *testing.T) {
	script := goodCommands(t)
	var prints []string
	for _, name := range []string{"good", "re-signed"} {
		out, failed := paste(t, filepath.Join(vectorDir, name, "input"), script)
		if len(failed) > 0 {
			t.Fatalf("%s: step %v of\n%s", name, failed, out)
		}
		lines := strings.Split(out, "\n")
		fingerprint := strings.Fields(lines[2])[1]
		if !strings.Contains(lines[4], `Good "posko-export-v1" signature for ana`) || !strings.Contains(lines[4], fingerprint) {
			t.Errorf("%s: step 2 does not print %s: %s", name, fingerprint, lines[4])
		}
		prints = append(prints, fingerprint+lines[3])
	}
	if prints[0] == prints[1] {
		t.Error("two keys, one fingerprint")
	}
}
