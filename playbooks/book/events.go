package book

import (
	"encoding/json"
	"maps"
	"strings"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

// The kinds of this aggregate, and the beginning that only they have.
const (
	Kinds       = "book."
	KindAdded   = "book.added/1"
	KindChanged = "book.changed/1"
	KindRemoved = "book.removed/1"

	kindLogStarted = "log.started/1" // the roster's: it gives a log its letter
)

// change is what every kind of this aggregate can do; apply answers with a
// reason when the event does not fit.
type change interface {
	event.Payload
	apply(b *Book, e event.Event) string
}

func payload(kind string) change {
	switch kind {
	case KindAdded:
		return new(added)
	case KindChanged:
		return new(changed)
	case KindRemoved:
		return new(removed)
	case kindLogStarted:
		return new(logStarted)
	}
	return nil
}

// Apply folds one event of the workspace. It never refuses: what does not fit
// is kept as a conflict. What is not the book's passes by.
func (b *Book) Apply(e event.Event) {
	mine := strings.HasPrefix(e.Kind, Kinds)
	if !mine && e.Kind != kindLogStarted {
		return
	}
	p := payload(e.Kind)
	switch {
	case p == nil:
		b.conflict(e, "newer")
	case e.Destroyed:
		b.applyDestroyed(e)
	case json.Unmarshal(e.Data, p) != nil:
		b.conflict(e, "unreadable")
	default:
		if reason := p.apply(b, e); reason != "" {
			b.conflict(e, reason)
		}
	}
}

// applyDestroyed keeps the number of a record that cannot be read from being
// given out again, whichever register it was of.
func (b *Book) applyDestroyed(e event.Event) {
	if e.Kind == kindLogStarted {
		return // the roster tells
	}
	if e.Kind == KindAdded {
		for _, register := range Registers() {
			series := b.series(e.Log, register)
			b.made(series, b.Made[series]+1)
		}
	}
	b.conflict(e, "unreadable")
}

func (b *Book) conflict(e event.Event, reason string) {
	b.Conflicts = append(b.Conflicts, event.Conflict{Event: e.ID, Kind: e.Kind, Reason: reason})
}

// ConflictText says why an entry did not fit.
func ConflictText(lang, reason string) string { return say(lang, "conflict."+reason) }

type added struct {
	ID       string            `json:"id"`
	Register string            `json:"register"`
	Fields   map[string]string `json:"fields"`
}

func (added) Kind() string { return KindAdded }

func (p added) apply(b *Book, e event.Event) string {
	id, ok := ID(p.ID)
	if !ok || prefix(p.Register) == "" || !strings.HasPrefix(id, prefix(p.Register)+"-") || p.Fields[ColumnName] == "" {
		return "unreadable"
	}
	b.made(numbered(id))
	for b.at(id) >= 0 { // only a forged or a foreign entry names a record twice
		id += "'"
	}
	b.byID[id] = len(b.Records)
	b.Records = append(b.Records, Record{ID: id, Register: p.Register, Fields: p.Fields, Added: origin(e)})
	return ""
}

type changed struct {
	ID     string            `json:"id"`
	Fields map[string]string `json:"fields"` // only what changed; empty: cleared
}

func (changed) Kind() string { return KindChanged }

func (p changed) apply(b *Book, e event.Event) string {
	i := b.at(p.ID)
	switch {
	case i < 0:
		return "unknown-record"
	case b.Records[i].Removed != nil:
		return "removed-already"
	}
	fields := maps.Clone(b.Records[i].Fields) // a copy: somebody may still read the old one
	for key, value := range p.Fields {
		switch {
		case value != "":
			fields[key] = value
		case key != ColumnName:
			delete(fields, key)
		}
	}
	b.Records[i].Fields, b.Records[i].Changed = fields, origin(e)
	return ""
}

// Given gives the fields that an entry gave a record, whatever it says now.
func Given(e event.Event) (id string, fields map[string]string) {
	var p changed // what was added has the same two
	if e.Kind != KindAdded && e.Kind != KindChanged || json.Unmarshal(e.Data, &p) != nil {
		return "", nil
	}
	return p.ID, p.Fields
}

type removed struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

func (removed) Kind() string { return KindRemoved }

func (p removed) apply(b *Book, e event.Event) string {
	i := b.at(p.ID)
	switch {
	case i < 0:
		return "unknown-record"
	case b.Records[i].Removed != nil:
		return "removed-already"
	}
	b.Records[i].Removed = &Removal{Origin: origin(e), Reason: p.Reason}
	return ""
}

type logStarted struct {
	ID     string `json:"id"`
	Letter string `json:"letter"`
}

func (logStarted) Kind() string { return kindLogStarted }

func (p logStarted) apply(b *Book, _ event.Event) string {
	if b.Letters == nil {
		b.Letters = map[string]string{}
	}
	if b.Letters[p.ID] == "" {
		b.Letters[p.ID] = p.Letter
	}
	return ""
}

// at is the place of a record, or -1. Only applying may call it: it makes the
// index when a snapshot brought none.
func (b *Book) at(id string) int {
	if b.byID == nil {
		b.byID = make(map[string]int, len(b.Records))
		for i, r := range b.Records {
			b.byID[r.ID] = i
		}
	}
	if i, ok := b.byID[id]; ok {
		return i
	}
	return -1
}

func origin(e event.Event) Origin {
	at, err := instant.Parse(e.At.String())
	if err != nil {
		at = instant.Instant{}
	}
	return Origin{Entry: e.ID, By: e.Actor, Wall: e.Wall.UTC().Round(0), At: at, Source: e.Source}
}

// Happened is the event time: what was said, else when it was recorded.
func (o Origin) Happened() time.Time {
	if !o.At.IsZero() {
		return o.At.Time()
	}
	return o.Wall
}
