package bag

import (
	"crypto/ed25519"
	"fmt"
	"slices"

	"github.com/posko-ir/posko/store/ledger"
)

// Severity says what a finding means for the bag.
type Severity string

// Severities. One error is enough for ErrIntegrity.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Code names a kind of finding.
type Code string

// Codes of findings.
const (
	CodeFormat       Code = "format"          // a tag file is not in the form of a Posko bag
	CodeManifest     Code = "manifest"        // a manifest line is wrong, or listed twice
	CodeMissing      Code = "missing"         // listed, and not there
	CodeUnlisted     Code = "unlisted"        // there, and not listed
	CodeChanged      Code = "changed"         // other bytes than listed
	CodeType         Code = "type"            // a link, pipe, device, …
	CodeName         Code = "name"            // a name that Posko does not write
	CodeLimit        Code = "limit"           // beyond what Verify reads
	CodeOxum         Code = "oxum"            // size or number of files disagree with bag-info.txt
	CodeSignature    Code = "signature"       // the bag's signature is wrong
	CodeUnpinned     Code = "signer.unpinned" // nobody said who should have signed
	CodeWrongSigner  Code = "signer.wrong"    // somebody else signed
	CodeSeal         Code = "seal"            // a seal or its signature is wrong
	CodeSealSigner   Code = "seal.signer"     // a seal by a key that is neither the signer's nor pinned
	CodeUnsealed     Code = "collection.open" // a collection under no seal
	CodeCollection   Code = "collection"      // a collection's manifest is wrong
	CodeItem         Code = "item"            // an item is not what its collection lists
	CodeItemWithheld Code = "item.withheld"   // an item is not here, with a reason
	CodeCustody      Code = "custody"         // custody records are wrong or disagree
	CodeEntry        Code = "entry"           // an entry does not hold
	CodeEntryHidden  Code = "entry.withheld"  // entries whose body is not here, with a reason
	CodeCheckpoint   Code = "checkpoint"      // a log's signed head does not hold
	CodeCount        Code = "count"           // bag-info.txt counts something else
	CodeMore         Code = "more"            // findings that were left out
)

// Finding is one thing that Verify noticed.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	Path     string   `json:"path,omitempty"`
	Message  string   `json:"message"`
}

// SignerState says what is known about who signed.
type SignerState string

// States of the signer.
const (
	SignerPinned   SignerState = "pinned"   // the expected key signed
	SignerUnpinned SignerState = "unpinned" // some key signed; whose is not proved
	SignerWrong    SignerState = "wrong"    // another key than expected
	SignerInvalid  SignerState = "invalid"  // the signature does not verify
)

// Pin is who should have signed, from outside the bag. If both are given, both
// must agree.
type Pin struct {
	Words   string // the signer's words; case and white space do not matter
	Signers []byte // an allowed_signers file
}

// Report is what Verify found.
type Report struct {
	Intact       bool         `json:"intact"` // no finding is an error
	Signer       SignerState  `json:"signer"`
	Words        []string     `json:"words,omitempty"` // of the key that signed
	Fingerprint  string       `json:"fingerprint,omitempty"`
	Principal    string       `json:"principal,omitempty"`
	Case         string       `json:"case,omitempty"`
	Organisation string       `json:"organisation,omitempty"`
	Drill        bool         `json:"drill,omitempty"` // the bag says that it is an exercise's
	Created      string       `json:"created,omitempty"`
	Files        int64        `json:"files"` // payload files
	Bytes        int64        `json:"bytes"`
	Collections  int64        `json:"collections"`
	Items        int64        `json:"items"`
	Withheld     int64        `json:"withheld"` // items that are not here
	Entries      int64        `json:"entries"`
	Hidden       int64        `json:"hidden"` // entries whose body is not here
	Custody      int64        `json:"custody"`
	Seals        []SealReport `json:"seals"`
	Limits       []string     `json:"limits,omitempty"` // what the signer says is not verified
	Findings     []Finding    `json:"findings"`
	Checkpoints  []Checkpoint `json:"-"` // of every log, each signed by the device beside it

	errors, left int
}

// Checkpoint is the head that a log had when the bag was written.
type Checkpoint struct {
	Head   ledger.Head
	Device ed25519.PublicKey
}

// SealReport is one seal whose signature verified.
type SealReport struct {
	Seal        string      `json:"seal"`
	Officer     string      `json:"officer"`
	Sealed      string      `json:"sealed"`
	Signer      SignerState `json:"signer"`
	Fingerprint string      `json:"fingerprint"`
	Words       []string    `json:"words,omitempty"`
	Collections []string    `json:"collections"`
}

// add records a finding. So many that nobody reads them are counted only.
func (r *Report) add(s Severity, c Code, path, format string, args ...any) {
	if s == Error {
		r.errors++
	}
	if len(r.Findings) >= maxFindings {
		r.left++
		return
	}
	r.Findings = append(r.Findings, Finding{s, c, visible(path), fmt.Sprintf(format, args...)})
}

// finish puts errors first and draws the conclusion.
func (r *Report) finish() error {
	rank := map[Severity]int{Error: 0, Warning: 1, Info: 2}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return rank[a.Severity] - rank[b.Severity] })
	if r.left > 0 {
		r.Findings = append(r.Findings, Finding{Info, CodeMore, "", fmt.Sprintf("%d more findings are not shown", r.left)})
	}
	if r.errors > 0 {
		return fmt.Errorf("%w: %d errors, the first: %s", ErrIntegrity, r.errors, r.Findings[0].Message)
	}
	r.Intact = true
	return nil
}
