package vault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"filippo.io/age"
)

const journalSuffix = ".journal"

// journal keeps, in the batch's folder, what a later run needs to go on: the
// finished segments and the notes about objects that lie in them completely.
// Each part is a small age file of its own, written and synced after the
// segments it speaks of. What is not in a part is read again from the source,
// at most one segment and what belongs to an object that was cut in two.
type journal struct {
	folder     string
	disk       disk
	recipients []age.Recipient

	// Only the last stage, and Seal after it, add segments and write parts.
	names   map[string]bool // of done
	written int             // how many of done are in a part
	parts   int

	mu      sync.Mutex
	done    []Segment
	pending []pendingNote
}

// pendingNote is a line whose object is not known to be on the disk yet.
type pendingNote struct {
	extents []Extent
	line    []byte
}

// record is one line of a journal part.
type record struct {
	Segment *Segment        `json:"segment,omitempty"`
	Object  *Object         `json:"object,omitempty"`
	Note    json.RawMessage `json:"note,omitempty"`
}

func (j *journal) segments() []Segment {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Segment(nil), j.done...)
}

// note encodes at once: callers run side by side, the last stage does not.
func (j *journal) note(o Object, data []byte) {
	line := o.appendJSON(append(make([]byte, 0, 256+len(data)), `{"object":`...))
	line = append(append(line, `,"note":`...), data...)
	line = append(line, '}', '\n')
	j.mu.Lock()
	j.pending = append(j.pending, pendingNote{o.Extents, line})
	j.mu.Unlock()
}

// segmentDone is called by the last stage.
func (j *journal) segmentDone(s Segment) error {
	j.add(s)
	return j.write()
}

func (j *journal) add(s Segment) {
	if j.names == nil {
		j.names = map[string]bool{}
	}
	j.names[s.Name] = true
	j.mu.Lock()
	j.done = append(j.done, s)
	j.mu.Unlock()
}

// write stores the notes whose objects are complete, if there are any.
func (j *journal) write() error {
	part, err := j.take()
	if err != nil || part == nil {
		return err
	}
	if part, err = sealPart(part, j.recipients); err != nil {
		return fmt.Errorf("write batch journal: %w", err)
	}
	if err := j.disk.writeFile(j.partPath(j.parts), part); err != nil {
		return fmt.Errorf("write batch journal: %w", err)
	}
	if err := j.disk.syncDir(j.folder); err != nil {
		return fmt.Errorf("write batch journal: %w", err)
	}
	j.parts++
	return nil
}

// take returns the lines of the next part and leaves what is not complete. The
// lock is in the way of [Batch.Note], so it is held for moving slices only.
func (j *journal) take() ([]byte, error) {
	j.mu.Lock()
	pending, done := j.pending, j.done
	j.pending = nil
	j.mu.Unlock()
	var ready, rest []pendingNote
	size := 0
	for _, p := range pending {
		if j.holds(p.extents) {
			ready, size = append(ready, p), size+len(p.line)
		} else {
			rest = append(rest, p)
		}
	}
	j.mu.Lock()
	j.pending = append(rest, j.pending...)
	j.mu.Unlock()
	if len(ready) == 0 {
		return nil, nil
	}
	lines := make([]byte, 0, size+256*(len(done)-j.written))
	for _, p := range ready {
		lines = append(lines, p.line...)
	}
	for i := range done[j.written:] {
		line, err := json.Marshal(record{Segment: &done[j.written+i]})
		if err != nil {
			return nil, fmt.Errorf("write batch journal: %w", err)
		}
		lines = append(append(lines, line...), '\n')
	}
	j.written = len(done)
	return lines, nil
}

func (j *journal) holds(extents []Extent) bool {
	for _, e := range extents {
		if !j.names[e.Segment] {
			return false
		}
	}
	return true
}

func (j *journal) partPath(n int) string {
	return filepath.Join(j.folder, fmt.Sprintf("%06d%s", n, journalSuffix))
}

func sealPart(lines []byte, recipients []age.Recipient) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(len(lines) + len(lines)/1024 + 4096)
	w, err := age.Encrypt(&buf, recipients...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(lines); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// parsePart reads what sealPart wrote, after decryption. Every line names a
// well-formed segment or object.
func parsePart(data []byte) ([]record, error) {
	var lines []record
	for line := range bytes.Lines(data) {
		var r record
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&r); err != nil {
			return nil, fmt.Errorf("read batch journal: %w", err)
		}
		switch {
		case r.Segment != nil && r.Object == nil && ValidName(r.Segment.Name):
		case r.Object != nil && r.Segment == nil:
			if err := r.Object.Check(); err != nil {
				return nil, fmt.Errorf("read batch journal: %w", err)
			}
		default:
			return nil, errors.Join(errors.New("read batch journal: a line is neither segment nor object"), ErrInvalid)
		}
		lines = append(lines, r)
	}
	return lines, nil
}
