package bag

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"filippo.io/age"
)

// maxBuffered bounds what WriteEncrypted holds in memory: a tar names a file's
// size before its bytes, and lists have none until they end.
const maxBuffered = 256 << 20

// ParseRecipients reads age recipients, one a line. All must be of one kind:
// age refuses X25519 and hybrid ones in one file, because the weaker would
// decide. A court with an older age needs a copy of its own.
func ParseRecipients(text string) ([]age.Recipient, error) {
	recipients, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecipients, err)
	}
	return recipients, oneKind(recipients)
}

func oneKind(recipients []age.Recipient) error {
	hybrid := 0
	for _, r := range recipients {
		if _, ok := r.(*age.HybridRecipient); ok {
			hybrid++
		}
	}
	switch {
	case len(recipients) == 0:
		return fmt.Errorf("%w: none given", ErrRecipients)
	case hybrid > 0 && hybrid < len(recipients):
		return fmt.Errorf("%w: post-quantum and X25519 ones in one file; make one file for each kind", ErrRecipients)
	}
	return nil
}

// WriteEncrypted writes a bag as a tar inside one new age file. Nothing of it
// touches the disk in clear. After an error the file is removed.
func WriteEncrypted(ctx context.Context, file string, to []age.Recipient, c Contents, sign Signer, opts Options) (Summary, error) {
	if err := errors.Join(oneKind(to), c.check()); err != nil {
		return Summary{}, err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Summary{}, fmt.Errorf("create the encrypted bag: %w", err)
	}
	sealed, err := age.Encrypt(f, to...)
	if err != nil {
		return Summary{}, errors.Join(fmt.Errorf("%w: %w", ErrRecipients, err), f.Close(), os.Remove(file))
	}
	out := &archive{
		file: f, sealed: sealed, tar: tar.NewWriter(sealed),
		prefix: "posko-" + c.Case + "/", created: c.Created.UTC().Truncate(time.Second),
	}
	return writeTo(ctx, out, c, sign, opts)
}

// archive is a sink into an encrypted tar.
type archive struct {
	file    *os.File
	sealed  io.WriteCloser
	tar     *tar.Writer
	prefix  string
	created time.Time
	held    int64 // bytes buffered now
}

func (a *archive) create(path string, size int64) (io.WriteCloser, error) {
	if size < 0 {
		return &buffered{archive: a, path: path}, nil
	}
	return noClose{a.tar}, a.header(path, size)
}

func (a *archive) header(path string, size int64) error {
	return a.tar.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: a.prefix + path, Size: size, Mode: 0o600, ModTime: a.created,
	})
}

// sync does nothing: until close, what is there does not decrypt to its end.
func (a *archive) sync() error { return nil }

func (a *archive) abort() error {
	if err := errors.Join(a.file.Close(), os.Remove(a.file.Name())); err != nil {
		return fmt.Errorf("%w: %w", ErrLeft, err)
	}
	return nil
}

// close ends tar, age and file, in this order.
func (a *archive) close() error {
	err := errors.Join(a.tar.Close(), a.sealed.Close())
	if err == nil {
		err = a.file.Sync()
	}
	if err != nil {
		return errors.Join(err, a.abort())
	}
	return a.file.Close()
}

// noClose is a file of known size inside the tar, which ends by itself.
type noClose struct{ *tar.Writer }

// Close says whether all bytes came.
func (n noClose) Close() error { return n.Flush() }

// buffered is a file of unknown size, kept in memory until it ends.
type buffered struct {
	bytes.Buffer
	archive *archive
	path    string
}

// Write implements io.Writer.
func (b *buffered) Write(p []byte) (int, error) {
	if b.archive.held += int64(len(p)); b.archive.held > maxBuffered {
		return 0, fmt.Errorf("lists of more than %d MiB; export to an encrypted disk instead: %w", maxBuffered>>20, ErrContents)
	}
	return b.Buffer.Write(p)
}

// Close writes the file into the tar.
func (b *buffered) Close() error {
	size := int64(b.Len())
	b.archive.held -= size
	if err := b.archive.header(b.path, size); err != nil {
		return err
	}
	_, err := b.WriteTo(b.archive.tar)
	return err
}
