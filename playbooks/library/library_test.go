package library

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/guide"
)

// open reads a shipped playbook with the readers of the program.
func open(t *testing.T, p Playbook) *guide.Guide {
	t.Helper()
	source, findings, err := cacao.Parse(p.Bytes)
	if err != nil {
		t.Fatalf("%s: %v", p.Short, err)
	}
	g, more := guide.Decode(source)
	for _, f := range slices.Concat(findings, more) {
		t.Errorf("%s: %s %s: %s", p.Short, f.Path, f.Code, f.Message)
	}
	return g
}

// each runs a check on every shipped playbook.
func each(t *testing.T, check func(t *testing.T, g *guide.Guide)) {
	t.Helper()
	for _, p := range All() {
		t.Run(p.Short, func(t *testing.T) { check(t, open(t, p)) })
	}
}

func TestListAndFilesAgree(t *testing.T) {
	names, err := fs.Glob(files, "*.json")
	if err != nil || len(names) != len(list()) {
		t.Fatalf("embedded %v, listed %v, %v", names, list(), err)
	}
	if len(All()) != len(list()) {
		t.Fatalf("All gives %d of %d playbooks", len(All()), len(list()))
	}
	for _, p := range All() {
		g := open(t, p)
		if g.Source.ID != p.ID || g.Playbook.Short != p.Short {
			t.Errorf("%s: the file says %s %s, the list %s", p.Short, g.Playbook.Short, g.Source.ID, p.ID)
		}
		sum := sha256.Sum256(p.Bytes)
		if p.Hash != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: hash %s", p.Short, p.Hash)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, p := range All() {
		short, ok := ByShort(p.Short)
		if !ok || short.ID != p.ID {
			t.Errorf("ByShort(%q) = %s, %v", p.Short, short.ID, ok)
		}
		id, ok := ByID(p.ID)
		if !ok || id.Short != p.Short {
			t.Errorf("ByID(%q) = %s, %v", p.ID, id.Short, ok)
		}
	}
	for _, unknown := range []string{"", "Breach", "breach.json", "../library", Breach + "x"} {
		if p, ok := ByShort(unknown); ok {
			t.Errorf("ByShort(%q) found %s", unknown, p.ID)
		}
		if p, ok := ByID(unknown); ok {
			t.Errorf("ByID(%q) found %s", unknown, p.ID)
		}
	}
}

func TestBytesAreTheCallersOwn(t *testing.T) {
	mine, _ := ByShort("breach")
	clear(mine.Bytes)
	if again, _ := ByShort("breach"); again.Bytes[0] != '{' {
		t.Error("changing the returned bytes changed the library")
	}
}

// The files are read by people and compared by hash: two spaces, no escapes.
func TestFilesAreFormatted(t *testing.T) {
	for _, p := range All() {
		var want bytes.Buffer
		if err := json.Indent(&want, bytes.TrimSpace(p.Bytes), "", "  "); err != nil {
			t.Fatal(err)
		}
		want.WriteByte('\n')
		if !bytes.Equal(want.Bytes(), p.Bytes) {
			t.Errorf("%s.json is not indented by two spaces", p.Short)
		}
		if bytes.Contains(p.Bytes, []byte(`\u`)) {
			t.Errorf("%s.json holds escaped characters", p.Short)
		}
	}
}

func TestIDsAreVersion4AndUsedOnce(t *testing.T) {
	id := regexp.MustCompile(`"([a-z-]+--[0-9a-f-]{36})": \{`)
	v4 := regexp.MustCompile(`--[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	owner := map[string]string{}
	for _, p := range All() {
		for _, found := range id.FindAllSubmatch(p.Bytes, -1) {
			name := string(found[1])
			if !v4.MatchString(name) {
				t.Errorf("%s: %s is not a UUIDv4", p.Short, name)
			}
			shared := strings.HasPrefix(name, "extension-") || strings.HasPrefix(name, "individual") || strings.HasPrefix(name, "group")
			if other, taken := owner[name]; taken && other != p.Short && !shared {
				t.Errorf("%s: %s stands in %s too", p.Short, name, other)
			}
			owner[name] = p.Short
		}
	}
}

func TestMetadata(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		p, _ := ByID(g.Source.ID)
		var doc struct {
			Description string
			Types       []string `json:"playbook_types"`
			Labels      []string
			References  []struct{ Name, Description, URL string }   `json:"external_references"`
			Definitions map[string]struct{ Schema, Version string } `json:"extension_definitions"`
		}
		if err := json.Unmarshal(p.Bytes, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Description == "" || len(doc.Types) == 0 || len(doc.Labels) == 0 || len(doc.References) == 0 {
			t.Error("description, types, labels and references are wanted")
		}
		common := false
		for _, r := range doc.References {
			if r.Name == "" || r.Description == "" || !strings.HasPrefix(r.URL, "https://") {
				t.Errorf("reference %+v lacks a name, a description or an address", r)
			}
			common = common || r.URL == "https://doi.org/10.6028/NIST.SP.800-61r3"
		}
		if !common {
			t.Error("NIST SP 800-61r3 is not among the references")
		}
		if d := doc.Definitions[guide.ExtensionID]; d.Schema != guide.Schema || d.Version != guide.Version {
			t.Errorf("the extension is declared as %+v", d)
		}
	})
}

// CACAO asks that the activities listed are those of the commands.
func TestActivitiesAreThoseOfTheCommands(t *testing.T) {
	each(t, func(t *testing.T, g *guide.Guide) {
		p, _ := ByID(g.Source.ID)
		var doc struct {
			Activities []string `json:"playbook_activities"`
		}
		if err := json.Unmarshal(p.Bytes, &doc); err != nil {
			t.Fatal(err)
		}
		var used []string
		for _, s := range g.Source.Steps {
			for _, c := range s.Commands {
				used = append(used, c.Activity)
			}
		}
		slices.Sort(used)
		slices.Sort(doc.Activities)
		if used = slices.Compact(used); !slices.Equal(used, doc.Activities) {
			t.Errorf("commands use %v, listed are %v", used, doc.Activities)
		}
	})
}
