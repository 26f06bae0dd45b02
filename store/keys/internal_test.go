package keys

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestPasses(t *testing.T) {
	tests := map[time.Duration]uint32{
		0:                      maxPasses, // a clock that stands still
		time.Nanosecond:        maxPasses,
		50 * time.Millisecond:  10,
		166 * time.Millisecond: 3,
		time.Second:            3,
		time.Hour:              3,
	}
	for one, want := range tests {
		if got := passes(one); got != want {
			t.Errorf("passes of %v: %d, want %d", one, got, want)
		}
	}
}

// TestUnseal_SecretMustFitItsPublicHalf: whoever can seal may still have put the wrong name on a key.
func TestUnseal_SecretMustFitItsPublicHalf(t *testing.T) {
	s, err := newSecrets(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := newSecrets(nil)
	if err != nil {
		t.Fatal(err)
	}
	key := make([]byte, wrappingKeyBytes)
	var e envelope
	if err := e.sealAll(key, s, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.unsealAll(key); err != nil {
		t.Fatal(err)
	}
	mislabelled := *e.Device
	mislabelled.Public = devicePublic(other.device)
	if err := e.sealPart(key, partDevice, &mislabelled, s.device.Seed()); err != nil {
		t.Fatal(err)
	}
	e.Device = &mislabelled
	if _, err := e.unsealAll(key); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

// FuzzParseEnvelope: what is read is written back byte for byte, and fits the limits.
func FuzzParseEnvelope(f *testing.F) {
	dir := f.TempDir()
	p, err := NewPassphrase([]byte("fuzzing keys"))
	if err != nil {
		f.Fatal(err)
	}
	cheap := Cost{MemoryKiB: 8, Time: 1, Threads: 1}
	_, err = Create(f.Context(), dir, CreateOptions{
		WorkspaceID: "w", Name: "F <&\u2028>", Passphrase: p, Keychain: None(), Cost: cheap, Floor: cheap,
	})
	if err != nil {
		f.Fatal(err)
	}
	e, err := readOfficerFile(dir)
	if err != nil {
		f.Fatal(err)
	}
	whole, err := e.encode()
	if err != nil {
		f.Fatal(err)
	}
	part, err := IdentityFile(dir)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(part)
	f.Add([]byte(`{"v":2,"checksum":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		// A fuzzer does not find checksums: try the data as it is and with a good one.
		for _, d := range [][]byte{data, withChecksum(data)} {
			e, err := parseEnvelope(d)
			if err != nil {
				if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
					t.Errorf("unknown error %v", err)
				}
				continue
			}
			again, err := e.encode()
			if err != nil || !bytes.Equal(again, d) {
				t.Errorf("read %q, wrote %q, %v", d, again, err)
			}
			if _, err := e.info(); err != nil {
				t.Errorf("valid and yet: %v", err)
			}
		}
	})
}

// withChecksum cuts data at its checksum and puts the right one there.
func withChecksum(data []byte) []byte {
	covered := bytes.LastIndex(data, []byte(checksumKey))
	if covered < 0 {
		return data
	}
	head := bytes.Clone(data[:covered])
	return append(head, `"checksum": "`+checksum(head)+"\"\n}\n"...)
}

// FuzzParseAttempts: what is read is written back byte for byte, and the delay is bounded.
func FuzzParseAttempts(f *testing.F) {
	now := time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC)
	seed, err := json.Marshal(attempts{FailedAttempts{Count: 5, First: now, Last: now}, now})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append(seed, '\n'))
	f.Add([]byte(`{"count":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := parseAttempts(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(a)
		if err != nil || !bytes.Equal(append(again, '\n'), data) {
			t.Errorf("read %q, wrote %q, %v", data, again, err)
		}
		if left, _ := a.wait(now); left < 0 || left > longestDelay {
			t.Errorf("a delay of %v", left)
		}
	})
}
