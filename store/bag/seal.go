package bag

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/store/ledger"
)

const sealVersion = 1

// SealManifest is what an officer signs to freeze a set of collections. It
// names each by the hash of its manifest, which names the items by theirs.
type SealManifest struct {
	Version     int                `json:"v"`
	Seal        string             `json:"seal"` // like S1
	Case        string             `json:"case"` // the case's number
	Officer     string             `json:"officer"`
	Sealed      string             `json:"sealed"`                // RFC 3339
	Supplements string             `json:"supplements,omitempty"` // the seal before this one
	Collections []SealedCollection `json:"collections"`
}

// SealedCollection is one collection under a seal.
type SealedCollection struct {
	Collection string      `json:"collection"`
	Manifest   ledger.Hash `json:"manifest"` // SHA-256 of its manifest
	Items      int64       `json:"items"`    // lines of its manifest
	Bytes      int64       `json:"bytes"`    // sum of the sizes of its items
}

// Encode returns the canonical bytes to sign. It sets the version.
func (m SealManifest) Encode() ([]byte, error) {
	m.Version = sealVersion
	if err := m.check(); err != nil {
		return nil, err
	}
	return canonical.Marshal(m)
}

// ParseSeal reads the canonical bytes of a seal manifest and nothing else.
func ParseSeal(data []byte) (SealManifest, error) {
	var m SealManifest
	if err := canonical.Decode(data, &m); err != nil {
		return SealManifest{}, fmt.Errorf("read seal: %w", err)
	}
	return m, m.check()
}

func (m SealManifest) check() error {
	if m.Version != sealVersion {
		return fmt.Errorf("read seal: version %d is not known", m.Version)
	}
	if !plainSegment(m.Seal) || m.Supplements != "" && !plainSegment(m.Supplements) || len(m.Collections) == 0 {
		return errors.New("read seal: its names or its collections are missing")
	}
	if _, err := time.Parse(time.RFC3339, m.Sealed); err != nil {
		return errors.New("read seal: its time is not RFC 3339")
	}
	seen := map[string]bool{}
	for _, c := range m.Collections {
		if !plainSegment(c.Collection) || seen[c.Collection] || c.Items < 0 || c.Bytes < 0 {
			return fmt.Errorf("read seal: collection %s is listed twice or wrong", visible(c.Collection))
		}
		seen[c.Collection] = true
	}
	return nil
}

// collected is what a bag reads of a line of a collection's manifest. The other
// fields describe the item and are bound by the manifest's own hash.
type collected struct {
	n      int64
	size   int64
	hash   ledger.Hash
	stored bool // the item has bytes
}

// parseCollected reads one manifest line. Keys are matched by their exact
// spelling, which encoding/json alone would not do.
func parseCollected(line []byte) (collected, error) {
	if err := canonical.Check(line); err != nil {
		return collected{}, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return collected{}, fmt.Errorf("decode: %w", err)
	}
	var c collected
	var err error
	if c.n, err = strconv.ParseInt(string(fields["n"]), 10, 64); err != nil || c.n < 1 {
		return c, errors.New("no line number n")
	}
	if _, c.stored = fields["sha256"]; !c.stored {
		return c, nil
	}
	if err := json.Unmarshal(fields["sha256"], &c.hash); err != nil {
		return c, fmt.Errorf("sha256: %w", err)
	}
	size := string(fields["size"])
	if len(size) > 1 && size[0] == '"' { // beyond 2^53
		size = size[1 : len(size)-1]
	}
	if c.size, err = strconv.ParseInt(size, 10, 64); err != nil || c.size < 0 {
		return c, errors.New("size is not a number")
	}
	return c, nil
}
