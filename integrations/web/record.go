package web

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Format names the shape of a [Record].
const Format = "posko-capture/1"

// Record says how a page was captured. Its canonical JSON lies beside the body.
type Record struct {
	Format  string `json:"format"`
	URL     string `json:"url"`   // that was asked for
	Final   string `json:"final"` // that gave the body
	Started string `json:"started"`
	Ended   string `json:"ended"`
	Proxy   string `json:"proxy"`             // always "none": see the package
	Stopped string `json:"stopped,omitempty"` // why the last redirect was not followed
	Hops    []Hop  `json:"hops"`
	Body    Body   `json:"body"`
}

// Hop is one request and what came of it.
type Hop struct {
	URL       string   `json:"url"`
	Host      string   `json:"host,omitempty"`      // as it was looked up
	Addresses []string `json:"addresses,omitempty"` // that the name has
	Remote    string   `json:"remote,omitempty"`    // that was asked
	Private   bool     `json:"private,omitempty"`   // it is inside a network
	Started   string   `json:"started"`
	Ended     string   `json:"ended"` // when the head was there
	Protocol  string   `json:"protocol,omitempty"`
	Status    int      `json:"status,omitempty"`
	Request   Head     `json:"request,omitzero"`
	Response  Head     `json:"response,omitzero"`
	TLS       *TLS     `json:"tls,omitempty"`
	Problem   string   `json:"problem,omitempty"` // why there is no response
}

// Head is the head of a message: the bytes on the wire, or the fields.
type Head struct {
	Raw    string     `json:"raw,omitempty"`
	RawB64 string     `json:"raw_b64,omitempty"` // when the bytes are not UTF-8
	Fields []HeadLine `json:"fields,omitempty"`  // of HTTP/2, sorted
}

// HeadLine is one field.
type HeadLine struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// TLS is what the server showed.
type TLS struct {
	Version      string        `json:"version"`
	Suite        string        `json:"suite"`
	Trusted      bool          `json:"trusted"`
	Problem      string        `json:"problem,omitempty"` // why it is not
	Certificates []Certificate `json:"certificates"`      // as they came, the server's own first
}

// Certificate names one certificate; its bytes are in the chain.
type Certificate struct {
	Subject   string `json:"subject"`
	Issuer    string `json:"issuer"`
	Serial    string `json:"serial"`
	NotBefore string `json:"not_before"`
	NotAfter  string `json:"not_after"`
	SHA256    string `json:"sha256"`
}

// Body is the body of the final response, as it came.
type Body struct {
	Name     string `json:"name"`
	Type     string `json:"type,omitempty"`     // as the server says
	Encoding string `json:"encoding,omitempty"` // it is not undone
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256"`
	Cut      bool   `json:"cut,omitempty"`     // more would have come
	Problem  string `json:"problem,omitempty"` // why it ended early
}

// Last is the hop that gave the response.
func (r *Record) Last() Hop {
	for _, h := range slices.Backward(r.Hops) {
		if h.Status != 0 {
			return h
		}
	}
	return Hop{}
}

func rawHead(b []byte) Head {
	if utf8.Valid(b) {
		return Head{Raw: string(b)}
	}
	return Head{RawB64: base64.StdEncoding.EncodeToString(b)}
}

// fields are a head that was never bytes that people can read.
func fields(h http.Header) Head {
	var out Head
	for name, values := range h {
		for _, v := range values {
			out.Fields = append(out.Fields, HeadLine{valid(strings.ToLower(name)), valid(v)})
		}
	}
	slices.SortStableFunc(out.Fields, func(a, b HeadLine) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
