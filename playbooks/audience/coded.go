package audience

import (
	"bytes"
	"encoding/base64"
)

// minCoded is the shortest run of base64 that is read: shorter ones are words.
const minCoded = 16

// maxHidden is how many bytes that are no text a text may hold in base64.
// More is a picture or an archive in it, which nobody can search.
const maxHidden = 200

// A decoder reads the base64 in a text, of a mail's body, a token, a data
// address. Lines that are nothing else go on in the next.
type decoder struct {
	out    *loosener
	hidden bool // there are bytes in it that are no text
}

// line reads the runs of base64 in a line.
func (d *decoder) line(line []byte) {
	rest := bytes.TrimRight(line, "\r\n")
	for len(rest) > 0 {
		start := bytes.IndexFunc(rest, coding)
		if start < 0 {
			return
		}
		run := rest[start:]
		if end := bytes.IndexFunc(run, func(r rune) bool { return !coding(r) }); end >= 0 {
			run = run[:end]
		}
		d.run(run, len(run) < len(bytes.TrimSpace(line)))
		rest = rest[start+len(run):]
	}
}

func (d *decoder) run(run []byte, apart bool) {
	if len(run) < minCoded {
		return
	}
	run = bytes.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, run)
	plain := make([]byte, base64.RawStdEncoding.DecodedLen(len(run)))
	n, _ := base64.RawStdEncoding.Decode(plain, run[:len(run)-b2i(len(run)%4 == 1)])
	plain = bytes.ReplaceAll(plain[:n], []byte{0}, nil) // UTF-16 as shells take it
	if bytes.ContainsFunc(plain, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
		d.hidden = d.hidden || n > maxHidden
		return
	}
	if apart {
		d.out.Write("\n")
	}
	d.out.Write(string(plain))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func coding(r rune) bool {
	letter := r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
	return letter || r == '+' || r == '/' || r == '-' || r == '_'
}
