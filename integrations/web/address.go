package web

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxURL bounds an address, also one that a redirect names.
const maxURL = 8 << 10

// ErrAddress is returned for what is not the address of a page that can be
// captured.
var ErrAddress = errors.New("not the address of a page; give one like https://example.org/page, without user and password")

// ParseURL reads the address of a page. The part behind # never leaves a
// browser and is dropped.
func ParseURL(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if len(raw) > maxURL {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrAddress, maxURL)
	}
	if !utf8.ValidString(raw) || strings.ContainsFunc(raw, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return nil, fmt.Errorf("%w: it holds white space or control characters", ErrAddress)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, ErrAddress // the parser's error repeats all of it, a password too
	}
	u.Fragment, u.RawFragment = "", ""
	switch scheme := strings.ToLower(u.Scheme); {
	case u.User != nil:
		return nil, fmt.Errorf("%w: it holds a user or password", ErrAddress)
	case scheme != "http" && scheme != "https":
		return nil, fmt.Errorf("%w: only http and https are captured", ErrAddress)
	case u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("%w: it names no server", ErrAddress)
	}
	if len(u.String()) > 3*maxURL {
		return nil, fmt.Errorf("%w: it is too long", ErrAddress)
	}
	return u, nil
}
