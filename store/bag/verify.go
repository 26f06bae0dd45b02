package bag

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/store/ledger"
)

// Verify checks the bag in dir: that it is whole and unchanged, that its
// signature is good and by the pinned signer, and that seals, items, custody
// and entries agree with each other and with the ledger's proofs.
//
// The error is ErrIntegrity when a finding is an error, and another one when dir
// could not be read to the end or the pin is not usable. The report is filled
// in as far as Verify came. Nobody may write to dir meanwhile.
func Verify(ctx context.Context, dir string, pin Pin, opts Options) (Report, error) {
	expect, err := readPin(pin, opts)
	if err != nil {
		return Report{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Report{}, fmt.Errorf("open the bag: %w", err)
	}
	defer root.Close() //nolint:errcheck // opened for reading
	v := &verifier{root: root, pin: expect, opts: opts, meter: meter{tell: opts.Progress}, rep: Report{
		Signer: SignerInvalid, Seals: []SealReport{}, Findings: []Finding{},
	}}
	for _, step := range []func(context.Context) error{v.readTags, v.walk, v.absent, v.readInside} {
		if err := step(ctx); err != nil {
			return v.rep, fmt.Errorf("verify the bag: %w", err)
		}
	}
	return v.rep, v.rep.finish()
}

type verifier struct {
	root  *os.Root
	pin   expected
	opts  Options
	meter meter
	rep   Report

	tags    listing // tagmanifest-sha256.txt
	payload listing // manifest-sha256.txt
	info    bagInfo
	key     ssh.PublicKey // that the bag names as its signer's

	heads    map[string]ledger.Head
	entries  map[string]bool // the ids of the entries here
	sealed   map[string]SealedCollection
	withheld map[string]withheldRecord // by item path
}

func (v *verifier) bad(c Code, path, format string, args ...any) {
	v.rep.add(Error, c, path, format, args...)
}

// expected is a Pin after reading.
type expected struct {
	words   []string
	signers []allowedSigner
}

func readPin(pin Pin, opts Options) (expected, error) {
	var e expected
	if e.words = strings.Fields(strings.ToLower(pin.Words)); len(e.words) > 0 && opts.Words == nil {
		return e, fmt.Errorf("%w: no way to make words of a key", ErrPin)
	}
	if len(e.words) > 0 && len(e.words) != 12 {
		return e, fmt.Errorf("%w: %d words, expected 12", ErrPin, len(e.words))
	}
	if len(pin.Signers) == 0 {
		return e, nil
	}
	var err error
	if e.signers, err = parseSigners(pin.Signers); err == nil && len(e.signers) == 0 {
		err = errors.New("no key in it")
	}
	if err != nil {
		return e, fmt.Errorf("%w: %w", ErrPin, err)
	}
	return e, nil
}

// judge says what the pin makes of a key.
func (e expected) judge(key ssh.PublicKey, namespace string, words []string) SignerState {
	if len(e.words) == 0 && len(e.signers) == 0 {
		return SignerUnpinned
	}
	if len(e.words) > 0 && !slices.Equal(e.words, words) {
		return SignerWrong
	}
	if len(e.signers) > 0 && !slices.ContainsFunc(e.signers, func(a allowedSigner) bool {
		return sameKey(a.key, key) && a.allows(namespace)
	}) {
		return SignerWrong
	}
	return SignerPinned
}

func (v *verifier) words(key ssh.PublicKey) []string {
	if v.opts.Words == nil {
		return nil
	}
	return v.opts.Words(key)
}

// small reads a file that must exist, be a plain file, and be short. A missing
// file is found by walk or absent, or is missed here.
func (v *verifier) small(path string, limit int64) ([]byte, bool, error) {
	f, ok, err := v.open(path)
	if err != nil || !ok {
		return nil, false, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", path, err)
	}
	if int64(len(data)) > limit {
		v.bad(CodeLimit, path, "%s is longer than %d bytes", path, limit)
		return nil, false, nil
	}
	return data, true, nil
}

// open opens a plain file below the bag. It is false when there is none; a pipe
// or device is never opened, because that could wait for ever.
func (v *verifier) open(path string) (*os.File, bool, error) {
	before, err := v.root.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !before.Mode().IsRegular() {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("look at %s: %w", path, err)
	}
	f, err := v.root.Open(path)
	if err != nil {
		return nil, false, fmt.Errorf("open %s: %w", path, err)
	}
	if now, err := f.Stat(); err != nil || !os.SameFile(before, now) {
		return nil, false, errors.Join(fmt.Errorf("open %s: it was replaced meanwhile", path), err, f.Close())
	}
	return f, true, nil
}
