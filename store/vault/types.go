package vault

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

var (
	// ErrMissing says that a segment is not in the vault.
	ErrMissing = errors.New("segment is missing")
	// ErrCorrupt says that stored bytes are not the bytes that were sealed.
	// The error that wraps it is a [*DamageError].
	ErrCorrupt = errors.New("stored bytes are damaged")
	// ErrSource says that the reader given to [Batch.Add] failed, not the
	// vault: the batch can go on, and the object holds what was read.
	ErrSource = errors.New("source could not be read to its end")
	// ErrBatchOver says that the batch was sealed, aborted or failed.
	ErrBatchOver = errors.New("batch is over")
	// ErrBusy says that another process works on the batch.
	ErrBusy = errors.New("another process works on this batch")
	// ErrInvalid says that an object or segment description is not well formed.
	ErrInvalid = errors.New("not a valid description")
)

// DamageError names the segment in which damage was found.
type DamageError struct {
	Segment string
	Err     error
}

// Error implements error.
func (e *DamageError) Error() string {
	return fmt.Sprintf("segment %s: %v", e.Segment, e.Err)
}

// Unwrap makes every DamageError match [ErrCorrupt] and its cause, but never
// io.EOF: who reads would take a segment that was cut short for a clean end.
func (e *DamageError) Unwrap() []error {
	if errors.Is(e.Err, io.EOF) {
		return []error{ErrCorrupt}
	}
	return []error{ErrCorrupt, e.Err}
}

// Hash is a SHA-256 digest, written as lower-case hexadecimal digits.
type Hash [32]byte

// String implements fmt.Stringer.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It takes exactly the form
// that MarshalText writes.
func (h *Hash) UnmarshalText(text []byte) error {
	if !lowerHex(string(text), 2*len(h)) {
		return fmt.Errorf("read hash: %w", ErrInvalid)
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Extent is a run of plain bytes inside one segment.
type Extent struct {
	Segment string `json:"segment"`
	Offset  int64  `json:"offset"`
	Length  int64  `json:"length"`
}

// Object says what a piece of evidence is and where its bytes are.
type Object struct {
	SHA256  Hash     `json:"sha256"`
	Size    int64    `json:"size"`
	Extents []Extent `json:"extents"`
}

// Segment describes one age file of the vault.
type Segment struct {
	Name         string `json:"name"`
	PlainSize    int64  `json:"plain_size"`
	CipherSize   int64  `json:"cipher_size"`
	CipherSHA256 Hash   `json:"cipher_sha256"`
}

// appendJSON writes what encoding/json would: there is one for every small file.
func (o Object) appendJSON(b []byte) []byte {
	b = hex.AppendEncode(append(b, `{"sha256":"`...), o.SHA256[:])
	b = strconv.AppendInt(append(b, `","size":`...), o.Size, 10)
	b = append(b, `,"extents":[`...)
	for i, e := range o.Extents {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, `{"segment":"`...), e.Segment...)
		b = strconv.AppendInt(append(b, `","offset":`...), e.Offset, 10)
		b = strconv.AppendInt(append(b, `,"length":`...), e.Length, 10)
		b = append(b, '}')
	}
	return append(b, ']', '}')
}

// Check refuses an object whose extents cannot be true: a name that is not
// ours, a run outside a segment, lengths that do not add up to Size.
func (o Object) Check() error {
	var sum int64
	for _, e := range o.Extents {
		if !ValidName(e.Segment) || e.Offset < 0 || e.Length <= 0 ||
			e.Offset > segmentSize || e.Length > segmentSize-e.Offset || sum > math.MaxInt64-e.Length {
			return fmt.Errorf("check extent of segment %.40q: %w", e.Segment, ErrInvalid)
		}
		sum += e.Length
	}
	if sum != o.Size {
		return fmt.Errorf("check object: extents hold %d of %d bytes: %w", sum, o.Size, ErrInvalid)
	}
	return nil
}

// Renamed returns the object after segments were written again: names maps old
// names to new ones and may hold several generations.
func (o Object) Renamed(names map[string]string) Object {
	extents := make([]Extent, len(o.Extents))
	for i, e := range o.Extents {
		for range len(names) {
			next, ok := names[e.Segment]
			if !ok {
				break
			}
			e.Segment = next
		}
		extents[i] = e
	}
	o.Extents = extents
	return o
}

// ValidName reports whether name has the form of a segment's name. Names that
// come from outside become paths only after this.
func ValidName(name string) bool { return lowerHex(name, 2*nameBytes) }

const nameBytes = 16

func newName() string {
	var b [nameBytes]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b[:])
}

func lowerHex(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	return true
}
