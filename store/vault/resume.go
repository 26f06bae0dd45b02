package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
)

// maxPart bounds one journal part: the notes about one segment.
const maxPart = 256 << 20

// Noted is an object that an earlier run completed, with its note.
type Noted struct {
	Object Object
	Note   json.RawMessage
}

// Unfinished is a batch that was neither sealed and done nor aborted.
type Unfinished struct {
	ID       string
	Modified time.Time
	Bytes    int64 // of its files
	// Parts counts the pieces of its journal. Without one nothing is complete,
	// and Resume begins from nothing.
	Parts int
}

// Unfinished lists batches that [Vault.Resume], [Vault.Discard] or
// [Vault.Sweep] may take. One that a process is working on is not among them.
func (v *Vault) Unfinished() ([]Unfinished, error) {
	entries, err := os.ReadDir(filepath.Join(v.dir, tmpFolder))
	if err != nil {
		return nil, fmt.Errorf("list unfinished batches: %w", err)
	}
	var list []Unfinished
	for _, e := range entries {
		if !e.IsDir() || !ValidName(e.Name()) {
			continue
		}
		lock, err := lockBatch(v.batchFolder(e.Name()))
		if errors.Is(err, ErrBusy) || errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list unfinished batches: %w", err)
		}
		u, err := v.measure(e.Name())
		_ = lock.Close()
		if err != nil {
			return nil, fmt.Errorf("list unfinished batches: %w", err)
		}
		list = append(list, u)
	}
	return list, nil
}

func (v *Vault) measure(id string) (Unfinished, error) {
	u := Unfinished{ID: id}
	files, err := os.ReadDir(v.batchFolder(id))
	if err != nil {
		return u, err
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			return u, err
		}
		u.Bytes += info.Size()
		if strings.HasSuffix(f.Name(), journalSuffix) {
			u.Parts++
		}
		if info.ModTime().After(u.Modified) {
			u.Modified = info.ModTime()
		}
	}
	return u, nil
}

// Resume continues a batch that was cut off and returns what is complete in it.
// Segments that hold nothing complete are removed: their bytes are read again.
// The caller gives [Batch.Note] again for what it keeps only if the object is
// added again; notes returned here stay valid.
func (v *Vault) Resume(id string, ids []age.Identity, recipients ...age.Recipient) (*Batch, []Noted, error) {
	if !ValidName(id) || !exists(v.batchFolder(id)) {
		return nil, nil, fmt.Errorf("resume batch %.40q: %w", id, os.ErrNotExist)
	}
	b, err := v.begin(id, recipients)
	if err != nil {
		return nil, nil, fmt.Errorf("resume batch: %w", err)
	}
	noted, err := b.recall(ids)
	if err != nil {
		b.Suspend()
		return nil, nil, fmt.Errorf("resume batch: %w", err)
	}
	return b, noted, nil
}

// Discard removes an unfinished batch. Segments it had sealed stay.
func (v *Vault) Discard(id string) error {
	if !ValidName(id) {
		return fmt.Errorf("discard batch %.40q: %w", id, ErrInvalid)
	}
	folder := v.batchFolder(id)
	if !exists(folder) {
		return nil
	}
	lock, err := lockBatch(folder)
	if err != nil {
		return fmt.Errorf("discard batch: %w", err)
	}
	_ = lock.Close() // before removal: Windows keeps open files
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("discard batch: %w", err)
	}
	return nil
}

// recall reads the journal and keeps what is really there.
func (b *Batch) recall(ids []age.Identity) ([]Noted, error) {
	lines, err := b.readParts(ids)
	if err != nil {
		return nil, err
	}
	there := map[string]Segment{}
	for _, l := range lines {
		if l.Segment != nil && b.hasSegment(*l.Segment) {
			there[l.Segment.Name] = *l.Segment
		}
	}
	var noted []Noted
	used := map[string]bool{}
	for _, l := range lines {
		if l.Object == nil || slices.ContainsFunc(l.Object.Extents, func(e Extent) bool {
			_, ok := there[e.Segment]
			return !ok
		}) {
			continue
		}
		noted = append(noted, Noted{Object: *l.Object, Note: l.Note})
		for _, e := range l.Object.Extents {
			used[e.Segment] = true
		}
	}
	for _, l := range lines {
		if l.Segment != nil && used[l.Segment.Name] && !b.journal.names[l.Segment.Name] {
			b.journal.add(*l.Segment)
		}
	}
	b.journal.written = len(b.journal.done)
	return noted, b.removeUnused(used)
}

// hasSegment looks in the batch and, for a run cut off while sealing, in the
// vault. The size is enough: the journal was written after the sync, and
// verifying reads all bytes.
func (b *Batch) hasSegment(s Segment) bool {
	sealed, err := b.vault.Path(s.Name)
	if err != nil {
		return false
	}
	for _, path := range []string{filepath.Join(b.folder, s.Name+ageSuffix), sealed} {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && info.Size() == s.CipherSize {
			return true
		}
	}
	return false
}

func (b *Batch) readParts(ids []age.Identity) ([]record, error) {
	var lines []record
	for ; exists(b.journal.partPath(b.journal.parts)); b.journal.parts++ {
		data, err := openPart(b.journal.partPath(b.journal.parts), ids)
		if err != nil {
			return nil, err
		}
		part, err := parsePart(data)
		if err != nil {
			return nil, err
		}
		lines = append(lines, part...)
	}
	return lines, nil
}

func openPart(path string, ids []age.Identity) ([]byte, error) {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read batch journal: %w", err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), ids...)
	if err != nil {
		return nil, fmt.Errorf("decrypt batch journal: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxPart))
	if err != nil {
		return nil, fmt.Errorf("decrypt batch journal: %w", err)
	}
	return data, nil
}

// removeUnused deletes unsealed files that no complete object lies in.
func (b *Batch) removeUnused(used map[string]bool) error {
	files, err := os.ReadDir(b.folder)
	if err != nil {
		return err
	}
	for _, f := range files {
		name, isSegment := strings.CutSuffix(f.Name(), ageSuffix)
		if strings.HasSuffix(f.Name(), partial) || isSegment && !used[name] {
			if err := removeIfThere(filepath.Join(b.folder, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
