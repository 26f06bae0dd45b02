package cases

import (
	"encoding/json"
	"maps"
)

// Rewritten is what Destruction.After holds: the segments of the vault that were
// written again without the destroyed bytes, by their old names. An old name
// without a new one is gone whole.
type Rewritten struct {
	Renamed  map[string]string `json:"renamed,omitempty"`
	Segments []Segment         `json:"segments,omitempty"`
}

// Stored is where the collection's bytes are now: its segments, and the names
// that replaced those its manifest was written with.
func (c Collection) Stored() (segments []Segment, renamed map[string]string) {
	renamed = map[string]string{}
	now := map[string]Segment{}
	for _, s := range c.Segments {
		now[s.Name] = s
	}
	for _, d := range c.Lost {
		var r Rewritten
		if json.Unmarshal(d.After, &r) != nil {
			continue // of another program; the vault's check names what is missing
		}
		for old := range r.Renamed {
			delete(now, old)
		}
		for _, s := range r.Segments {
			now[s.Name] = s
		}
		maps.Copy(renamed, r.Renamed)
	}
	for _, s := range append(append([]Segment(nil), c.Segments...), rewrittenBy(c.Lost)...) {
		if _, ok := now[s.Name]; ok {
			segments = append(segments, s)
			delete(now, s.Name)
		}
	}
	return segments, renamed
}

func rewrittenBy(lost []Destruction) []Segment {
	var out []Segment
	for _, d := range lost {
		var r Rewritten
		if json.Unmarshal(d.After, &r) == nil {
			out = append(out, r.Segments...)
		}
	}
	return out
}
