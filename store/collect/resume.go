package collect

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/posko-ir/posko/store/vault"
)

// remark is the note that a batch keeps about a complete file.
type remark struct {
	Line json.RawMessage `json:"line"`
	Root []byte          `json:"root"` // its path; names are unique below it
}

func (c *collector) remark(l *Line) []byte {
	b := l.AppendJSON(append(make([]byte, 0, 768), `{"line":`...))
	b = base64.StdEncoding.AppendEncode(append(b, `,"root":"`...), []byte(c.options.Roots[l.Root-1]))
	return append(b, `"}`...)
}

// sourceKey identifies a source across runs.
type sourceKey struct{ root, name string }

// remember reads what an earlier run noted.
func (c *collector) remember(earlier []vault.Noted) error {
	c.earlier = map[sourceKey][]Line{}
	for _, e := range earlier {
		var r remark
		if err := json.Unmarshal(e.Note, &r); err != nil {
			return fmt.Errorf("read what was collected before: %w", err)
		}
		l, err := ParseLine(r.Line)
		if err != nil {
			return fmt.Errorf("read what was collected before: %w", err)
		}
		key := sourceKey{string(r.Root), l.Name}
		c.earlier[key] = append(c.earlier[key], l)
	}
	return nil
}

// reuse takes the lines of an earlier run: the one that is still true stands
// for the file, others are kept beside it as older.
func (c *collector) reuse(j job) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := sourceKey{c.options.Roots[j.slot.line.Root-1], j.slot.line.Name}
	known, ok := c.earlier[key]
	if !ok {
		return false
	}
	delete(c.earlier, key)
	reused := false
	for _, l := range slices.Backward(known) {
		l.Root = j.slot.line.Root
		if !reused && l.unchanged(j.before) {
			j.slot.line, reused = l, true
			c.result.Reused++
			c.read++
			continue
		}
		l.note(Older)
		j.slot.older = append(j.slot.older, l)
	}
	slices.Reverse(j.slot.older)
	if reused {
		c.meter.add(j.slot.line.Object.Size, 1, j.slot.line.Name)
	}
	return reused
}

// unchanged reports whether the file is as it was when the line was made.
func (l *Line) unchanged(m meta) bool {
	moved := slices.ContainsFunc(l.Notes, func(n Note) bool {
		return n == Changed || n == Grew || n == Shrank || n == Replaced || n == Removed || n == ShortRead
	})
	return !moved && l.SourceSize == m.size && l.Inode == m.inode && l.Device == m.device &&
		l.Modified.Equal(m.modified) && l.Changed.Equal(m.changed)
}

func (l *Line) has(n Note) bool { return slices.Contains(l.Notes, n) }

// addGone keeps what an earlier run collected and this one did not meet.
func (c *collector) addGone() {
	gone := slices.SortedFunc(maps.Keys(c.earlier), func(a, b sourceKey) int {
		return cmp.Or(cmp.Compare(a.root, b.root), cmp.Compare(a.name, b.name))
	})
	for _, key := range gone {
		for _, l := range c.earlier[key] {
			l.Root = c.rootNumber(key.root)
			l.note(Gone)
			c.items = append(c.items, &slot{line: l})
			c.read++
		}
	}
}

func (c *collector) rootNumber(path string) int {
	i := slices.IndexFunc(c.result.Roots, func(r Root) bool { return r.Path == path })
	if i < 0 {
		c.result.Roots = append(c.result.Roots, Root{Path: path})
		i = len(c.result.Roots) - 1
	}
	return i + 1
}
