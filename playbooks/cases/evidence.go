package cases

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// Limits on what one entry of evidence carries itself; the manifest, which is
// an object of the vault, has all of it.
const (
	MaxInline  = 50
	MaxSkipped = 100
)

// Object is bytes in the vault, named by hash. Extents say where they lie and
// mean something to the vault only.
type Object struct {
	SHA256  string          `json:"sha256"`
	Size    int64           `json:"size"`
	Extents json.RawMessage `json:"extents,omitempty"`
}

// Segment is one encrypted file of the vault, with its sizes.
type Segment struct {
	Name   string `json:"name"`
	Plain  int64  `json:"plain"`
	Cipher int64  `json:"cipher"`
	SHA256 string `json:"sha256"` // of the cipher text
}

// Item is one line of a manifest; its id is COLLECTION/N.
type Item struct {
	N      int    `json:"n"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
	Kind   string `json:"kind"`
	Note   string `json:"note,omitempty"`
}

// Skip names something that was not collected, and why.
type Skip struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Command is what was run to get output as evidence.
type Command struct {
	Argv   []string        `json:"argv"`
	Binary string          `json:"binary,omitempty"` // its path
	SHA256 string          `json:"sha256,omitempty"` // of the binary
	Dir    string          `json:"dir,omitempty"`
	Start  instant.Instant `json:"start,omitzero"`
	End    instant.Instant `json:"end,omitzero"`
	Exit   int             `json:"exit"`
	Signal string          `json:"signal,omitempty"`
}

// Collected is what one act of collecting brought.
type Collected struct {
	Title    string    `json:"title"`
	Kind     string    `json:"kind"`            // file, folder, text, cmd, mail, photo, page, thing, web
	Paths    []string  `json:"paths,omitempty"` // where it came from on this machine
	Note     string    `json:"note,omitempty"`
	Manifest Object    `json:"manifest"`
	Items    int       `json:"items"`
	Bytes    int64     `json:"bytes"`
	Skipped  int       `json:"skipped,omitempty"`
	Skips    []Skip    `json:"skips,omitempty"` // the first MaxSkipped
	Command  *Command  `json:"command,omitempty"`
	Segments []Segment `json:"segments,omitempty"`
	Batch    string    `json:"batch,omitempty"`  // the vault's name for the act of collecting
	Inline   []Item    `json:"inline,omitempty"` // all items, when there are at most MaxInline
}

// Collection is evidence on the case.
type Collection struct {
	Origin
	ID string `json:"id"`
	Collected
	Thing *Thing        `json:"thing,omitempty"` // what it is, when it is a thing
	Seal  string        `json:"seal,omitempty"`  // the seal that covers it
	Lost  []Destruction `json:"lost,omitempty"`  // what of it was destroyed
}

func (c Collection) id() string { return c.ID }

// gone reports whether a destruction covers the item or all of the collection.
func (c Collection) gone(ref string) bool {
	for _, d := range c.Lost {
		if d.Item == c.ID || d.Item == ref {
			return true
		}
	}
	return false
}

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Collect records a collection whose segments lie in the vault already, and
// returns its id.
func (c *Case) Collect(got Collected) (string, error) {
	got, err := got.checked()
	if err != nil {
		return "", err
	}
	if err := c.record(&evidenceCollected{ID: c.next("E"), Collected: got}); err != nil {
		return "", err
	}
	return last(c.Collections), nil
}

// checked is what was collected in the form in which it is recorded.
func (got Collected) checked() (Collected, error) {
	var in input
	got.Title = in.line("title", got.Title, MaxTitle)
	got.Kind = in.line("kind", got.Kind, MaxLabel)
	got.Note = in.maybeText("note", got.Note)
	switch {
	case got.Items < 1:
		in.refuse("nothing-collected")
	case !sha256Hex.MatchString(got.Manifest.SHA256):
		in.refuse("manifest", got.Manifest.SHA256)
	}
	for _, s := range got.Segments {
		if s.Name == "" || !sha256Hex.MatchString(s.SHA256) {
			in.refuse("segment", s.Name)
		}
	}
	return got.capped(), in.err()
}

// MayCollect says why nothing can be collected on the case under this title and
// note, or nil. It records nothing: ask before hours of reading.
func (c *Case) MayCollect(title, note string) error {
	if err := c.mayRecord(); err != nil {
		return err
	}
	if r := c.misfit(&evidenceCollected{}); r != nil {
		return r
	}
	var in input
	in.line("title", title, MaxTitle)
	in.maybeText("note", note)
	return in.err()
}

// capped drops what only the manifest keeps.
func (got Collected) capped() Collected {
	if len(got.Inline) > MaxInline || len(got.Inline) != got.Items {
		got.Inline = nil
	}
	got.Skipped = max(got.Skipped, len(got.Skips))
	got.Skips = got.Skips[:min(len(got.Skips), MaxSkipped)]
	got.Paths = slices.Clone(got.Paths)
	for i, s := range got.Paths {
		got.Paths[i] = strings.ToValidUTF8(s, "\uFFFD") // the manifest keeps the bytes
	}
	return got
}

type evidenceCollected struct {
	ID string `json:"collection"`
	Collected
}

func (*evidenceCollected) Kind() string        { return KindCollected }
func (p *evidenceCollected) ref() string       { return p.ID }
func (*evidenceCollected) fits(*Case) *Refusal { return nil }

func (p *evidenceCollected) apply(c *Case, e event.Event) {
	got := p.Collected
	got.Manifest.Extents = jsonForm(got.Manifest.Extents)
	if got.Command != nil {
		got.Command.Start, got.Command.End = stored(got.Command.Start), stored(got.Command.End)
	}
	c.Collections = append(c.Collections, Collection{Origin: origin(e), ID: c.settle(e, p.ID), Collected: got})
}

func (p *evidenceCollected) describe(lang string) string {
	s := text(lang, "row.collected", p.Title, p.Items, p.Bytes)
	if p.Skipped > 0 {
		s += text(lang, "row.skipped", p.Skipped)
	}
	return s
}

// Unsealed lists the collections that no seal covers yet, without those that
// were destroyed whole.
func (c *Case) Unsealed() []string {
	var ids []string
	for _, coll := range c.Collections {
		if coll.Seal == "" && !coll.gone(coll.ID) {
			ids = append(ids, coll.ID)
		}
	}
	return ids
}

// Segments lists every segment of the vault that the case's evidence needs.
func (c *Case) Segments() []Segment {
	var all []Segment
	for _, coll := range c.Collections {
		stored, _ := coll.Stored()
		all = append(all, stored...)
	}
	return all
}
