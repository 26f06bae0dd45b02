package collect

import (
	"context"
	"fmt"
	"path/filepath"
)

// maxDepth bounds the folders that are open at once.
const maxDepth = 4096

// walk goes through one root.
type walk struct {
	*collector
	root           int
	path, resolved string
}

// job is a regular file that a worker reads.
type job struct {
	slot   *slot
	dir    *folder // held for the job
	name   string
	before meta
}

// folder records a folder and what is in it, and releases it. at is its slot,
// or nil for a root.
func (w *walk) folder(ctx context.Context, dir *folder, at *slot, rel string, depth int) {
	defer dir.release()
	if at == nil {
		m, err := dir.handle.self()
		at = w.newSlot(rel, m)
		if err != nil {
			at.refuse(reason(err), Unreadable)
		}
	}
	attrs, whole := dir.handle.xattrs()
	at.line.Xattr = attrs
	if !whole {
		at.line.note(XattrCut)
	}
	names, err := dir.handle.names()
	if err != nil {
		at.refuse(reason(err), Unreadable)
	}
	if err == nil || len(names) > 0 {
		w.countRead()
	}
	for _, name := range names {
		if ctx.Err() != nil {
			return
		}
		w.member(ctx, dir, rel, name, depth)
	}
}

// member records one name of a folder.
func (w *walk) member(ctx context.Context, dir *folder, parent, name string, depth int) {
	rel := name
	if parent != "." {
		rel = parent + "/" + name
	}
	m, err := dir.handle.stat(name)
	if err != nil {
		m.kind = Other
		w.newSlot(rel, m).refuse(reason(err), Unreadable)
		return
	}
	s := w.newSlot(rel, m)
	switch {
	case w.excluded(w.path, rel) || w.excluded(w.resolved, rel):
		s.refuse("excluded")
	case m.kind == File:
		dir.hold()
		j := job{slot: s, dir: dir, name: name, before: m}
		select {
		case w.jobs <- j:
		case <-ctx.Done():
			dir.release()
		}
	case m.kind == Folder:
		w.enter(ctx, dir, s, rel, name, depth+1)
	case m.kind == Symlink:
		w.link(dir, s, name)
	default:
		s.refuse(fmt.Sprintf("%s: recorded, has no bytes to keep", m.kind))
	}
}

func (w *walk) enter(ctx context.Context, dir *folder, s *slot, rel, name string, depth int) {
	if depth > maxDepth {
		s.refuse(fmt.Sprintf("more than %d folders deep", maxDepth), Unreadable)
		return
	}
	child, err := dir.handle.child(name)
	if err != nil {
		s.refuse(reason(err), Unreadable)
		return
	}
	w.folder(ctx, child, s, rel, depth)
}

func (w *walk) link(dir *folder, s *slot, name string) {
	target, err := dir.handle.readlink(name)
	if err != nil {
		s.refuse(reason(err), Unreadable)
		return
	}
	s.line.Target = target
	w.countRead()
}

// newSlot makes the line of a member and gives it its place.
func (w *walk) newSlot(rel string, m meta) *slot {
	s := &slot{line: Line{Root: w.root, Name: rel}}
	w.describe(&s.line, m)
	if m.kind == Folder {
		w.folders = append(w.folders, s)
	} else {
		w.items = append(w.items, s)
	}
	return s
}

// describe copies what the system said into the line.
func (c *collector) describe(l *Line, m meta) {
	l.Kind, l.SourceSize, l.Notes = m.kind, m.size, nil
	l.Modified, l.Changed = knownTime(l, m.modified), knownTime(l, m.changed)
	l.Accessed, l.Born = knownTime(l, m.accessed), knownTime(l, m.born)
	l.Device, l.Inode, l.Links = m.device, m.inode, m.links
	if m.hasOwner {
		l.HasOwner, l.Mode, l.UID, l.GID = true, m.mode, int64(m.uid), int64(m.gid)
		l.Owner, l.Group = c.owners.names(m.uid, m.gid)
	}
}

// lookAhead adds up what will be read, so that progress has an end. It is best
// effort: what it cannot see it does not count.
func (c *collector) lookAhead(ctx context.Context) {
	for _, root := range c.options.Roots {
		dir, err := openFolder(root)
		if err == nil {
			c.measure(ctx, dir, 0)
			continue
		}
		parent, err := openFolder(filepath.Dir(root))
		if err != nil {
			continue
		}
		if m, err := parent.handle.stat(filepath.Base(root)); err == nil && m.kind == File {
			c.meter.expect(1, m.size)
		}
		parent.release()
	}
}

func (c *collector) measure(ctx context.Context, dir *folder, depth int) {
	defer dir.release()
	names, _ := dir.handle.names()
	var files, bytes int64
	for _, name := range names {
		if ctx.Err() != nil {
			return
		}
		m, err := dir.handle.stat(name)
		switch {
		case err != nil:
		case m.kind == File:
			files++
			bytes += m.size
		case m.kind == Folder && depth < maxDepth:
			if child, err := dir.handle.child(name); err == nil {
				c.measure(ctx, child, depth+1)
			}
		}
	}
	c.meter.expect(files, bytes)
}
