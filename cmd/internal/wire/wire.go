// Package wire is the one place where store, evidence, rules and library are
// put together, for the window and for the command line alike.
package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/library"
	"github.com/posko-ir/posko/playbooks/shelf"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
)

// ErrKeychainChoice is returned for a keychain that is neither system nor none.
var ErrKeychainChoice = errors.New("the keychain is 'system' or 'none'")

// Keychain returns the keychain of a choice; empty means the system's.
func Keychain(choice string) (keys.Keychain, error) {
	switch choice {
	case "", "system":
		return keys.System(), nil
	case "none":
		return keys.None(), nil
	}
	return nil, fmt.Errorf("%w, not %q", ErrKeychainChoice, choice)
}

// Options are how every program of ours opens a workspace.
func Options(p keys.Passphrase, k keys.Keychain) store.Options {
	return store.Options{Passphrase: p, Keychain: k, Clock: store.SystemClock(), Built: built()}
}

// built is the date of the commit that this program was built from, for the
// clock rules; zero when the build does not say.
func built() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

// Playbook is one that can be started, from the library or the shelf.
type Playbook struct {
	ID       string
	Short    string // empty for one that the library does not know
	Bytes    []byte
	Imported bool
}

// ErrNoPlaybook is returned for a name that neither library nor shelf has.
var ErrNoPlaybook = errors.New("no such playbook; 'playbook list' shows them")

// Playbooks are the library's and, with a workspace, those on its shelf. An
// imported playbook stands in for the library's of the same id and keeps its
// short name; one that is the library's to the byte is not listed twice.
func Playbooks(ctx context.Context, w *store.Workspace) ([]Playbook, error) {
	var out []Playbook
	for _, p := range library.All() {
		out = append(out, Playbook{ID: p.ID, Short: p.Short, Bytes: p.Bytes})
	}
	if w == nil {
		return out, nil
	}
	err := store.View(ctx, w, "", func(s *shelf.Shelf) error {
		for _, b := range s.Books {
			out = shelve(out, Playbook{ID: b.ID, Bytes: []byte(b.Bytes), Imported: true})
		}
		return nil
	})
	return out, err
}

// shelve puts an imported playbook into the list.
func shelve(all []Playbook, imported Playbook) []Playbook {
	i := slices.IndexFunc(all, func(p Playbook) bool { return p.ID == imported.ID })
	switch {
	case i < 0:
		return append(all, imported)
	case !bytes.Equal(all[i].Bytes, imported.Bytes):
		imported.Short = all[i].Short
		all[i] = imported
	}
	return all
}

// FindPlaybook resolves a short name, an id or the start of an id.
func FindPlaybook(all []Playbook, name string) (Playbook, error) {
	for _, p := range all {
		if p.ID == name || p.Short != "" && p.Short == name {
			return p, nil
		}
	}
	var found []Playbook
	for _, p := range all {
		if len(name) >= 10 && len(name) < len(p.ID) && p.ID[:len(name)] == name {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return Playbook{}, fmt.Errorf("%w: %q", ErrNoPlaybook, name)
	}
	return found[0], nil
}

// CaseKind is the kind of case that the playbook is for; empty if it does not say.
func (p Playbook) CaseKind() string {
	source, _, err := cacao.Parse(p.Bytes)
	if err != nil {
		return ""
	}
	g, _ := guide.Decode(source)
	if !slices.Contains(cases.Kinds(), g.Playbook.Kind) {
		return ""
	}
	return g.Playbook.Kind
}

// Bytes are the documents of all playbooks, for a run that may call any.
func Bytes(all []Playbook) [][]byte {
	out := make([][]byte, len(all))
	for i, p := range all {
		out[i] = p.Bytes
	}
	return out
}
