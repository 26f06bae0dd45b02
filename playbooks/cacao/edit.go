package cacao

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNoPlace is returned for a pointer that leads nowhere in the document.
var ErrNoPlace = errors.New("no such place in the document")

// Set writes value, encoded as JSON, at the JSON pointer and returns the new
// version. Only the bytes of that value change; a property that is missing is
// added behind the last one of its object, and "-" appends to a list. Signatures
// stay in the document and no longer fit it.
func (p *Playbook) Set(pointer string, value any) (*Playbook, []Finding, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, nil, fmt.Errorf("set %s: %w", pointer, err)
	}
	encoded := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	parent, name, err := p.place(pointer)
	if err != nil {
		return nil, nil, fmt.Errorf("set %s: %w", pointer, err)
	}
	if old := parent.child(name); old != nil {
		return p.splice(old.start, old.end(), encoded)
	}
	switch {
	case parent.Kind == Object:
		key, err := json.Marshal(name)
		if err != nil {
			return nil, nil, fmt.Errorf("set %s: %w", pointer, err)
		}
		encoded = append(append(key, ": "...), encoded...)
	case parent.Kind != Array || name != "-":
		return nil, nil, fmt.Errorf("set %s: %w", pointer, ErrNoPlace)
	}
	return p.insert(parent, encoded)
}

// Remove takes the property or list item at the JSON pointer out and returns the new version.
func (p *Playbook) Remove(pointer string) (*Playbook, []Finding, error) {
	parent, name, err := p.place(pointer)
	if err != nil {
		return nil, nil, fmt.Errorf("remove %s: %w", pointer, err)
	}
	spans := parent.spans()
	for i, s := range spans {
		if s.name != name {
			continue
		}
		switch {
		case i+1 < len(spans):
			return p.splice(s.from, spans[i+1].from, nil)
		case i > 0:
			return p.splice(spans[i-1].to, s.to, nil)
		}
		return p.splice(s.from, s.to, nil)
	}
	return nil, nil, fmt.Errorf("remove %s: %w", pointer, ErrNoPlace)
}

// place finds the object or list that holds, or will hold, what the pointer names.
func (p *Playbook) place(pointer string) (parent *Value, name string, err error) {
	parts := strings.Split(pointer, "/")
	if len(parts) < 2 || parts[0] != "" {
		return nil, "", ErrNoPlace
	}
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
	}
	parent = p.root
	for _, part := range parts[1 : len(parts)-1] {
		if parent = parent.child(part); parent == nil {
			return nil, "", ErrNoPlace
		}
	}
	return parent, parts[len(parts)-1], nil
}

func (v *Value) child(name string) *Value {
	if v.Kind != Array {
		return v.Get(name)
	}
	for i, item := range v.Items {
		if strconv.Itoa(i) == name {
			return item
		}
	}
	return nil
}

// A span is where one property or item stands, its name included.
type span struct {
	name     string
	from, to int
}

func (v *Value) spans() []span {
	list := make([]span, 0, len(v.Members)+len(v.Items))
	for _, m := range v.Members {
		list = append(list, span{m.Name, m.start, m.Value.end()})
	}
	for i, item := range v.Items {
		list = append(list, span{strconv.Itoa(i), item.start, item.end()})
	}
	return list
}

// insert adds a member or item behind the last one, in the way the last one is set apart from the one before it.
func (p *Playbook) insert(parent *Value, encoded []byte) (*Playbook, []Finding, error) {
	spans := parent.spans()
	if len(spans) == 0 {
		at := parent.start + 1
		return p.splice(at, at, encoded)
	}
	last := spans[len(spans)-1]
	apart := p.document[parent.start+1 : spans[0].from]
	return p.splice(last.to, last.to, append(append([]byte(","), apart...), encoded...))
}

func (p *Playbook) splice(from, to int, with []byte) (*Playbook, []Finding, error) {
	data := make([]byte, 0, len(p.document)+len(with))
	data = append(data, p.document[:from]...)
	data = append(data, with...)
	data = append(data, p.document[to:]...)
	return Parse(data)
}
