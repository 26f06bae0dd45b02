package keys_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

// TestDamage_EveryFlippedBit: damage is told from a wrong passphrase, wherever it is.
func TestDamage_EveryFlippedBit(t *testing.T) {
	dir := newDir(t)
	create(t, dir, &keystest.Keychain{})
	intact := readOfficer(t, dir)
	for i := range intact {
		for _, bit := range []byte{1, 2, 0x20} {
			flipped := bytes.Clone(intact)
			flipped[i] ^= bit
			if _, err := keys.PeekIdentity(flipped); !errors.Is(err, keys.ErrDamaged) {
				t.Fatalf("byte %d (%q), bit %#x: %v", i, intact[i], bit, err)
			}
		}
	}
	for _, n := range []int{0, 1, len(intact) / 2, len(intact) - 1} {
		writeOfficer(t, dir, intact[:n])
		if _, err := unlock(t, dir, keys.None(), right); !errors.Is(err, keys.ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	noAttempts(t, dir)
}

// resealed is a key file with something replaced and the checksum made good again.
func resealed(t *testing.T, data []byte, old, replacement string) []byte {
	t.Helper()
	if n := strings.Count(string(data), old); n != 1 {
		t.Fatalf("%q stands %d times in the key file", old, n)
	}
	data = bytes.Replace(data, []byte(old), []byte(replacement), 1)
	covered := bytes.LastIndex(data, []byte(`"checksum"`))
	sum := sha256.Sum256(data[:covered])
	return append(data[:covered:covered], `"checksum": "`+hex.EncodeToString(sum[:])+"\"\n}\n"...)
}

func TestHostileKeyFile(t *testing.T) {
	tests := map[string]struct {
		old, new string
		want     error
	}{
		"nothing changed":        {`"v": 1`, `"v": 1`, nil},
		"newer version":          {`"v": 1`, `"v": 2`, keys.ErrNewer},
		"version nought":         {`"v": 1`, `"v": 0`, keys.ErrDamaged},
		"eats all memory":        {`"m": 64`, `"m": 4294967295`, keys.ErrCost},
		"works for ever":         {`"t": 1`, `"t": 4294967295`, keys.ErrCost},
		"no pass at all":         {`"t": 1`, `"t": 0`, keys.ErrCost},
		"no lane at all":         {`"p": 1`, `"p": 0`, keys.ErrCost},
		"too many lanes":         {`"p": 1`, `"p": 255`, keys.ErrCost},
		"keychain left out":      {`"keychain": true`, `"keychain": false`, keys.ErrDamaged},
		"another name":           {`"Sari Wibowo"`, `"Sari Wibawa"`, keys.ErrWrongPassphrase},
		"same name, other case":  {"{\n  \"v\": 1,", "{\n  \"v\": 1,\n  \"V\": 1,", keys.ErrDamaged},
		"same member twice":      {`"v": 1`, `"v": 1, "v": 1`, keys.ErrDamaged},
		"unknown member":         {`"v": 1`, `"v": 1, "x": 1`, keys.ErrDamaged},
		"name in other case":     {`"officer":`, `"Officer":`, keys.ErrDamaged},
		"other white space":      {`"v": 1`, `"v":  1`, keys.ErrDamaged},
		"path in the officer id": {`"workspace": "w1"`, `"workspace": "../w"`, keys.ErrDamaged},
		"another workspace":      {`"workspace": "w1"`, `"workspace": "w2"`, keys.ErrOtherWorkspace},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir, k := newDir(t), &keystest.Keychain{}
			create(t, dir, k)
			writeOfficer(t, dir, resealed(t, readOfficer(t, dir), tt.old, tt.new))
			if _, err := unlock(t, dir, k, right); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// TestHostileKeyFile_PartsDoNotMix: a part opens only in its own place and file, and a key file
// of which some parts open is damaged, not locked by another passphrase.
func TestHostileKeyFile_PartsDoNotMix(t *testing.T) {
	dir, k := newDir(t), &keystest.Keychain{}
	create(t, dir, k)
	own := readOfficer(t, dir)
	otherDir := newDir(t)
	create(t, otherDir, k)
	other := readOfficer(t, otherDir)
	for _, part := range []string{"authority", "identity", "device"} {
		mixed := resealed(t, own, rawPart(t, own, part), rawPart(t, other, part))
		writeOfficer(t, dir, mixed)
		if _, err := unlock(t, dir, k, right); !errors.Is(err, keys.ErrDamaged) {
			t.Errorf("%s of another officer: %v", part, err)
		}
	}
	noAttempts(t, dir)
}

// rawPart is a part of a key file as it stands there.
func rawPart(t *testing.T, data []byte, name string) string {
	t.Helper()
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		t.Fatal(err)
	}
	return string(parts[name])
}

func TestKeyFile_MustBeAPlainSmallFile(t *testing.T) {
	place := map[string]func(path string) error{
		"folder": func(path string) error { return os.MkdirAll(path, 0o700) },
		"link":   func(path string) error { return os.Symlink("elsewhere", path) },
		"huge":   func(path string) error { return os.WriteFile(path, make([]byte, 1<<20), 0o600) },
		"empty":  func(path string) error { return os.WriteFile(path, nil, 0o600) },
	}
	for name, put := range place {
		dir := t.TempDir()
		if err := put(filepath.Join(dir, "officer.json")); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Peek(dir); !errors.Is(err, keys.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := keys.Create(t.Context(), dir, createOptions(t, keys.None())); !errors.Is(err, keys.ErrExists) {
			t.Errorf("%s: create: %v", name, err)
		}
	}
}
