package roster

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
)

const (
	kindRecoverySet = "recovery.set/1"
	kindRecovered   = "officer.recovered/1"
)

// Sheet is a recovery sheet as the workspace knows it: its public half. The
// newest counts; backups and keys go to it as well.
type Sheet struct {
	Number    int        `json:"number"` // from 1
	Recipient string     `json:"recipient"`
	Words     string     `json:"words"` // its fingerprint, printed on both halves
	Made      time.Time  `json:"made"`
	By        string     `json:"by"`             // the officer
	Used      *time.Time `json:"used,omitempty"` // when both halves came together
}

// Holder is the name under which keys are wrapped to a sheet.
func (s Sheet) Holder() string { return fmt.Sprintf("recovery-%d", s.Number) }

// Wrapped binds a wrapped key by its hash; the store keeps the key. An empty
// case is the workspace itself.
type Wrapped struct {
	Case   string `json:"case,omitempty"`
	Gen    int    `json:"gen"`
	Holder string `json:"holder"` // an officer's id or a sheet's holder
	SHA256 string `json:"sha256"`
}

// Retired is a key that an officer lost and the end of what it may have signed.
type Retired struct {
	Authority string    `json:"authority"`
	Head      Cited     `json:"head"` // the last that is known to be the officer's
	Sheet     int       `json:"sheet"`
	When      time.Time `json:"when"`
}

// Recovery is what a recovery records.
type Recovery struct {
	Officer   string    `json:"officer"`
	Authority string    `json:"authority"` // the new signing key
	Recipient string    `json:"recipient"` // the new age recipient
	Sheet     int       `json:"sheet"`
	Backup    string    `json:"backup"`         // the file that was opened
	Head      Cited     `json:"head"`           // of the log that the lost laptop wrote
	Seen      []Cited   `json:"seen,omitempty"` // later heads that others know: the entries between are lost
	Keys      []Wrapped `json:"keys"`
}

// Sheet is the one that counts, or false while there is none.
func (r *Roster) Sheet() (Sheet, bool) {
	if len(r.Sheets) == 0 {
		return Sheet{}, false
	}
	return r.Sheets[len(r.Sheets)-1], true
}

// NextSheet is the number that the next sheet gets.
func (r *Roster) NextSheet() int { return len(r.Sheets) + 1 }

// SetRecovery records a new sheet, which replaces the one before it for
// everything from now on, and the keys that were wrapped to it.
func (r *Roster) SetRecovery(number int, recipient, words string, keys []Wrapped) error {
	switch {
	case r.Workspace == "":
		return errors.New("found the workspace first")
	case number != r.NextSheet():
		return fmt.Errorf("sheet %d was made meanwhile; throw away the halves of this one and make a new sheet", len(r.Sheets))
	case recipient == "" || words == "":
		return errors.New("a recovery sheet needs its recipient and its words")
	}
	return r.record(recoverySet{Number: number, Recipient: recipient, Words: words, Keys: keys})
}

// Recover records that an officer came back with a sheet: a new key signs, and
// the old one is retired at the head that it left.
func (r *Roster) Recover(n Recovery) error {
	o, ok := r.Officer(n.Officer)
	switch s, sheet := r.Sheet(); {
	case !ok:
		return fmt.Errorf("no officer %s on the roster", n.Officer)
	case n.Authority == "" || n.Recipient == "" || n.Authority == o.Authority:
		return errors.New("a recovered officer needs new keys")
	case !sheet || s.Number != n.Sheet:
		return fmt.Errorf("sheet %d is not the one that counts", n.Sheet)
	}
	return r.record(recovered(n))
}

// ErrRetired is returned by MaySign for what a retired key cannot have signed.
var ErrRetired = errors.New("signed with a key that was retired before")

// ErrNobody is returned by MaySign for a key that no officer has or had.
var ErrNobody = errors.New("signed with a key that no officer on the roster has")

// MaySign reports whether a key may have signed what the entry at records: it is
// an officer's, and if it was retired, the entry is not behind the head that it
// was retired at.
func (r *Roster) MaySign(authority string, at event.ID) error {
	authority = strings.TrimSpace(authority)
	for _, o := range r.Officers {
		for _, old := range o.Retired {
			if strings.TrimSpace(old.Authority) == authority && r.behind(old.Head, at) {
				return ErrRetired
			}
		}
		for _, key := range append([]string{o.Authority}, o.Former...) {
			if strings.TrimSpace(key) == authority {
				return nil
			}
		}
	}
	return ErrNobody
}

// behind reports whether an entry came after a head: later in its log, or in a
// log that began after that one.
func (r *Roster) behind(head Cited, at event.ID) bool {
	if at.Log == head.Log {
		return at.Seq >= head.Size
	}
	for _, l := range r.Logs {
		switch l.ID {
		case at.Log:
			return false
		case head.Log:
			return true
		}
	}
	return true // a log that nobody knows
}

// WrappedKeys are the keys that an entry binds.
func WrappedKeys(e event.Event) []Wrapped {
	if e.Kind != kindRecoverySet && e.Kind != kindRecovered {
		return nil
	}
	var p struct {
		Keys []Wrapped `json:"keys"`
	}
	if json.Unmarshal(e.Data, &p) != nil {
		return nil
	}
	return p.Keys
}

type recoverySet struct {
	Number    int       `json:"number"`
	Recipient string    `json:"recipient"`
	Words     string    `json:"words"`
	Keys      []Wrapped `json:"keys"`
}

func (recoverySet) Kind() string { return kindRecoverySet }

func (p recoverySet) apply(r *Roster, e event.Event) string {
	if p.Number != r.NextSheet() {
		return "another sheet has this number"
	}
	r.Sheets = append(r.Sheets, Sheet{Number: p.Number, Recipient: p.Recipient, Words: p.Words, Made: e.Wall, By: e.Actor})
	return ""
}

type recovered Recovery

func (recovered) Kind() string { return kindRecovered }

func (p recovered) apply(r *Roster, e event.Event) string {
	for i := range r.Officers {
		o := &r.Officers[i]
		if o.ID != p.Officer {
			continue
		}
		o.Retired = append(o.Retired, Retired{Authority: o.Authority, Head: p.Head, Sheet: p.Sheet, When: e.Wall})
		o.Former = append(o.Former, o.Authority)
		o.Authority, o.Recipient = p.Authority, p.Recipient
		if p.Sheet >= 1 && p.Sheet <= len(r.Sheets) {
			used := e.Wall
			r.Sheets[p.Sheet-1].Used = &used
		}
		return ""
	}
	return "no such officer"
}
