package cases

import (
	"maps"
	"slices"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/guide"
)

// Book is a playbook as the run took it; Bytes are the very document, so that
// editing a playbook never rewrites history.
type Book struct {
	ID      string `json:"id"`
	Short   string `json:"short,omitempty"`
	Name    string `json:"name"`
	Version string `json:"version"` // its modified timestamp
	Bytes   string `json:"bytes"`
}

// bookRef is a playbook in the payload, with the hash that names it.
type bookRef struct {
	Hash string `json:"hash"`
	Book
}

func readBook(data string) (*cacao.Playbook, *guide.Guide, error) {
	p, findings, err := cacao.Parse([]byte(data))
	if err != nil {
		return nil, nil, refuse("playbook-broken", err.Error())
	}
	if !p.Runnable() {
		for _, f := range findings {
			if f.Blocks {
				return nil, nil, refuse("playbook-broken", f.Path+" "+f.Message)
			}
		}
		return nil, nil, refuse("playbook-broken", p.ID)
	}
	g, _ := guide.Decode(p)
	return p, g, nil
}

func bookOf(p *cacao.Playbook, g *guide.Guide) bookRef {
	return bookRef{Hash: p.Hash(), Book: Book{
		ID: p.ID, Short: g.Playbook.Short, Name: p.Name, Version: p.Modified, Bytes: string(p.Marshal()),
	}}
}

// called lists what main calls, directly or not, in a fixed order.
func called(main *cacao.Playbook, library map[string]bookRef) []bookRef {
	found := map[string]bookRef{}
	for todo := []*cacao.Playbook{main}; len(todo) > 0; {
		p := todo[0]
		todo = todo[1:]
		for _, s := range p.Steps {
			other, ok := library[s.PlaybookID]
			if _, seen := found[s.PlaybookID]; s.Type != cacao.PlaybookAction || !ok || seen || s.PlaybookID == main.ID {
				continue
			}
			found[s.PlaybookID] = other
			if next, _, err := readBook(other.Bytes); err == nil {
				todo = append(todo, next)
			}
		}
	}
	list := make([]bookRef, 0, len(found))
	for _, id := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[id])
	}
	return list
}

func (c *Case) keepBook(b bookRef) {
	if c.Playbooks == nil {
		c.Playbooks = map[string]Book{}
	}
	c.Playbooks[b.Hash] = b.Book
}

func (c *Case) declare(key, label string) {
	if c.Declared == nil {
		c.Declared = map[string]string{}
	}
	if old, ok := c.Declared[key]; !ok || label < old { // whatever the order of the guides
		c.Declared[key] = label
	}
}
