// Package shelf is the workspace's own playbooks: those that were imported
// beside the library that ships. An imported playbook is kept as the bytes it
// came as; a later import of the same id replaces it on the shelf, while runs
// keep the bytes they were started with.
package shelf

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/event"
)

// KindImported is the only kind of this aggregate.
const KindImported = "playbook.imported/1"

// Book is one imported playbook.
type Book struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"` // its modified timestamp
	Hash    string `json:"hash"`
	Bytes   string `json:"bytes"`
}

// Shelf is the state.
type Shelf struct {
	Books []Book `json:"books"`

	rec *event.Recorder
}

// Attach gives the shelf the recorder of one update; nil ends it.
func (s *Shelf) Attach(rec *event.Recorder) { s.rec = rec }

// Import puts a playbook on the shelf. A playbook that cannot run is refused;
// lesser findings are the caller's to show.
func (s *Shelf) Import(data []byte) (Book, error) {
	p, findings, err := cacao.Parse(data)
	if err != nil {
		return Book{}, fmt.Errorf("read playbook: %w", err)
	}
	if !p.Runnable() {
		for _, f := range findings {
			if f.Blocks {
				return Book{}, fmt.Errorf("this playbook cannot run: %s: %s", f.Path, f.Message)
			}
		}
	}
	b := Book{ID: p.ID, Name: p.Name, Version: p.Modified, Hash: cacao.Hash(data), Bytes: string(data)}
	for _, known := range s.Books {
		if known.Hash == b.Hash {
			return known, nil
		}
	}
	return b, s.rec.Record(imported(b), s.Apply)
}

type imported Book

// Kind implements event.Payload.
func (imported) Kind() string { return KindImported }

// Apply folds one event; other kinds of the workspace pass by.
func (s *Shelf) Apply(e event.Event) {
	if e.Kind != KindImported || e.Destroyed {
		return
	}
	var b Book
	if err := json.Unmarshal(e.Data, &b); err != nil {
		return // damage is the store's to tell
	}
	for i := range s.Books {
		if s.Books[i].ID == b.ID {
			s.Books[i] = b
			return
		}
	}
	s.Books = append(s.Books, b)
}

// Find returns a book by its id or the start of it.
func (s *Shelf) Find(name string) (Book, bool) {
	for _, b := range s.Books {
		if b.ID == name || len(name) >= 12 && strings.HasPrefix(b.ID, name) {
			return b, true
		}
	}
	return Book{}, false
}
