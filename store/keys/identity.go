package keys

import (
	"context"
	"fmt"

	"filippo.io/age"
)

// IdentityFile returns the bytes that a backup may carry: the key file in dir with the age
// identity as its only part, still sealed by passphrase and keychain secret.
func IdentityFile(dir string) ([]byte, error) {
	e, err := readOfficerFile(dir)
	if err != nil {
		return nil, err
	}
	e.Authority, e.Device = nil, nil
	return e.encode()
}

// UnlockIdentity opens an identity file, or the identity alone of a whole key file. A wrong
// passphrase is ErrWrongPassphrase and counted nowhere: the bytes are no folder. The keychain is
// this machine's: elsewhere its secret is missing, and ErrSecretMissing says so. It returns the
// anchor too.
func UnlockIdentity(ctx context.Context, data []byte, o UnlockOptions) (*age.HybridIdentity, Officer, []byte, error) {
	e, err := parseEnvelope(data)
	if err != nil {
		return nil, Officer{}, nil, err
	}
	e.Authority, e.Device = nil, nil
	if err := o.fits(e); err != nil {
		return nil, Officer{}, nil, err
	}
	secret, err := readSecret(ctx, o.Keychain, &e.header)
	if err != nil {
		return nil, Officer{}, nil, err
	}
	defer clear(secret)
	if err := ctx.Err(); err != nil {
		return nil, Officer{}, nil, fmt.Errorf("unlock identity file: %w", err)
	}
	s, err := e.openWith(o.Passphrase, secret)
	if err != nil {
		return nil, Officer{}, nil, err
	}
	return s.identity, e.officer(publics{recipient: s.identity.Recipient()}), e.Anchor, nil
}
