package bag

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/posko-ir/posko/store/ledger"
)

// entryOrder checks entries one after the other: each of this case, in a log
// whose head is known, after the one before it in that log, and included.
type entryOrder struct {
	tag   string
	heads map[string]ledger.Head
	last  map[string]uint64 // log to the sequence number after its last entry
}

func newEntryOrder(tag string, heads map[string]ledger.Head) *entryOrder {
	return &entryOrder{tag: tag, heads: heads, last: map[string]uint64{}}
}

func (o *entryOrder) check(e checkedEntry) error {
	head, known := o.heads[e.leaf.Log]
	switch {
	case !known:
		return fmt.Errorf("the bag has no valid checkpoint of its log %s", e.leaf.Log)
	case e.leaf.Case != o.tag:
		return errors.New("it is of another case")
	case e.leaf.Seq < o.last[e.leaf.Log]:
		return errors.New("it stands there twice or out of order")
	}
	o.last[e.leaf.Log] = e.leaf.Seq + 1
	return ledger.CheckInclusion(head, e.leaf.Seq, e.hash, e.proof)
}

// algEd25519 begins the key material of a note verifier key of that kind, see
// c2sp.org/signed-note.
const algEd25519 = 1

// openCheckpoint opens a signed note with the verifier key beside it.
func openCheckpoint(logID string, keyFile, signed []byte) (Checkpoint, error) {
	device, err := parseLogKey(logID, keyFile)
	if err != nil {
		return Checkpoint{}, err
	}
	head, err := ledger.OpenCheckpoint(signed, logID, device)
	return Checkpoint{head, device}, err
}

// parseLogKey reads exactly what ledger.VerifierKey writes for this log.
func parseLogKey(logID string, keyFile []byte) (ed25519.PublicKey, error) {
	parts := strings.SplitN(strings.TrimSuffix(string(keyFile), "\n"), "+", 3) // base64 has a "+" of its own
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != algEd25519 {
		return nil, errors.New("the device key is not a note verifier key")
	}
	device := ed25519.PublicKey(raw[1:])
	if again, err := ledger.VerifierKey(logID, device); err != nil || again+"\n" != string(keyFile) {
		return nil, fmt.Errorf("the device key is not that of log %s", logID)
	}
	return device, nil
}
