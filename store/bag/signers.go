package bag

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

const maxSigners = 1000

// errSigners is returned for an allowed_signers file that is not understood in
// full: a rule that is skipped would be a rule that is not kept.
var errSigners = errors.New("not an allowed_signers file of Ed25519 keys")

// allowedSigner is one line of an allowed_signers file, see ssh-keygen(1).
type allowedSigner struct {
	principal  string
	namespaces []string // empty: any
	key        ssh.PublicKey
}

func (a allowedSigner) encode() string {
	return fmt.Sprintf("%s namespaces=\"%s\" %s", a.principal, strings.Join(a.namespaces, ","),
		ssh.MarshalAuthorizedKey(a.key))
}

func (a allowedSigner) allows(namespace string) bool {
	return len(a.namespaces) == 0 || slices.Contains(a.namespaces, namespace)
}

// parseSigners reads an allowed_signers file: empty lines and comments, else
// "PRINCIPAL [namespaces="A,B"] ssh-ed25519 BASE64 [comment]". Patterns,
// certificates and validity times are refused, not ignored.
func parseSigners(data []byte) ([]allowedSigner, error) {
	if len(data) > maxSmallFile {
		return nil, fmt.Errorf("%w: too long", errSigners)
	}
	var out []allowedSigner
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		a, err := parseSigner(line)
		if err == nil && len(out) == maxSigners {
			err = fmt.Errorf("%w: more than %d keys", errSigners, maxSigners)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		out = append(out, a)
	}
	return out, nil
}

func parseSigner(line string) (allowedSigner, error) {
	fields := strings.Fields(line)
	var a allowedSigner
	a.principal, fields = fields[0], fields[1:]
	if !isPrincipal(a.principal) {
		return a, fmt.Errorf("%w: the name %s", errSigners, visible(a.principal))
	}
	if len(fields) > 0 && strings.HasPrefix(fields[0], "namespaces=") {
		names, err := parseNamespaces(strings.TrimPrefix(fields[0], "namespaces="))
		if err != nil {
			return a, err
		}
		a.namespaces, fields = names, fields[1:]
	}
	if len(fields) < 2 || fields[0] != ssh.KeyAlgoED25519 {
		return a, fmt.Errorf("%w: expected ssh-ed25519 and a key", errSigners)
	}
	key, _, _, rest, err := ssh.ParseAuthorizedKey([]byte(fields[0] + " " + fields[1]))
	if err != nil || len(rest) > 0 || key.Type() != ssh.KeyAlgoED25519 {
		return a, fmt.Errorf("%w: the key cannot be read", errSigners)
	}
	a.key = key
	return a, nil
}

func parseNamespaces(quoted string) ([]string, error) {
	text, ok := strings.CutPrefix(quoted, `"`)
	if ok {
		text, ok = strings.CutSuffix(text, `"`)
	}
	names := strings.Split(text, ",")
	for _, n := range names {
		if !ok || !plainSegment(n) {
			return nil, fmt.Errorf("%w: the namespaces %s", errSigners, visible(quoted))
		}
	}
	return names, nil
}

// ownSigners reads an allowed_signers file of a bag, which must be exactly what
// Write would have written.
func ownSigners(data []byte) ([]allowedSigner, error) {
	signers, err := parseSigners(data)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(encodeSigners(signers), data) {
		return nil, fmt.Errorf("%w: not in the form that Posko writes", errSigners)
	}
	return signers, nil
}

func encodeSigners(signers []allowedSigner) []byte {
	var out bytes.Buffer
	for _, s := range signers {
		out.WriteString(s.encode())
	}
	return out.Bytes()
}

func sameKey(a, b ssh.PublicKey) bool {
	return a != nil && b != nil && bytes.Equal(a.Marshal(), b.Marshal())
}
