package ledger

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// originPrefix makes a log id into the origin line of its checkpoints and the
// name of the key that signs them.
const originPrefix = "posko.ledger/"

// ErrCheckpoint is returned for a checkpoint that this log's device did not sign.
var ErrCheckpoint = errors.New("not a checkpoint of this log")

// SignCheckpoint returns the signed note for head.
func SignCheckpoint(head Head, device crypto.Signer) ([]byte, error) {
	pub, ok := device.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("sign checkpoint: the device key is %T, not Ed25519", device.Public())
	}
	verifier, err := verifier(head.Log, pub)
	if err != nil {
		return nil, err
	}
	text := log.Checkpoint{Origin: originPrefix + head.Log, Size: head.Size, Hash: head.Root[:]}.Marshal()
	signed, err := note.Sign(&note.Note{Text: string(text)}, deviceSigner{verifier, device})
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// OpenCheckpoint verifies a signed note against a log and its device's key.
func OpenCheckpoint(signed []byte, logID string, device ed25519.PublicKey) (Head, error) {
	verifier, err := verifier(logID, device)
	if err != nil {
		return Head{}, err
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return Head{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return parseCheckpoint(n.Text, logID)
}

func parseCheckpoint(text, logID string) (Head, error) {
	var cp log.Checkpoint
	rest, err := cp.Unmarshal([]byte(text))
	switch {
	case err != nil:
		return Head{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	case cp.Origin != originPrefix+logID:
		return Head{}, fmt.Errorf("%w: it is of %q", ErrCheckpoint, cp.Origin)
	case len(rest) > 0 || len(cp.Hash) != len(Hash{}) || cp.Size > maxSafeInt:
		return Head{}, fmt.Errorf("%w: unexpected size, hash or extra lines", ErrCheckpoint)
	}
	return Head{Log: logID, Size: cp.Size, Root: Hash(cp.Hash)}, nil
}

// VerifierKey is the signed-note verifier string of a log's device key, as
// other tools take it.
func VerifierKey(logID string, device ed25519.PublicKey) (string, error) {
	if logID == "" || !plainName(logID) || strings.ContainsRune(logID, '+') {
		return "", fmt.Errorf("log id %q: %w", logID, ErrCheckpoint)
	}
	key, err := note.NewEd25519VerifierKey(originPrefix+logID, device)
	if err != nil {
		return "", fmt.Errorf("encode device key: %w", err)
	}
	return key, nil
}

func verifier(logID string, device ed25519.PublicKey) (note.Verifier, error) {
	key, err := VerifierKey(logID, device)
	if err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("read device key: %w", err)
	}
	return v, nil
}

// deviceSigner signs notes with a key that need not leave its holder.
type deviceSigner struct {
	note.Verifier
	key crypto.Signer
}

// Sign implements note.Signer.
func (s deviceSigner) Sign(msg []byte) ([]byte, error) {
	return s.key.Sign(nil, msg, crypto.Hash(0))
}
