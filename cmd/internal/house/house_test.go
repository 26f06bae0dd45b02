package house_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/posko-ir/posko/"

// rule says what the packages below a folder may import of ours. The longest
// folder that fits counts.
type rule struct {
	folder string
	may    []string // folders; "" alone is everything
}

// rules are the table of the README: cmd -> ui -> {store, integrations} -> playbooks.
func rules() []rule {
	return []rule{
		{"assets", nil},
		{"playbooks", []string{"playbooks", "assets"}},
		{"playbooks/cacao", nil},
		{"playbooks/canonical", nil},
		{"playbooks/instant", nil},
		{"playbooks/stix", nil},
		{"playbooks/event", []string{"playbooks/canonical", "playbooks/instant"}},
		{"playbooks/library", []string{"playbooks/cacao"}},
		{"playbooks/run", []string{"playbooks/cacao", "playbooks/guide", "playbooks/stix"}},
		{"store", []string{"playbooks", "store"}},
		{"store/ledger", nil},
		{"store/keys", nil},
		{"store/keys/keystest", []string{"store/keys"}},
		{"store/sheet", nil},
		{"store/vault", nil},
		{"store/collect", []string{"store/vault"}},
		{"store/bag", []string{"store/ledger", "playbooks/canonical"}},
		{"integrations", []string{"playbooks", "integrations"}},
		{"ui", []string{"ui", "store", "integrations", "playbooks", "assets"}},
		{"cmd/internal/wire", []string{"store", "integrations", "playbooks", "assets"}},
		{"cmd", []string{""}},
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root()
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p listed
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func root() string { return filepath.Join("..", "..", "..") }

func TestImportsFollowTheTable(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		r := ruleOf(t, from)
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module)
			if ours && !allowed(r, to) {
				t.Errorf("%s imports %s; %s may import only %v", from, to, r.folder, r.may)
			}
		}
	}
}

func ruleOf(t *testing.T, pkg string) rule {
	t.Helper()
	var best rule
	for _, r := range rules() {
		if below(pkg, r.folder) && len(r.folder) > len(best.folder) {
			best = r
		}
	}
	if best.folder == "" {
		t.Fatalf("%s has no place in the table", pkg)
	}
	return best
}

func allowed(r rule, to string) bool {
	return slices.ContainsFunc(r.may, func(folder string) bool { return folder == "" || below(to, folder) })
}

func below(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// Only the store knows SQLite, only the screens know Fyne, and only the window's
// main knows a display.
func TestOutsidersStayAtTheirDoor(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			switch {
			case strings.HasPrefix(imported, "modernc.org/sqlite") && from != "store":
				t.Errorf("%s imports SQLite", from)
			case imported == "fyne.io/fyne/v2/app" && from != "cmd/posko":
				t.Errorf("%s imports fyne's app", from)
			case strings.HasPrefix(imported, "fyne.io/") && !below(from, "ui") && from != "cmd/posko":
				t.Errorf("%s imports Fyne", from)
			case strings.HasPrefix(from, "playbooks/") && slices.Contains([]string{"os", "net", "net/http", "database/sql", "os/exec"}, imported):
				t.Errorf("%s imports %s: rules do no I/O", from, imported)
			}
		}
	}
}

func TestTopLevel(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "git", "ls-files")
	cmd.Dir = root()
	out, err := cmd.Output()
	if err != nil {
		t.Skip("not a git checkout: " + err.Error())
	}
	agreed := []string{"cmd", "ui", "store", "playbooks", "integrations", "assets", "go.mod", "go.sum", "FyneApp.toml", "README.md", "Makefile", "LICENSE"}
	for _, file := range strings.Fields(string(out)) {
		top, _, _ := strings.Cut(file, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(agreed, top) {
			t.Errorf("%s: %s does not belong at the top level", file, top)
		}
	}
}
