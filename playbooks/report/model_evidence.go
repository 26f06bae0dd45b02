package report

import (
	"time"

	"github.com/posko-ir/posko/playbooks/instant"
)

// Collection is one act of collecting evidence.
type Collection struct {
	Record
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Kind     string    `json:"kind"`
	Sources  []string  `json:"sources"`
	Note     string    `json:"note,omitempty"`
	Manifest string    `json:"manifest_sha256"`
	Count    int       `json:"count"`
	Bytes    int64     `json:"bytes"`
	Items    []Item    `json:"items"` // all of them, or none: then see the manifest
	Skipped  int       `json:"skipped"`
	Skips    []Skip    `json:"skips"` // the first of them
	Command  *Command  `json:"command,omitempty"`
	Thing    *Tangible `json:"thing,omitempty"`
	Seal     string    `json:"seal,omitempty"`
	Lost     []Lost    `json:"lost"`
}

// Item is one file or text of a collection.
type Item struct {
	Ref    string `json:"item"` // "E1/3"
	Name   string `json:"name"`
	Kind   string `json:"kind,omitempty"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`
	Note   string `json:"note,omitempty"`
	Lost   bool   `json:"destroyed,omitempty"`
}

// Skip is something that was not collected.
type Skip struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Command is what was run to get its output as evidence.
type Command struct {
	Argv   []string        `json:"argv"`
	Binary string          `json:"binary,omitempty"`
	SHA256 string          `json:"sha256,omitempty"`
	Start  instant.Instant `json:"start,omitzero"`
	End    instant.Instant `json:"end,omitzero"`
	Exit   int             `json:"exit"`
	Signal string          `json:"signal,omitempty"`
}

// Lost says what of a collection was destroyed, and why.
type Lost struct {
	Record
	Item   string `json:"item"`
	Reason string `json:"reason"`
}

// Custody says who did what with evidence.
type Custody struct {
	Record
	Item    string `json:"item"`
	Action  string `json:"action"`
	Purpose string `json:"purpose,omitempty"`
	To      string `json:"to,omitempty"`
	Place   string `json:"place,omitempty"`
	Keeper  string `json:"keeper,omitempty"`
	Form    string `json:"form,omitempty"`
}

// Check is one verification of the evidence against its hashes.
type Check struct {
	Record
	OK       bool     `json:"ok"`
	Items    int      `json:"items"`
	Findings []string `json:"findings"`
}

// Seal is a signature over collections.
type Seal struct {
	Record
	ID          string   `json:"id"`
	Collections []string `json:"collections"`
	Manifest    string   `json:"manifest_sha256"`
	Words       string   `json:"words"`
	Key         string   `json:"key"`
	Supplements string   `json:"supplements,omitempty"`
	Checked     string   `json:"checked"` // ok, failed or no
	Problem     string   `json:"problem,omitempty"`
}

// The outcomes of checking something.
const (
	CheckedOK     = "ok"
	CheckedFailed = "failed"
	CheckedNo     = "no" // nobody looked
)

// Unfinished is a bag that was begun and of which nobody said what became.
type Unfinished struct {
	Record
	ID string `json:"id"`
	To string `json:"to"`
}

// Export is a bag that left the laptop.
type Export struct {
	Record
	To       string `json:"to"`
	SHA256   string `json:"tagmanifest_sha256"`
	Audience string `json:"audience,omitempty"`
}

// Verification is what whoever makes the report knows about the proofs. The
// zero value says that nothing was checked, and the report says so.
type Verification struct {
	Log        string               `json:"log,omitempty"` // this device's log
	Entries    uint64               `json:"entries"`
	Root       string               `json:"root,omitempty"`       // the tree's root hash
	Checkpoint string               `json:"checkpoint,omitempty"` // the signed note itself
	Device     string               `json:"device,omitempty"`     // the device key's twelve words
	Ledger     string               `json:"ledger"`               // CheckedOK, CheckedFailed or CheckedNo
	Problem    string               `json:"problem,omitempty"`    // what failed
	Solo       bool                 `json:"solo"`                 // the roster has one officer
	Keychain   bool                 `json:"keychain"`             // the head is kept in the OS keychain too
	Witnesses  []Witness            `json:"witnesses"`
	Seals      map[string]SealCheck `json:"-"`          // by seal; a seal that is not in it was not checked
	Commands   []string             `json:"commands"`   // how a stranger verifies
	Unverified []string             `json:"unverified"` // anything else that was not checked, in words
	Outside    []Damage             `json:"outside,omitempty"`
}

// Damage is an entry of another case that does not hold; it touches nothing here.
type Damage struct {
	Log     string `json:"log"`
	Entry   uint64 `json:"entry"`
	Problem string `json:"problem"`
}

// Witness is another officer's device that countersigned the log.
type Witness struct {
	Name    string    `json:"name"`
	Entries uint64    `json:"entries"`
	At      time.Time `json:"at,omitzero"`
}

// SealCheck is the outcome of checking a seal's signature and manifest.
type SealCheck struct {
	OK      bool
	Problem string
}
