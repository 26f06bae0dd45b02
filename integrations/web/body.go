package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// counted is a body on its way: hashed, and ended at a limit.
type counted struct {
	from   io.Reader
	left   int64
	digest hash.Hash
	size   int64
	cut    bool
	err    error // why it ended early
}

func count(from io.Reader, limit int64) *counted {
	return &counted{from: from, left: limit, digest: sha256.New()}
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	switch {
	case len(p) == 0:
		return 0, nil
	case c.cut:
		return 0, io.EOF
	case c.left == 0:
		p = p[:1] // is there more?
	default:
		p = p[:min(int64(len(p)), c.left)]
	}
	n, err := c.from.Read(p)
	if n > 0 && c.left == 0 {
		c.cut = true
		return 0, io.EOF
	}
	c.left -= int64(n)
	c.size += int64(n)
	_, _ = c.digest.Write(p[:n]) // a hash never fails
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

func (c *counted) describe(b *Body) {
	b.Size, b.Cut, b.SHA256 = c.size, c.cut, hex.EncodeToString(c.digest.Sum(nil))
	if c.err != nil {
		b.Problem = valid(c.err.Error())
	}
}
