package bag

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

const maxArmored = 8 << 10

// errSignature is returned for a signature that does not prove what it should.
var errSignature = errors.New("the signature does not verify")

// Signer makes an armored SSHSIG over message in a namespace.
type Signer func(ctx context.Context, namespace string, message io.Reader) ([]byte, error)

// checkSignature checks an armored SSHSIG over message: by exactly this Ed25519
// key, in exactly this namespace, and nothing around the armor.
func checkSignature(key ssh.PublicKey, namespace string, message, armored []byte) error {
	if len(armored) > maxArmored {
		return fmt.Errorf("%w: too long", errSignature)
	}
	block, rest := pem.Decode(armored)
	if block == nil || block.Type != sshsig.PEMType || len(block.Headers) > 0 ||
		!bytes.HasPrefix(armored, []byte("-----BEGIN")) || len(bytes.TrimSpace(rest)) > 0 {
		return fmt.Errorf("%w: not one armored SSH signature", errSignature)
	}
	sig, err := sshsig.ParseSignature(block.Bytes)
	if err != nil {
		return fmt.Errorf("%w: %w", errSignature, err)
	}
	switch {
	case sig.PublicKey.Type() != ssh.KeyAlgoED25519 || sig.Signature.Format != ssh.KeyAlgoED25519 ||
		len(sig.Signature.Rest) > 0 || !bytes.Equal(sig.Marshal(), block.Bytes):
		return fmt.Errorf("%w: not a plain Ed25519 signature", errSignature)
	case sig.Namespace != namespace:
		return fmt.Errorf("%w: made for %s, not for %s", errSignature, visible(sig.Namespace), namespace)
	case !sameKey(sig.PublicKey, key):
		return fmt.Errorf("%w: made by the key %s", errSignature, ssh.FingerprintSHA256(sig.PublicKey))
	}
	if err := sshsig.Verify(bytes.NewReader(message), sig, key, sig.HashAlgorithm, namespace); err != nil {
		return fmt.Errorf("%w: %w", errSignature, err)
	}
	return nil
}
