package web

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/posko-ir/posko/playbooks/canonical"
)

// Limits of one capture.
const (
	MaxRedirects   = 10
	DefaultTimeout = time.Minute
	DefaultLimit   = 64 << 20
)

// The names of what lies beside the body.
const (
	recordName = "response.json"
	chainName  = "chain.pem"
)

// userAgent is short and claims to be no browser.
const userAgent = "Posko"

// ErrNoAnswer is returned when no response came: offline, no such name, nobody
// there, not HTTP, or too slow.
var ErrNoAnswer = errors.New("the page could not be captured")

// Options are how a page is captured; the zero value is for use.
type Options struct {
	Timeout time.Duration  // for everything; 0 means DefaultTimeout
	Limit   int64          // of the body; 0 means DefaultLimit
	Roots   *x509.CertPool // whom to trust; nil means whom the system trusts

	// These replace the network and the clock in tests.
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	now     func() time.Time
}

func (o Options) filled() Options {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	if o.resolve == nil {
		o.resolve = resolve
	}
	if o.dial == nil {
		o.dial = (&net.Dialer{Timeout: 15 * time.Second}).DialContext
	}
	if o.now == nil {
		o.now = time.Now
	}
	return o
}

// getter is one capture on its way.
type getter struct {
	Options
	record  Record
	chain   []byte
	outside bool // a public address was asked
}

// Page is a response whose body is still to be read.
type Page struct {
	*getter
	body   *counted
	closer io.Closer
	cancel context.CancelFunc
}

// Get asks for a page and follows its redirects. The caller reads the body to
// its end, then takes the rest, and closes the page.
func Get(ctx context.Context, address string, o Options) (*Page, error) {
	at, err := ParseURL(address)
	if err != nil {
		return nil, err
	}
	g := &getter{Options: o.filled()}
	g.record = Record{Format: Format, URL: at.String(), Proxy: "none", Started: stamp(g.now())}
	limited, cancel := context.WithTimeout(ctx, g.Timeout)
	final, err := g.follow(limited, at) //nolint:bodyclose // Page.Close does
	if err != nil {
		cancel()
		if ctx.Err() != nil {
			return nil, ctx.Err() // the officer stopped it
		}
		return nil, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	from := final.Request.URL
	g.record.Final = from.String()
	g.record.Body = Body{Type: valid(final.Header.Get("Content-Type")), Encoding: valid(final.Header.Get("Content-Encoding"))}
	g.record.Body.Name = bodyName(from, g.record.Body.Type, g.record.Body.Encoding)
	return &Page{g, count(final.Body, g.Limit), final.Body, cancel}, nil
}

// follow asks hop by hop. A redirect that cannot be followed is the final
// response.
func (g *getter) follow(ctx context.Context, at *url.URL) (*http.Response, error) {
	response, err := g.ask(ctx, at)
	if err != nil {
		return nil, err
	}
	for {
		next, err := g.next(response)
		if err == nil && next == nil {
			return response, nil
		}
		var further *http.Response
		if err == nil {
			further, err = g.ask(ctx, next)
		}
		if err != nil {
			g.record.Stopped = valid(err.Error())
			return response, nil
		}
		_ = response.Body.Close() // of a redirect only the head is kept
		response = further
	}
}

// next is where a response leads, or nil.
func (g *getter) next(r *http.Response) (*url.URL, error) {
	redirects := []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}
	if !slices.Contains(redirects, r.StatusCode) || r.Header.Get("Location") == "" {
		return nil, nil //nolint:nilnil // a page that leads nowhere is no error
	}
	to, err := r.Location()
	if err != nil {
		return nil, fmt.Errorf("%w: the address it names cannot be read", errRefused)
	}
	if to, err = ParseURL(to.String()); err != nil {
		return nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	if len(g.record.Hops) > MaxRedirects {
		return nil, fmt.Errorf("%w: more than %d redirects", errRefused, MaxRedirects)
	}
	return to, nil
}

// Body is the body as it comes.
func (p *Page) Body() io.Reader { return p.body }

// Name is what the body is called.
func (p *Page) Name() string { return p.record.Body.Name }

// Cut reports whether the body was longer than the limit.
func (p *Page) Cut() bool { return p.body.cut }

// Record says how the page was captured, once the body was read.
func (p *Page) Record() Record {
	r := p.record
	p.body.describe(&r.Body)
	r.Ended = stamp(p.now())
	return r
}

// Attachments are the record and the certificates that servers showed, once the
// body was read, by the names that they are kept under.
func (p *Page) Attachments() ([]Attachment, error) {
	data, err := canonical.Marshal(p.Record())
	if err != nil {
		return nil, fmt.Errorf("encode record of capture: %w", err)
	}
	list := []Attachment{{recordName, data}}
	if len(p.chain) > 0 {
		list = append(list, Attachment{chainName, p.chain})
	}
	return list, nil
}

// Attachment is what is kept beside a body.
type Attachment struct {
	Name string
	Data []byte
}

// Close ends the connection.
func (p *Page) Close() error {
	p.cancel()
	return p.closer.Close()
}
