package bag

import (
	"encoding/hex"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/store/ledger"
)

// States of an entry's body, and of an item's bytes, in a bag.
const (
	StateOpen      = "open"      // it is here
	StateWithheld  = "withheld"  // it exists, and is not given out
	StateDestroyed = "destroyed" // it exists no more
)

// Entry is one entry of the case with its proof.
type Entry struct {
	Leaf   []byte // canonical leaf
	Salt   []byte
	Body   []byte // plain body; nil unless State is StateOpen
	State  string // empty means StateOpen
	Reason string // why it is withheld or was destroyed
	Proof  []ledger.Hash
}

// entryRecord is Entry as a line of entries.jsonl.
type entryRecord struct {
	Leaf   string        `json:"leaf"`
	Salt   string        `json:"salt,omitempty"`
	Body   *string       `json:"body"`
	State  string        `json:"state"`
	Reason string        `json:"reason,omitempty"`
	Proof  []ledger.Hash `json:"proof"`
}

func (e Entry) record() (entryRecord, error) {
	r := entryRecord{
		Leaf: string(e.Leaf), Salt: hex.EncodeToString(e.Salt), State: e.State,
		Reason: valid(e.Reason), Proof: e.Proof,
	}
	if r.State == "" {
		r.State = StateOpen
	}
	if r.Proof == nil {
		r.Proof = []ledger.Hash{}
	}
	switch {
	case r.State != StateOpen:
		r.Salt = "" // with it, a short body could be guessed
	case !utf8.Valid(e.Body):
		return r, errors.New("its body is not UTF-8")
	default:
		body := string(e.Body)
		r.Body = &body
	}
	return r, nil
}

// checkedEntry is what a line of entries.jsonl says, its body checked.
type checkedEntry struct {
	leaf  ledger.Leaf
	hash  ledger.Hash
	state string
	proof []ledger.Hash
}

// parseEntry reads one line of entries.jsonl and checks the body against the
// leaf. Whether the leaf is in the log is for the proof to say.
func parseEntry(line []byte) (checkedEntry, error) {
	var r entryRecord
	if err := canonical.Decode(line, &r); err != nil {
		return checkedEntry{}, err
	}
	leaf, err := ledger.ParseLeaf([]byte(r.Leaf))
	if err != nil {
		return checkedEntry{}, err
	}
	e := checkedEntry{leaf: leaf, hash: ledger.LeafHash([]byte(r.Leaf)), state: r.State, proof: r.Proof}
	switch r.State {
	case StateOpen:
		return e, r.checkBody(leaf)
	case StateWithheld, StateDestroyed:
		if r.Body != nil || r.Salt != "" || r.Reason == "" {
			return e, fmt.Errorf("a body that is %s has a reason and nothing else", r.State)
		}
		return e, nil
	}
	return e, fmt.Errorf("unknown state %s", visible(r.State))
}

func (r entryRecord) checkBody(leaf ledger.Leaf) error {
	if r.Body == nil {
		return errors.New("the body is missing")
	}
	salt, err := hex.DecodeString(r.Salt)
	if err != nil {
		return errors.New("the salt is not hexadecimal")
	}
	if ledger.Commitment(salt, []byte(*r.Body)) != leaf.Commit {
		return errors.New("the body is not the one that the leaf commits to")
	}
	return nil
}

// id is how other records cite an entry.
func (e checkedEntry) id() string { return fmt.Sprintf("%s:%d", e.leaf.Log, e.leaf.Seq) }

// Withheld is an item that a manifest lists and the bag does not hold.
type Withheld struct {
	Collection string
	Line       int64
	SHA256     ledger.Hash // as the manifest has it
	State      string      // StateWithheld or StateDestroyed
	Reason     string
}

// wholly is the record of a collection of which not even the list is here: line 0.
func (c Collection) wholly() withheldRecord {
	return withheldRecord{Collection: c.ID, SHA256: c.SHA256, State: StateWithheld, Reason: valid(c.Withheld)}
}

// withheldRecord is Withheld as a line of withheld.jsonl. Line 0 is a whole
// collection by the hash of its manifest.
type withheldRecord struct {
	Collection string      `json:"collection"`
	Line       int64       `json:"n"`
	SHA256     ledger.Hash `json:"sha256"`
	State      string      `json:"state"`
	Reason     string      `json:"reason"`
}

func (w Withheld) record() withheldRecord {
	return withheldRecord{w.Collection, w.Line, w.SHA256, w.State, valid(w.Reason)}
}

func (r withheldRecord) check() error {
	if !plainSegment(r.Collection) || r.Line < 0 || r.Reason == "" ||
		r.State != StateWithheld && r.State != StateDestroyed {
		return errors.New("a withheld item needs a collection, a line, a state and a reason")
	}
	return nil
}

func parseWithheld(line []byte) (withheldRecord, error) {
	var r withheldRecord
	if err := canonical.Decode(line, &r); err != nil {
		return r, err
	}
	return r, r.check()
}
