package sheet

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

const (
	version = 1

	// Lines is how many lines the code of a half has.
	Lines     = 8
	lineBytes = 10
	markBytes = 13
	redacted  = "[redacted]"

	shareBytes = AnchorBytes + identityBytes
	headBytes  = 1 + 1 + 2 + 2 + len(Tag{}) + markBytes // version, half, sheet, day, workspace, mark
)

// A half fills its lines exactly.
const _ = uint(Lines*lineBytes-headBytes-shareBytes) + uint(headBytes+shareBytes-Lines*lineBytes)

// about is what both halves of a sheet say of it.
type about struct {
	Workspace Tag
	Sheet     int
	Day       time.Time
	mark      [markBytes]byte
}

// Half is one of the two halves of a sheet.
type Half struct {
	about
	Number int // 1 or 2

	share [shareBytes]byte
}

// Code are the lines that are printed: number, colon, four groups of four
// letters, and a group that checks the line.
func (h *Half) Code() []string {
	data := []byte{version, byte(h.Number)}
	data = binary.BigEndian.AppendUint16(data, uint16(h.Sheet))
	data = binary.BigEndian.AppendUint16(data, dayNumber(h.Day))
	data = append(data, h.Workspace[:]...)
	data = append(data, h.mark[:]...)
	data = append(data, h.share[:]...)
	defer clear(data)
	lines := make([]string, Lines)
	for i := range lines {
		part := data[i*lineBytes : (i+1)*lineBytes]
		text := encode32(part) + checkOf(i+1, part)
		lines[i] = fmt.Sprintf("%d: %s %s %s %s  %s", i+1, text[:4], text[4:8], text[8:12], text[12:16], text[16:])
	}
	return lines
}

// Format redacts under every verb.
func (h *Half) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// fromBytes reads what Code wrote.
func fromBytes(data [Lines * lineBytes]byte) (*Half, error) {
	defer clear(data[:])
	if data[0] != version {
		return nil, ErrNewer
	}
	h := &Half{Number: int(data[1])}
	h.Sheet = int(binary.BigEndian.Uint16(data[2:]))
	h.Day = dayOf(binary.BigEndian.Uint16(data[4:]))
	rest := data[6:]
	copy(h.Workspace[:], rest)
	copy(h.mark[:], rest[len(h.Workspace):])
	copy(h.share[:], data[headBytes:])
	if h.Number < 1 || h.Number > 2 || h.Sheet < 1 {
		return nil, ErrNoHalf
	}
	return h, nil
}

// checkOf is a line's checksum: 20 bits, so that one mistake in a million passes.
// The line's number is in it, so that lines cannot change places.
func checkOf(line int, part []byte) string {
	sum := sha256.Sum256(append([]byte("posko recovery half v1\x00"), append([]byte{byte(line)}, part...)...))
	return encode32(sum[:5])[:4]
}
