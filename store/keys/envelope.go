package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	fileVersion = 1
	maxKeyFile  = 64 * kib
	checksumKey = `"checksum"`
)

// header is what the parts of a key file share. It is authenticated with every part, so that a
// part opens only under the name, the cost and the keychain rule it was sealed with.
type header struct {
	Version       int       `json:"v"`
	Workspace     string    `json:"workspace"`
	Officer       string    `json:"officer"`
	Name          string    `json:"name"`
	Created       time.Time `json:"created"`
	Anchor        []byte    `json:"anchor,omitempty"` // what the keys are for; see CreateOptions
	KDF           kdf       `json:"kdf"`
	Keychain      bool      `json:"keychain"`
	KeychainCheck []byte    `json:"keychain_check,omitempty"`
}

type kdf struct {
	Cost
	Salt []byte `json:"salt"`
}

// part is one sealed secret and its public half.
type part struct {
	Public  string    `json:"public"`
	Created time.Time `json:"created"`
	Sealed  []byte    `json:"sealed"`
}

// envelope is a key file. officer.json has all three parts, a backup's identity file only one.
type envelope struct {
	header
	Authority *part  `json:"authority,omitempty"` // public: authorized_keys line; secret: OpenSSH private key
	Identity  *part  `json:"identity,omitempty"`  // public: age recipient; secret: age identity
	Device    *part  `json:"device,omitempty"`    // public: base64 of 32 bytes; secret: the seed
	Checksum  string `json:"checksum"`            // stays last: SHA-256 of every byte before its name
}

// aad is what a sealed part is bound to.
func (h *header) aad(name string, p *part) ([]byte, error) {
	bound, err := json.Marshal(struct {
		Label   string    `json:"label"`
		Part    string    `json:"part"`
		Public  string    `json:"public"`
		Created time.Time `json:"created"`
		Header  *header   `json:"header"`
	}{partLabel, name, p.Public, p.Created, h})
	if err != nil {
		return nil, fmt.Errorf("encode key file header: %w", err)
	}
	return bound, nil
}

// encode writes the one form of the file and sets the checksum.
func (e *envelope) encode() ([]byte, error) {
	e.Checksum = hex.EncodeToString(make([]byte, sha256.Size))
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode key file: %w", err)
	}
	data = append(data, '\n')
	covered := bytes.LastIndex(data, []byte(checksumKey))
	sum := checksum(data[:covered])
	data = bytes.Replace(data, []byte(e.Checksum), []byte(sum), 1)
	e.Checksum = sum
	return data, nil
}

func checksum(covered []byte) string {
	sum := sha256.Sum256(covered)
	return hex.EncodeToString(sum[:])
}

// parseEnvelope reads a key file. It accepts only bytes that encode would write, so neither a
// flipped bit nor a doubled or differently spelled name passes. The checksum is looked at first
// and in a way that later versions keep: an intact newer file is ErrNewer, everything else ErrDamaged.
func parseEnvelope(data []byte) (*envelope, error) {
	if len(data) > maxKeyFile {
		return nil, fmt.Errorf("%w: %d bytes is too long", ErrDamaged, len(data))
	}
	covered := bytes.LastIndex(data, []byte(checksumKey))
	if covered < 0 {
		return nil, fmt.Errorf("%w: no checksum", ErrDamaged)
	}
	var tail struct {
		Version  int    `json:"v"`
		Checksum string `json:"checksum"`
	}
	if err := json.Unmarshal(data, &tail); err != nil {
		return nil, fmt.Errorf("%w: not JSON", ErrDamaged)
	}
	if tail.Checksum != checksum(data[:covered]) {
		return nil, fmt.Errorf("%w: checksum differs", ErrDamaged)
	}
	if tail.Version > fileVersion {
		return nil, fmt.Errorf("%w (version %d)", ErrNewer, tail.Version)
	}
	e, err := decodeStrict(data)
	if err != nil {
		return nil, err
	}
	return e, e.validate()
}

func decodeStrict(data []byte) (*envelope, error) {
	var e envelope
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return nil, fmt.Errorf("%w: unknown content", ErrDamaged)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: data after the end", ErrDamaged)
	}
	again, err := e.encode()
	if err != nil || !bytes.Equal(again, data) {
		return nil, fmt.Errorf("%w: not in its own form", ErrDamaged)
	}
	return &e, nil
}
