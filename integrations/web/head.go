package web

import (
	"bytes"
	"net"
	"sync"
)

const (
	maxHead = 256 << 10        // of a response; the client refuses a longer one
	keep    = maxHead + 64<<10 // it reads ahead before it does
)

// wire is a connection that remembers the first bytes of both directions, which
// hold the heads of request and response.
type wire struct {
	net.Conn
	mu        sync.Mutex
	sent, got []byte
}

// Read implements net.Conn.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, p[:min(n, keep-len(w.got))]...)
	return n, err
}

// Write implements net.Conn. It remembers first: the response may be here
// before the write returns.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.sent = append(w.sent, p[:min(len(p), keep-len(w.sent))]...)
	w.mu.Unlock()
	return w.Conn.Write(p)
}

// heads are the heads of the request and of the response.
func (w *wire) heads() (request, response []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Clone(w.sent[:headEnd(w.sent)]), bytes.Clone(responseHead(w.got))
}

// responseHead is everything up to the end of the final response's head,
// interim responses (RFC 9110 section 15.2) included.
func responseHead(b []byte) []byte {
	for end := 0; ; {
		rest := b[end:]
		n := headEnd(rest)
		end += n
		if n == 0 || !interim(rest) {
			return b[:end]
		}
	}
}

// headEnd is where the empty line after a head ends; all of b if there is none.
func headEnd(b []byte) int {
	for i := range b {
		if b[i] != '\n' {
			continue
		}
		rest := b[i+1:]
		if len(rest) > 0 && rest[0] == '\n' {
			return i + 2
		}
		if len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n' {
			return i + 3
		}
	}
	return len(b)
}

// interim reports whether a head says 1xx, but for 101, after which no other
// response comes.
func interim(head []byte) bool {
	_, status, _ := bytes.Cut(head[:min(len(head), 32)], []byte(" "))
	return len(status) >= 3 && status[0] == '1' && string(status[:3]) != "101"
}
