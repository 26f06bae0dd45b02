package sheet

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
)

// AnchorBytes is how much of the workspace's anchor a sheet keeps.
const AnchorBytes = 16

// MaxNumber is the highest number that a sheet can have.
const MaxNumber = 1<<16 - 1

// Tag stands for a workspace's id on the halves.
type Tag [8]byte

// TagOf is the tag of a workspace's id.
func TagOf(workspace string) Tag {
	sum := sha256.Sum256([]byte("posko recovery sheet v1: workspace\x00" + workspace))
	return Tag(sum[:8])
}

// Errors of joining two halves. Match with errors.Is.
var (
	// ErrSameHalf is returned for two copies of one half.
	ErrSameHalf = errors.New("these are two copies of the same half; ask the other custodian for the other half")
	// ErrOtherWorkspace is returned for halves of two workspaces.
	ErrOtherWorkspace = errors.New("the halves are of two different workspaces; compare the workspace that is printed on each")
	// ErrOtherSheet is returned for halves of two sheets.
	ErrOtherSheet = errors.New("the halves are of two different sheets; both must have the same sheet number and the same twelve words")
	// ErrWrongHalves is returned for halves that give no secret together.
	ErrWrongHalves = errors.New("the halves do not fit together: a line is of another half; compare every line with the paper")
)

// Sheet is a recovery sheet in one piece.
type Sheet struct {
	Workspace Tag
	Number    int       // counts the sheets of a workspace from 1
	Day       time.Time // only the day is kept
	Anchor    [AnchorBytes]byte
	Identity  *age.HybridIdentity
}

// Fingerprint tells which sheet it is: it binds everything that is in it.
func (s *Sheet) Fingerprint() [sha256.Size]byte {
	h := sha256.New()
	h.Write([]byte("posko recovery sheet v1\x00"))
	h.Write(s.Workspace[:])
	h.Write(binary.BigEndian.AppendUint16(nil, uint16(s.Number)))
	h.Write(binary.BigEndian.AppendUint16(nil, dayNumber(s.Day)))
	h.Write(s.Anchor[:])
	h.Write([]byte(s.Identity.Recipient().String()))
	return [sha256.Size]byte(h.Sum(nil))
}

// Split makes the two halves. Every call draws a new pad: halves of two calls do
// not fit together.
func (s *Sheet) Split() ([2]*Half, error) {
	if s.Number < 1 || s.Number > MaxNumber {
		return [2]*Half{}, fmt.Errorf("split recovery sheet: no sheet can have the number %d", s.Number)
	}
	secret, err := s.secret()
	if err != nil {
		return [2]*Half{}, err
	}
	defer clear(secret[:])
	about := about{Workspace: s.Workspace, Sheet: s.Number, Day: dayOf(dayNumber(s.Day)), mark: s.mark()}
	one, two := &Half{about: about, Number: 1}, &Half{about: about, Number: 2}
	_, _ = rand.Read(one.share[:]) // never fails: crypto/rand ends the program first
	subtle.XORBytes(two.share[:], one.share[:], secret[:])
	return [2]*Half{one, two}, nil
}

// Join puts the secret together. The halves come in any order.
func Join(a, b *Half) (*Sheet, error) {
	switch {
	case a.Workspace != b.Workspace:
		return nil, ErrOtherWorkspace
	case a.about != b.about:
		return nil, fmt.Errorf("%w (sheet %d of %s, sheet %d of %s)", ErrOtherSheet,
			a.Sheet, a.Day.Format(time.DateOnly), b.Sheet, b.Day.Format(time.DateOnly))
	case a.Number == b.Number:
		return nil, ErrSameHalf
	}
	var secret [shareBytes]byte
	defer clear(secret[:])
	subtle.XORBytes(secret[:], a.share[:], b.share[:])
	s := &Sheet{Workspace: a.Workspace, Number: a.Sheet, Day: a.Day}
	if err := s.take(secret); err != nil || s.mark() != a.mark {
		return nil, ErrWrongHalves
	}
	return s, nil
}

// Format redacts under every verb: the identity opens everything.
func (s *Sheet) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

func (s *Sheet) mark() [markBytes]byte {
	sum := s.Fingerprint()
	return [markBytes]byte(sum[:markBytes])
}

// secret is what is split: the anchor, and the identity's letters at five bits
// each, its own checksum among them.
func (s *Sheet) secret() (out [shareBytes]byte, err error) {
	copy(out[:], s.Anchor[:])
	letters, ok := packIdentity(s.Identity.String())
	if !ok { // a later age library writes them differently
		return out, errors.New("split recovery sheet: the age identity is not in the form that fits on a sheet")
	}
	copy(out[AnchorBytes:], letters[:])
	return out, nil
}

func (s *Sheet) take(secret [shareBytes]byte) error {
	copy(s.Anchor[:], secret[:AnchorBytes])
	var err error
	s.Identity, err = age.ParseHybridIdentity(unpackIdentity([identityBytes]byte(secret[AnchorBytes:])))
	return err
}

const secondsOfDay = 24 * 60 * 60

func dayNumber(t time.Time) uint16 { return uint16(t.Unix() / secondsOfDay) }

func dayOf(n uint16) time.Time { return time.Unix(int64(n)*secondsOfDay, 0).UTC() }
