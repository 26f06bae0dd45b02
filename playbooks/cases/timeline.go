package cases

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// Row is one line of the timeline, of search and of the report.
type Row struct {
	Entry    event.ID        `json:"entry"`
	Ref      string          `json:"ref,omitempty"` // the thing's id: "N3", "R1.4"
	At       instant.Instant `json:"at"`            // event time, corrected by the source's clock offset
	Said     instant.Instant `json:"said,omitzero"` // event time as the source had it, when corrected
	Recorded time.Time       `json:"recorded"`
	Found    instant.Instant `json:"discovered,omitzero"` // when somebody learned of it, for imported rows
	Source   string          `json:"source,omitempty"`
	Actor    string          `json:"actor,omitempty"`
	Kind     string          `json:"kind"`
	Doubt    string          `json:"doubt,omitempty"`    // why Recorded is doubted
	Conflict string          `json:"conflict,omitempty"` // why it changed nothing, as in [Conflict]
	Text     string          `json:"text"`
}

// Describe is the timeline's row for an event of any kind, with the id as the
// payload has it. [Case.Rows] knows more.
func Describe(e event.Event, lang string) Row {
	e.Wall = e.Wall.UTC().Round(0)
	o := origin(e)
	row := Row{
		Entry: e.ID, At: o.Happened(), Recorded: e.Wall, Source: e.Source,
		Actor: e.Actor, Kind: e.Kind, Doubt: e.Doubt,
	}
	p := decode(e.Kind)
	switch {
	case e.Destroyed:
		row.Text = text(lang, "row.body-gone", e.Kind)
	case p == nil:
		row.Text = text(lang, "row.newer", e.Kind)
	case json.Unmarshal(e.Data, p) != nil:
		row.Text = text(lang, "row.unreadable", e.Kind)
	default:
		row.Text = p.describe(lang)
		if r, ok := p.(interface{ ref() string }); ok {
			row.Ref = r.ref() // the thing that it makes, or the step it is about
		}
	}
	return row
}

// Rows is what one event adds to this case's timeline: its own row, and the
// rows of an imported timeline. Ids are the case's, and event times are
// corrected by the clock offset of their source, with the original in Said.
func (c *Case) Rows(e event.Event, lang string) []Row {
	row := Describe(e, lang)
	if letterOf(e.Kind) != "" {
		row.Ref = idOn(c.Log, e.Log, row.Ref)
	}
	if !e.At.IsZero() {
		row = c.corrected(row)
	}
	for _, x := range c.Conflicts {
		if x.Event == e.ID {
			row.Conflict = x.Reason
		}
	}
	rows := []Row{row}
	var p timelineImported
	if e.Kind != KindImported || e.Destroyed || row.Conflict != "" || json.Unmarshal(e.Data, &p) != nil {
		return rows
	}
	for _, r := range p.Rows {
		line := row
		line.At, line.Said, line.Source = stored(r.At), instant.Instant{}, r.Source
		line.Found, line.Text = stored(r.Found), Visible(r.Text)
		rows = append(rows, c.corrected(line))
	}
	return rows
}

// corrected moves the row by the offset of its source's clock.
func (c *Case) corrected(r Row) Row {
	by, ok := c.Offset(r.Source)
	if !ok || by == 0 {
		return r
	}
	r.Said, r.At = r.At, r.At.Add(-by)
	return r
}

// Import is a timeline that came from elsewhere; its rows are in the entry.
type Import struct {
	Origin
	ID   string `json:"id"`
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

func (i Import) id() string { return i.ID }

// ImportTimeline records rows found elsewhere, as [ParseTimelineCSV] read
// them; the name says what they come from. It returns the import's id.
func (c *Case) ImportTimeline(name string, rows []ImportRow) (string, error) {
	var in input
	p := &timelineImported{ID: c.next("M"), Name: in.line("name", name, MaxName), Rows: rows}
	if len(rows) == 0 {
		in.refuse("missing", word("rows"))
	}
	if len(rows) > MaxRows {
		in.refuse("too-many-rows", MaxRows)
	}
	if err := in.err(); err != nil {
		return "", err
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Imports), nil
}

// NewRows leaves out the rows that the case's entries hold already, and those
// that are there twice: the same file is exported and imported again, longer.
func NewRows(events []event.Event, rows []ImportRow) (fresh []ImportRow, known int) {
	seen := map[string]bool{}
	for _, e := range events {
		var p timelineImported
		if e.Kind != KindImported || json.Unmarshal(e.Data, &p) != nil {
			continue
		}
		for _, row := range p.Rows {
			seen[row.key()] = true
		}
	}
	for _, row := range rows {
		if seen[row.key()] {
			known++
			continue
		}
		seen[row.key()] = true
		fresh = append(fresh, row)
	}
	return fresh, known
}

// key is the same for rows that say the same.
func (r ImportRow) key() string {
	return strings.Join([]string{r.At.String(), r.Found.String(), r.Source, r.Text}, "\x00")
}

type timelineImported struct {
	ID   string      `json:"id"`
	Name string      `json:"name"`
	Rows []ImportRow `json:"rows"`
}

func (*timelineImported) Kind() string        { return KindImported }
func (p *timelineImported) ref() string       { return p.ID }
func (*timelineImported) fits(*Case) *Refusal { return nil }

func (p *timelineImported) apply(c *Case, e event.Event) {
	c.Imports = append(c.Imports, Import{Origin: origin(e), ID: c.settle(e, p.ID), Name: p.Name, Rows: len(p.Rows)})
}

func (p *timelineImported) describe(lang string) string {
	return text(lang, "row.imported", p.Name, len(p.Rows))
}

// Offset says how far a source's clock goes wrong.
type Offset struct {
	Origin
	About string `json:"about"` // the source
	MS    int64  `json:"offset_ms"`
}

// maxOffset bounds a clock offset: fifty years in milliseconds.
const maxOffset = int64(50 * 365 * 24 * time.Hour / time.Millisecond)

// SetOffset records how far the clock of a source is ahead of the true time
// (negative: behind). It corrects what is shown; entries keep what was said.
func (c *Case) SetOffset(source string, ahead time.Duration) error {
	var in input
	p := &sourceOffset{About: in.line("source", source, MaxName), MS: ahead.Milliseconds()}
	if p.MS > maxOffset || p.MS < -maxOffset {
		in.refuse("offset", ahead.String())
	}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

// Offset returns how far a source's clock is ahead, as last recorded.
func (c *Case) Offset(source string) (time.Duration, bool) {
	for i := len(c.Offsets) - 1; i >= 0; i-- {
		if c.Offsets[i].About == source {
			return time.Duration(c.Offsets[i].MS) * time.Millisecond, true
		}
	}
	return 0, false
}

type sourceOffset struct {
	About string `json:"source"`
	MS    int64  `json:"offset_ms"`
}

func (*sourceOffset) Kind() string        { return KindOffset }
func (*sourceOffset) fits(*Case) *Refusal { return nil }

func (p *sourceOffset) apply(c *Case, e event.Event) {
	ms := min(max(p.MS, -maxOffset), maxOffset)
	c.Offsets = append(c.Offsets, Offset{Origin: origin(e), About: p.About, MS: ms})
}

func (p *sourceOffset) describe(lang string) string {
	return text(lang, "row.offset", p.About, (time.Duration(p.MS) * time.Millisecond).String())
}
