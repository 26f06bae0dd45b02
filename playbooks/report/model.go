package report

import (
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/instant"
)

// Format names the shape of a [Model] in JSON. A field is only ever added to
// it; whatever else changes gets a new name.
const Format = "posko-report/1"

// Model is everything a report says, before words and layout. It is what
// programs read; [Model.Document] makes it readable for people. Officers are
// named, indicators are as they were recorded (defanged only in the document).
type Model struct {
	Format       string          `json:"format"`
	Lang         string          `json:"lang"` // of the texts of the timeline and the playbooks
	Created      instant.Instant `json:"created"`
	Organisation string          `json:"organisation,omitempty"`
	Case         Head            `json:"case"`
	Facts        []Fact          `json:"facts"`
	Spans        []Span          `json:"spans"`
	People       []Person        `json:"people"`
	Decisions    []Decision      `json:"decisions"`
	Runs         []Run           `json:"runs"`
	Tasks        []Task          `json:"tasks"`
	Timeline     []Row           `json:"timeline"`
	Indicators   []Thing         `json:"indicators"`
	Assets       []Thing         `json:"assets"`
	Links        []Link          `json:"links"`
	Evidence     []Collection    `json:"evidence"`
	Custody      []Custody       `json:"custody"`
	Checks       []Check         `json:"checks"`
	Seals        []Seal          `json:"seals"`
	Exports      []Export        `json:"exports"`
	Forms        []Form          `json:"forms"`
	Unfinished   []Unfinished    `json:"unfinished_exports"`
	Verification Verification    `json:"verification"`
	Conflicts    []Conflict      `json:"conflicts"`
	Gone         []Gone          `json:"gone"`
	Limits       []Limit         `json:"limits"`
	Audience     string          `json:"audience,omitempty"`
	Withheld     []Withheld      `json:"withheld,omitempty"`
}

// Head is the case itself.
type Head struct {
	Number   string       `json:"number"`
	Title    string       `json:"title"`
	Kind     string       `json:"kind"`
	Severity string       `json:"severity"`
	TLP      string       `json:"tlp"`
	State    string       `json:"state"`
	Drill    bool         `json:"drill"`
	Sheet    *cases.Sheet `json:"sheet,omitempty"` // how a drill went
	Entries  int          `json:"entries"`
	Changes  []Change     `json:"changes"`
}

// Record says when a thing happened, when it was recorded, by whom, and who
// says so.
type Record struct {
	At       instant.Instant `json:"at,omitzero"`
	Recorded time.Time       `json:"recorded,omitzero"`
	By       string          `json:"by,omitempty"`
	Source   string          `json:"source,omitempty"`
	Doubt    string          `json:"doubt,omitempty"` // why Recorded is doubted
}

// Change is one change of title, severity, label or state.
type Change struct {
	Record
	What   string `json:"what"`
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Fact is one instant of the case with every value it was given, the one that
// counts last.
type Fact struct {
	Key    string      `json:"key"`
	Label  string      `json:"label"`
	Values []FactValue `json:"values"`
}

// FactValue is one value of a fact.
type FactValue struct {
	Record
	Value  instant.Instant `json:"value"`
	Reason string          `json:"reason,omitempty"`
}

// Span is the time between two facts.
type Span struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Seconds int64  `json:"seconds"`
}

// Person is somebody on the case.
type Person struct {
	Record
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Role    string  `json:"role"`
	Contact string  `json:"contact,omitempty"`
	Removed *Record `json:"removed,omitempty"`
	Reason  string  `json:"reason,omitempty"` // why removed
}

// Decision is what was decided and why.
type Decision struct {
	Record
	ID     string `json:"id"`
	Text   string `json:"text"`
	Reason string `json:"reason"`
	Step   string `json:"step,omitempty"`
}

// Run is one use of a playbook.
type Run struct {
	Record
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	SHA256  string `json:"sha256,omitempty"` // of the playbook's bytes
	Done    bool   `json:"done"`
	Steps   []Step `json:"steps"`
}

// Step is one step of a run as it stands.
type Step struct {
	Record             // of its outcome; zero while it is open
	Ref       string   `json:"ref"`
	Number    string   `json:"number,omitempty"`
	Name      string   `json:"name"`
	Lane      string   `json:"lane,omitempty"`
	Role      string   `json:"role,omitempty"`
	Status    string   `json:"status"`
	Course    string   `json:"course,omitempty"` // not reached: what stands before it
	Mandatory bool     `json:"mandatory"`
	Law       bool     `json:"law"`
	FourEyes  bool     `json:"four_eyes"`
	Due       Due      `json:"due,omitzero"`
	Answers   []Answer `json:"answers"`
	Evidence  []string `json:"evidence"`
	Branch    string   `json:"branch,omitempty"` // what a person decided at a condition
	Note      string   `json:"note,omitempty"`
	Reason    string   `json:"reason,omitempty"`

	Accepted *cases.Acceptance `json:"accepted_proof,omitempty"` // of another kind than was asked for
}

// Due is until when a step should be done, or which fact is missing to say so.
type Due struct {
	At      instant.Instant `json:"at,omitzero"`
	Rule    string          `json:"rule,omitempty"` // "aware+24h"
	Missing string          `json:"missing,omitempty"`
	Label   string          `json:"missing_label,omitempty"` // of the missing fact
	Overdue bool            `json:"overdue,omitempty"`
}

// Answer is one filled field of a step.
type Answer struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Task is work beside the playbooks.
type Task struct {
	Record
	ID       string          `json:"id"`
	Text     string          `json:"text"`
	Assignee string          `json:"assignee,omitempty"`
	Due      instant.Instant `json:"due,omitzero"`
	State    string          `json:"state"`
	Reason   string          `json:"reason,omitempty"`
	Ended    *Record         `json:"ended,omitempty"`
}

// Row is one line of the timeline.
type Row struct {
	Record
	Entry string          `json:"entry"`
	Ref   string          `json:"ref,omitempty"`
	Kind  string          `json:"kind"`
	Said  instant.Instant `json:"said,omitzero"`       // as the source's clock had it, when corrected
	Found instant.Instant `json:"discovered,omitzero"` // of an imported row
	Text  string          `json:"text"`

	imported bool // a line of a timeline that came from elsewhere
}

// Thing is an asset or an indicator.
type Thing struct {
	Record
	ID    string `json:"id"`
	Type  string `json:"type"`
	Value string `json:"value"`
	Warn  string `json:"warn,omitempty"` // why it may not be what it looks like
}

// Link joins two things on the case, or something with a record of the book,
// whose name is as it was then.
type Link struct {
	ID       string `json:"id"`
	From     string `json:"from"`
	To       string `json:"to"`
	Label    string `json:"label"`
	Register string `json:"register,omitempty"`
	Name     string `json:"name,omitempty"`
}

// Conflict is an entry that did not fit the case any more.
type Conflict struct {
	Entry    string `json:"entry"`
	Kind     string `json:"kind"`
	Text     string `json:"text"`
	Resolved bool   `json:"resolved"`
	Reason   string `json:"reason,omitempty"` // of the person who settled it
}

// Gone is an entry whose body this report could not read.
type Gone struct {
	Entry string `json:"entry"`
	Kind  string `json:"kind"`
	By    string `json:"by,omitempty"`
	Newer bool   `json:"newer"` // of a newer Posko; otherwise destroyed or damaged
}

// Limit is one thing that this report does not prove, by the key of its text.
type Limit struct {
	Key  string   `json:"key"`
	Args []string `json:"args,omitempty"`
}
