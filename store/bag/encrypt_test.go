package bag

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

func x25519(t *testing.T) (*age.X25519Identity, []age.Recipient) {
	t.Helper()
	id := must[*age.X25519Identity](t)(age.GenerateX25519Identity())
	return id, must[[]age.Recipient](t)(ParseRecipients("# court\n" + id.Recipient().String() + "\n"))
}

func hybrid(t *testing.T) (*age.HybridIdentity, []age.Recipient) {
	t.Helper()
	id := must[*age.HybridIdentity](t)(age.GenerateHybridIdentity())
	return id, must[[]age.Recipient](t)(ParseRecipients(id.Recipient().String()))
}

// untar unpacks an archive that holds one folder of plain files and returns it.
func untar(t *testing.T, r io.Reader) string {
	t.Helper()
	dir := t.TempDir()
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return filepath.Join(dir, "posko-A-7")
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg || !plainPath(strings.TrimPrefix(h.Name, "posko-A-7/")) {
			t.Fatalf("the archive holds %q", h.Name)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		data := must[[]byte](t)(io.ReadAll(in))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriteEncrypted(t *testing.T) {
	ana := newPerson(t, "ana")
	oldID, oldTo := x25519(t)
	newID, newTo := hybrid(t)
	for name, c := range map[string]struct {
		id age.Identity
		to []age.Recipient
	}{"x25519": {oldID, oldTo}, "hybrid": {newID, newTo}} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bag.age")
			if _, err := WriteEncrypted(t.Context(), file, c.to, fixture(t, ana), ana.sign, withWords); err != nil {
				t.Fatal(err)
			}
			f := must[*os.File](t)(os.Open(file))
			defer f.Close()
			dir := untar(t, must[io.Reader](t)(age.Decrypt(f, c.id)))
			if _, err := Verify(t.Context(), dir, Pin{Words: strings.Join(words(ana.Key), " ")}, withWords); err != nil {
				t.Error(err)
			}
			if _, err := WriteEncrypted(t.Context(), file, c.to, fixture(t, ana), ana.sign, withWords); !errors.Is(err, fs.ErrExist) {
				t.Errorf("written over an existing file: %v", err)
			}
		})
	}
}

// A court has age and tar, of whatever year.
func TestEncryptedBagOpensWithTheTools(t *testing.T) {
	ana := newPerson(t, "ana")
	id, to := x25519(t)
	dir := t.TempDir()
	file, key := filepath.Join(dir, "bag.age"), filepath.Join(dir, "key")
	if _, err := WriteEncrypted(t.Context(), file, to, fixture(t, ana), ana.sign, withWords); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, []byte(id.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "age -d -i key bag.age | tar -x")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s (install it with: apt-get install age)", err, out)
	}
	runsClean(t, filepath.Join(dir, "posko-A-7"))
}

func TestEncryptedBagLeavesNothingAfterAnError(t *testing.T) {
	ana := newPerson(t, "ana")
	_, to := x25519(t)
	c := fixture(t, ana)
	c.Custody = failing[CustodyEvent]
	file := filepath.Join(t.TempDir(), "bag.age")
	if _, err := WriteEncrypted(t.Context(), file, to, c, ana.sign, withWords); !errors.Is(err, errInjected) {
		t.Errorf("got %v", err)
	}
	mustBeEmpty(t, filepath.Dir(file))
}

func TestEncryptedBagCutShortDoesNotOpen(t *testing.T) {
	ana := newPerson(t, "ana")
	id, to := x25519(t)
	file := filepath.Join(t.TempDir(), "bag.age")
	if _, err := WriteEncrypted(t.Context(), file, to, fixture(t, ana), ana.sign, withWords); err != nil {
		t.Fatal(err)
	}
	data := must[[]byte](t)(os.ReadFile(file))
	r, err := age.Decrypt(bytes.NewReader(data[:len(data)-20]), id)
	if err == nil {
		_, err = io.ReadAll(r)
	}
	if err == nil {
		t.Error("a cut file decrypts to its end")
	}
}

func TestParseRecipientsRefuses(t *testing.T) {
	oldID, oldTo := x25519(t)
	newID, newTo := hybrid(t)
	for name, text := range map[string]string{
		"nothing": "", "a comment": "# none\n", "garbage": "age1garbage",
		"a secret": oldID.String(),
		"both":     oldID.Recipient().String() + "\n" + newID.Recipient().String(),
	} {
		_, err := ParseRecipients(text)
		if !errors.Is(err, ErrRecipients) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "AGE-SECRET") {
			t.Errorf("%s: the error tells the secret", name)
		}
	}
	ana := newPerson(t, "ana")
	file := filepath.Join(t.TempDir(), "bag.age")
	both := append(oldTo, newTo...)
	if _, err := WriteEncrypted(t.Context(), file, both, fixture(t, ana), ana.sign, withWords); !errors.Is(err, ErrRecipients) {
		t.Errorf("both kinds: %v", err)
	}
	mustBeEmpty(t, filepath.Dir(file))
}
