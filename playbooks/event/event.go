// Package event is the shape of a fact as the rules see it, and the small
// machinery that every aggregate shares.
//
// An aggregate (a case, the roster, …) is a fold over its entries. A rule
// method checks, then calls [Recorder.Record], which queues the new event and
// applies it to the working value at once. Deciding may refuse; applying never
// does: an event that does not fit any more is kept and becomes a [Conflict].
//
// Kinds carry their version ("note.added/1"). A released kind and what it does
// to the fold never change; a change is a new kind.
package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/instant"
)

// ErrNoRecorder is returned by Record on a value that was opened for reading.
var ErrNoRecorder = errors.New("this value was opened for reading; nothing can be recorded on it")

// ID is the place of an entry: its log and its position there.
type ID struct {
	Log string `json:"log"`
	Seq uint64 `json:"seq"`
}

// String returns "log:seq".
func (id ID) String() string { return fmt.Sprintf("%s:%d", id.Log, id.Seq) }

// Stamp is what the ledger says about an entry, whatever its body holds.
type Stamp struct {
	ID
	Wall  time.Time `json:"wall"`            // what the clock said when it was recorded, UTC
	Actor string    `json:"actor"`           // the officer who was unlocked
	Case  string    `json:"case,omitempty"`  // the case's tag; empty for the workspace
	Doubt string    `json:"doubt,omitempty"` // why Wall is doubted, if it is
}

// Said is what the person recording says about the fact itself.
type Said struct {
	At     instant.Instant `json:"at,omitzero"`      // when it happened; zero: when it was recorded
	Source string          `json:"source,omitempty"` // who or what says so
}

// Event is one fact: an entry with its decrypted body.
type Event struct {
	Stamp
	Said
	Kind      string          `json:"kind"`
	Data      json.RawMessage `json:"data,omitempty"`      // canonical JSON of the kind's payload
	Destroyed bool            `json:"destroyed,omitempty"` // the body is gone: destroyed or damaged
}

// Happened is the event time: what the person said, else when it was recorded.
func (e Event) Happened() time.Time {
	if e.At.IsZero() {
		return e.Wall
	}
	return e.At.Time()
}

// Conflict is an event that no longer fitted when it was applied.
type Conflict struct {
	Event  ID     `json:"event"`
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

// Payload is the typed content of one kind of event.
type Payload interface{ Kind() string }

// Body is the plain body of an entry as it is hashed and encrypted.
type Body struct {
	Said
	Data json.RawMessage `json:"data"`
}

// EncodeBody returns the canonical bytes of the body of e.
func EncodeBody(e Event) ([]byte, error) {
	return canonical.Marshal(Body{Said: e.Said, Data: e.Data})
}

// DecodeBody fills Said and Data of an event from its plain body.
func DecodeBody(stamp Stamp, kind string, plain []byte) (Event, error) {
	var b Body
	if err := json.Unmarshal(plain, &b); err != nil {
		return Event{}, fmt.Errorf("decode body of %s: %w", stamp.ID, err)
	}
	return Event{Stamp: stamp, Said: b.Said, Kind: kind, Data: b.Data}, nil
}

// Recorder queues the events of one update. The store gives it to an aggregate
// for the time of one update; without one an aggregate is read-only.
type Recorder struct {
	next  Stamp
	said  Said
	queue []Event
}

// NewRecorder returns a recorder whose first event gets the stamp next; each
// further one has the next sequence number.
func NewRecorder(next Stamp, said Said) *Recorder {
	return &Recorder{next: next, said: said}
}

// Record queues p and applies it through apply.
func (r *Recorder) Record(p Payload, apply func(Event)) error {
	if r == nil {
		return ErrNoRecorder
	}
	data, err := canonical.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode %s: %w", p.Kind(), err)
	}
	e := Event{Stamp: r.next, Said: r.said, Kind: p.Kind(), Data: data}
	r.next.Seq++
	r.queue = append(r.queue, e)
	apply(e)
	return nil
}

// Now is the instant of this update as the laptop's clock has it.
func (r *Recorder) Now() time.Time {
	if r == nil {
		return time.Time{}
	}
	return r.next.Wall
}

// Log is the log that the events of this update go to.
func (r *Recorder) Log() string {
	if r == nil {
		return ""
	}
	return r.next.Log
}

// Actor is the officer who records.
func (r *Recorder) Actor() string {
	if r == nil {
		return ""
	}
	return r.next.Actor
}

// Said returns what the person said about the time and source of this update.
func (r *Recorder) Said() Said {
	if r == nil {
		return Said{}
	}
	return r.said
}

// Happened is the event time of this update.
func (r *Recorder) Happened() instant.Instant {
	if r == nil {
		return instant.Instant{}
	}
	if !r.said.At.IsZero() {
		return r.said.At
	}
	return instant.Of(r.next.Wall)
}

// Queued returns the events recorded so far.
func (r *Recorder) Queued() []Event {
	if r == nil {
		return nil
	}
	return r.queue
}
