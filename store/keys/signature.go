package keys

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

const maxArmored = 8 * kib // an Ed25519 signature takes about 300 bytes

// ErrSignature is returned for a signature that does not prove what it should.
var ErrSignature = errors.New("signature does not verify")

// VerifySignature checks an armored SSHSIG over message: made by exactly this Ed25519 key, in
// exactly this namespace, over SHA-512 or SHA-256. Nothing may stand before or after the armor,
// so that one signature has one form. A failing reader is reported as such, not as ErrSignature.
func VerifySignature(pub ssh.PublicKey, namespace string, message io.Reader, armored []byte) error {
	if pub == nil || pub.Type() != ssh.KeyAlgoED25519 {
		return fmt.Errorf("%w: the officer's key is not Ed25519", ErrSignature)
	}
	sig, err := parseSignature(armored)
	if err != nil {
		return err
	}
	if !bytes.Equal(sig.PublicKey.Marshal(), pub.Marshal()) {
		return fmt.Errorf("%w: made by another key", ErrSignature)
	}
	if namespace == "" || sig.Namespace != namespace {
		return fmt.Errorf("%w: made for %q, not for %q", ErrSignature, sig.Namespace, namespace)
	}
	in := &failingReader{r: message}
	if err := sshsig.Verify(in, sig, pub, sig.HashAlgorithm, namespace); err != nil {
		if in.err != nil {
			return fmt.Errorf("read signed message: %w", in.err)
		}
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return nil
}

// parseSignature reads one armored Ed25519 signature and refuses every other form of it.
func parseSignature(armored []byte) (*sshsig.Signature, error) {
	if len(armored) > maxArmored {
		return nil, fmt.Errorf("%w: too long", ErrSignature)
	}
	block, rest := pem.Decode(armored)
	if block == nil || block.Type != sshsig.PEMType || len(block.Headers) > 0 ||
		!bytes.HasPrefix(armored, []byte("-----BEGIN")) || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("%w: not one armored SSH signature", ErrSignature)
	}
	sig, err := sshsig.ParseSignature(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	// The library ignores the reserved field and bytes after the signature proper.
	if sig.PublicKey.Type() != ssh.KeyAlgoED25519 || sig.Signature.Format != ssh.KeyAlgoED25519 ||
		len(sig.Signature.Rest) > 0 || !bytes.Equal(sig.Marshal(), block.Bytes) {
		return nil, fmt.Errorf("%w: not a plain Ed25519 signature", ErrSignature)
	}
	return sig, nil
}

// failingReader remembers a read error, which says nothing about the signature.
type failingReader struct {
	r   io.Reader
	err error
}

// Read remembers why it failed.
func (f *failingReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err // as it is: io.EOF must pass
}
