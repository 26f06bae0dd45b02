package cases

import "github.com/posko-ir/posko/playbooks/event"

// Exporting is a bag that somebody began to write. Its entry is there before
// the first byte of the bag, so that no crash leaves a bag that nobody knows of.
type Exporting struct {
	Origin
	ID       string  `json:"id"`
	To       string  `json:"to"`
	Audience string  `json:"audience,omitempty"`
	Heads    []Head  `json:"heads"`           // the logs as they were then
	Ended    *Struck `json:"ended,omitempty"` // without a reason: it was written
}

func (x Exporting) id() string { return x.ID }

// Head is a log at some size.
type Head struct {
	Log  string `json:"log"`
	Size uint64 `json:"size"`
	Root string `json:"root"`
}

// BeginExport records that a bag is about to be written: where to, for whom, and
// over which logs. It returns the id for [Case.FinishExport] or [Case.DropExport].
func (c *Case) BeginExport(to, audience string, heads []Head) (string, error) {
	var in input
	p := &exportStarted{
		ID: c.next("X"), To: in.line("to", to, MaxIndicator), Audience: in.maybeLine("audience", audience, MaxName), Heads: heads,
	}
	if err := in.err(); err != nil {
		return "", err
	}
	if err := c.record(p); err != nil {
		return "", err
	}
	return last(c.Exporting), nil
}

// FinishExport records that the bag that was begun is written; [Case.Exported]
// says in the same update what it is.
func (c *Case) FinishExport(id string) error {
	return c.record(&exportEnded{Entry: c.exportEntry(id)})
}

// DropExport records that a bag that was begun was not finished, and what became
// of it.
func (c *Case) DropExport(id, reason string) error {
	var in input
	p := &exportEnded{Entry: c.exportEntry(id), Reason: in.reason(reason)}
	if err := in.err(); err != nil {
		return err
	}
	return c.record(p)
}

func (c *Case) exportEntry(id string) event.ID {
	if x := find(c.Exporting, id); x != nil {
		return x.Entry
	}
	return event.ID{}
}

// UnfinishedExports lists the bags that were begun and of which no entry says
// what became: somebody is writing them now, or a crash came in between.
func (c *Case) UnfinishedExports() []Exporting {
	var list []Exporting
	for _, x := range c.Exporting {
		if x.Ended == nil {
			list = append(list, x)
		}
	}
	return list
}

type exportStarted struct {
	ID       string `json:"export"`
	To       string `json:"to"`
	Audience string `json:"audience,omitempty"`
	Heads    []Head `json:"heads"`
}

func (*exportStarted) Kind() string        { return KindExportStarted }
func (p *exportStarted) ref() string       { return p.ID }
func (*exportStarted) fits(*Case) *Refusal { return nil }

func (p *exportStarted) apply(c *Case, e event.Event) {
	c.Exporting = append(c.Exporting, Exporting{
		Origin: origin(e), ID: c.settle(e, p.ID), To: p.To, Audience: p.Audience, Heads: p.Heads,
	})
}

func (p *exportStarted) describe(lang string) string {
	return text(lang, "row.export-started", p.ID, p.To)
}

type exportEnded struct {
	Entry  event.ID `json:"entry"`
	Reason string   `json:"reason,omitempty"` // none: it was written
}

func (*exportEnded) Kind() string { return KindExportEnded }

func (p *exportEnded) open(c *Case) *Exporting {
	for i := range c.Exporting {
		if c.Exporting[i].Entry == p.Entry && c.Exporting[i].Ended == nil {
			return &c.Exporting[i]
		}
	}
	return nil
}

func (p *exportEnded) fits(c *Case) *Refusal {
	if p.open(c) == nil {
		return refuse("no-export")
	}
	return nil
}

func (p *exportEnded) apply(c *Case, e event.Event) {
	p.open(c).Ended = &Struck{Origin: origin(e), Reason: p.Reason}
}

func (p *exportEnded) describe(lang string) string {
	if p.Reason == "" {
		return text(lang, "row.export-finished", p.Entry.String())
	}
	return text(lang, "row.export-dropped", p.Entry.String()) + because(lang, p.Reason)
}
