package keys_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/store/keys"
)

const (
	namespace = "posko-seal-v1"
	noHash    = crypto.Hash(0)
)

func bytesOf(text string) io.Reader { return strings.NewReader(text) }

func sign(t *testing.T, u *keys.Unlocked, message string) []byte {
	t.Helper()
	armored, err := u.SignAuthority(namespace, bytesOf(message))
	if err != nil {
		t.Fatal(err)
	}
	return armored
}

func TestDeviceSigner(t *testing.T) {
	u := create(t, newDir(t), keys.None())
	sig, err := u.DeviceSigner().Sign(rand.Reader, []byte("checkpoint"), noHash)
	if err != nil {
		t.Fatal(err)
	}
	if !ed25519.Verify(u.DevicePublic(), []byte("checkpoint"), sig) || ed25519.Verify(u.DevicePublic(), []byte("other"), sig) {
		t.Error("the device's signature does not verify as it should")
	}
	if bytes.Equal(u.DevicePublic(), u.Officer().Authority.Marshal()[19:]) {
		t.Error("device and authority share a key")
	}
}

func TestSignAuthority_OpenSSHAccepts(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Fatal("ssh-keygen is missing; run: apt-get install openssh-client")
	}
	u := create(t, newDir(t), keys.None())
	dir := t.TempDir()
	signers, sigFile := filepath.Join(dir, "allowed_signers"), filepath.Join(dir, "sig")
	if err := os.WriteFile(signers, []byte("sari@example.org "+string(keys.KeyFile(u.Officer().Authority))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(sigFile, sign(t, u, "sealed"), 0o600); err != nil {
		t.Fatal(err)
	}
	verify := func(space, message string) error {
		cmd := exec.CommandContext(t.Context(), "ssh-keygen", "-Y", "verify",
			"-f", signers, "-I", "sari@example.org", "-n", space, "-s", sigFile)
		cmd.Stdin = bytesOf(message)
		return cmd.Run()
	}
	if err := verify(namespace, "sealed"); err != nil {
		t.Errorf("ssh-keygen refuses: %v", err)
	}
	if verify(namespace, "altered") == nil || verify("posko-approval-v1", "sealed") == nil {
		t.Error("ssh-keygen accepts what it should refuse")
	}
}

func TestVerifySignature(t *testing.T) {
	u := create(t, newDir(t), keys.None())
	other := create(t, newDir(t), keys.None())
	pub, good := u.Officer().Authority, sign(t, u, "sealed")
	tests := map[string]struct {
		pub       ssh.PublicKey
		namespace string
		message   io.Reader
		armored   []byte
		want      error
	}{
		"good":                  {pub, namespace, bytesOf("sealed"), good, nil},
		"sha-256":               {pub, namespace, bytesOf("sealed"), good256(t), keys.ErrSignature}, // of another key
		"other message":         {pub, namespace, bytesOf("Sealed"), good, keys.ErrSignature},
		"other namespace":       {pub, "posko-approval-v1", bytesOf("sealed"), good, keys.ErrSignature},
		"no namespace":          {pub, "", bytesOf("sealed"), good, keys.ErrSignature},
		"other key":             {other.Officer().Authority, namespace, bytesOf("sealed"), good, keys.ErrSignature},
		"no key":                {nil, namespace, bytesOf("sealed"), good, keys.ErrSignature},
		"no signature":          {pub, namespace, bytesOf("sealed"), nil, keys.ErrSignature},
		"text before":           {pub, namespace, bytesOf("sealed"), append([]byte("x\n"), good...), keys.ErrSignature},
		"text after":            {pub, namespace, bytesOf("sealed"), append(bytes.Clone(good), 'x'), keys.ErrSignature},
		"twice":                 {pub, namespace, bytesOf("sealed"), bytes.Repeat(good, 2), keys.ErrSignature},
		"huge":                  {pub, namespace, bytesOf("sealed"), bytes.Repeat([]byte("\n"), 1<<20), keys.ErrSignature},
		"data behind":           {pub, namespace, bytesOf("sealed"), padded(t, good), keys.ErrSignature},
		"rest in signature":     {pub, namespace, bytesOf("sealed"), withRest(t, good), keys.ErrSignature},
		"message does not read": {pub, namespace, iotest.ErrReader(io.ErrUnexpectedEOF), good, io.ErrUnexpectedEOF},
	}
	for name, tt := range tests {
		err := keys.VerifySignature(tt.pub, tt.namespace, tt.message, tt.armored)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	err := keys.VerifySignature(pub, namespace, iotest.ErrReader(io.ErrUnexpectedEOF), good)
	if errors.Is(err, keys.ErrSignature) {
		t.Errorf("a read error passes for a forgery: %v", err)
	}
}

// good256 is a valid signature over SHA-256, by a key of its own.
func good256(t *testing.T) []byte {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := sshsig.Sign(bytesOf("sealed"), signer, sshsig.HashSHA256, namespace)
	if err != nil {
		t.Fatal(err)
	}
	armored := sshsig.Armor(sig)
	if err := keys.VerifySignature(signer.PublicKey(), namespace, bytesOf("sealed"), armored); err != nil {
		t.Errorf("SHA-256 under its own key: %v", err)
	}
	return armored
}

func padded(t *testing.T, armored []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(armored)
	block.Bytes = append(block.Bytes, 0)
	return pem.EncodeToMemory(block)
}

func withRest(t *testing.T, armored []byte) []byte {
	t.Helper()
	sig, err := sshsig.Unarmor(armored)
	if err != nil {
		t.Fatal(err)
	}
	sig.Signature.Rest = []byte("malleable")
	return sshsig.Armor(sig)
}
