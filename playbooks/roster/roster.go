// Package roster is the workspace's own aggregate: whose it is, who the
// officers are, which logs it has, and what happened to it as a whole.
//
// The signed, versioned roster of several officers grows from here; until a
// second officer is enrolled the workspace is in solo mode and says so.
package roster

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/event"
)

// MaxName is the longest name of an organisation or officer, in characters.
const MaxName = 120

// Officer is a person on the roster.
type Officer struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Authority string    `json:"authority"` // authorized_keys line of the signing key
	Recipient string    `json:"recipient"` // age recipient that case keys are wrapped to
	Former    []string  `json:"former,omitempty"`
	Enrolled  time.Time `json:"enrolled"`
	Since     event.ID  `json:"since"`
	Retired   []Retired `json:"retired,omitempty"`
}

// Log is one device's log as the roster names it.
type Log struct {
	ID      string `json:"id"`
	Letter  string `json:"letter"`
	Device  string `json:"device"` // base64 Ed25519 public key
	Reason  string `json:"reason"`
	Cites   *Cited `json:"cites,omitempty"`
	Seen    *Cited `json:"seen,omitempty"`    // the later head that the laptop had seen of the log it cites
	Settled string `json:"settled,omitempty"` // how a person explained that
}

// Cited is the head that a new log continues from.
type Cited struct {
	Log  string `json:"log"`
	Size uint64 `json:"size"`
	Root string `json:"root"`
}

// Backup is one backup that left the laptop.
type Backup struct {
	Folder  string    `json:"folder"`
	File    string    `json:"file"`
	SHA256  string    `json:"sha256"`
	Entries uint64    `json:"entries"`
	Made    time.Time `json:"made"`
}

// FailedUnlock is a series of wrong passphrases that a right one ended.
type FailedUnlock struct {
	Count int       `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Roster is the state.
type Roster struct {
	Workspace string           `json:"workspace"`
	Org       string           `json:"org"`
	Solo      bool             `json:"solo"`
	Officers  []Officer        `json:"officers"`
	Logs      []Log            `json:"logs"`
	Backups   []Backup         `json:"backups,omitempty"`
	Unlocks   []FailedUnlock   `json:"unlocks,omitempty"`
	Sheets    []Sheet          `json:"sheets,omitempty"`
	Conflicts []event.Conflict `json:"conflicts,omitempty"`
	Unknown   []string         `json:"unknown,omitempty"`

	rec *event.Recorder
}

// Attach gives the roster the recorder of one update; nil ends it.
func (r *Roster) Attach(rec *event.Recorder) { r.rec = rec }

// Found records the beginning of a workspace.
func (r *Roster) Found(workspace, org string, first Officer, solo bool) error {
	org, first.Name = canonical.Text(org), canonical.Text(first.Name)
	if r.Workspace != "" {
		return fmt.Errorf("this workspace belongs to %s already", r.Org)
	}
	if err := checkName("organisation", org); err != nil {
		return err
	}
	if err := checkName("officer", first.Name); err != nil {
		return err
	}
	return r.record(founded{Workspace: workspace, Org: org, Solo: solo, Officer: first.key()})
}

// StartLog records that this device writes into a new log from now on.
func (r *Roster) StartLog(l Log) error {
	for _, known := range r.Logs {
		if known.ID == l.ID || known.Letter == l.Letter {
			return fmt.Errorf("log %s (%s) is known already", l.ID, l.Letter)
		}
	}
	return r.record(logStarted(l))
}

// NextLetter is the letter that the next log gets: A to Z, then AA.
func (r *Roster) NextLetter() string {
	n, letter := len(r.Logs), ""
	for {
		letter = string(rune('A'+n%26)) + letter
		if n = n/26 - 1; n < 0 {
			return letter
		}
	}
}

// SetBack lists the logs that began although the laptop had seen more of the log
// before, and that nobody has explained yet.
func (r *Roster) SetBack() []Log {
	var out []Log
	for _, l := range r.Logs {
		if l.Seen != nil && l.Settled == "" {
			out = append(out, l)
		}
	}
	return out
}

// Settle records why a workspace was copied, restored or cut back; the alarm
// about the log that it made necessary ends.
func (r *Roster) Settle(letter, reason string) error {
	reason = canonical.Text(reason)
	if reason == "" {
		return fmt.Errorf("say why log %s had to begin", letter)
	}
	for _, l := range r.SetBack() {
		if strings.EqualFold(l.Letter, letter) {
			return r.record(logSettled{Log: l.ID, Reason: reason})
		}
	}
	return fmt.Errorf("no alarm about a log %s stands", letter)
}

// Rekey records that an officer signs with a new key from now on.
func (r *Roster) Rekey(officer, authority, reason string) error {
	for _, o := range r.Officers {
		if o.ID == officer {
			return r.record(rekeyed{Officer: officer, Authority: authority, Reason: canonical.Text(reason)})
		}
	}
	return fmt.Errorf("no officer %s on the roster", officer)
}

// UnlockFailed records wrong passphrases at the unlock that ended them.
func (r *Roster) UnlockFailed(f FailedUnlock) error { return r.record(unlockFailed(f)) }

// BackedUp records that a copy of the workspace left the laptop.
func (r *Roster) BackedUp(b Backup) error { return r.record(backedUp(b)) }

// Officer finds an officer by id.
func (r *Roster) Officer(id string) (Officer, bool) {
	for _, o := range r.Officers {
		if o.ID == id {
			return o, true
		}
	}
	return Officer{}, false
}

// Letter is the letter of a log, or "".
func (r *Roster) Letter(log string) string {
	for _, l := range r.Logs {
		if l.ID == log {
			return l.Letter
		}
	}
	return ""
}

func (r *Roster) record(p event.Payload) error { return r.rec.Record(p, r.Apply) }

func checkName(what, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("the %s needs a name", what)
	case len([]rune(name)) > MaxName:
		return fmt.Errorf("the name of the %s is longer than %d characters", what, MaxName)
	case strings.ContainsAny(name, "\n\r\t\x00"):
		return fmt.Errorf("the name of the %s must stand on one line", what)
	}
	return nil
}

func (o Officer) key() officerKey {
	return officerKey{ID: o.ID, Name: o.Name, Authority: o.Authority, Recipient: o.Recipient}
}

// Apply folds one event. It never refuses: what does not fit is kept as a
// conflict, what is not known is named.
func (r *Roster) Apply(e event.Event) {
	if e.Destroyed || strings.HasPrefix(e.Kind, "playbook.") || strings.HasPrefix(e.Kind, "book.") { // the shelf's, the book's
		return
	}
	p := payload(e.Kind)
	if p == nil {
		r.Unknown = append(r.Unknown, e.Kind)
		return
	}
	if err := json.Unmarshal(e.Data, p); err != nil {
		r.conflict(e, "it cannot be read")
		return
	}
	if reason := p.apply(r, e); reason != "" {
		r.conflict(e, reason)
	}
}

func (r *Roster) conflict(e event.Event, reason string) {
	r.Conflicts = append(r.Conflicts, event.Conflict{Event: e.ID, Kind: e.Kind, Reason: reason})
}
