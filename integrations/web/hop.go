package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
)

// trail is what a connection tells while it is made. The client makes it beside
// the request and may give the request up meanwhile.
type trail struct {
	mu     sync.Mutex
	hop    Hop
	remote netip.Addr
	chain  []*x509.Certificate
	wire   *wire // nil for HTTP/2
}

func (t *trail) resolved(host string, all []netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hop.Host = host
	for _, a := range all {
		t.hop.Addresses = append(t.hop.Addresses, a.String())
	}
}

func (t *trail) connected(to netip.AddrPort) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remote = to.Addr()
	t.hop.Remote, t.hop.Private = to.String(), !public(to.Addr())
}

func (t *trail) shown(by *TLS, chain []*x509.Certificate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hop.TLS, t.chain = by, chain
}

func (t *trail) listen(conn net.Conn) net.Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wire = &wire{Conn: conn}
	return t.wire
}

// ask sends one request and records what came of it, up to the body.
func (g *getter) ask(ctx context.Context, at *url.URL) (*http.Response, error) {
	t := &trail{hop: Hop{URL: at.String(), Started: stamp(g.now())}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("prepare request: %w", err)
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", "*/*")
	client := g.transport(t)
	response, err := client.RoundTrip(request)
	g.close(t, response, err)
	return response, err
}

// transport is a client of one request: no proxy, no decompression, no
// connection that is used again, and redirects are ours.
func (g *getter) transport(t *trail) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			conn, err := g.connect(ctx, t, address)
			if err != nil {
				return nil, err
			}
			return t.listen(conn), nil
		},
		DialTLSContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return g.connectTLS(ctx, t, address)
		},
		DisableCompression: true, DisableKeepAlives: true, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHead,
	}
}

// connectTLS takes any certificate and any version that is still spoken: whether
// to trust it is recorded, not decided.
func (g *getter) connectTLS(ctx context.Context, t *trail, address string) (net.Conn, error) {
	conn, err := g.connect(ctx, t, address)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	secure := tls.Client(conn, &tls.Config{
		ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, NextProtos: []string{"h2", "http/1.1"},
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("speak TLS: %w", err)
	}
	state := secure.ConnectionState()
	t.shown(g.describe(state, host), state.PeerCertificates)
	if state.NegotiatedProtocol == "h2" {
		return secure, nil // the client looks for this type
	}
	return t.listen(secure), nil
}

// close adds the hop to the record.
func (g *getter) close(t *trail, r *http.Response, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	hop := t.hop
	hop.Ended = stamp(g.now())
	if err != nil {
		hop.Problem = valid(err.Error())
	} else {
		hop.Protocol, hop.Status = r.Proto, r.StatusCode
		if t.wire != nil {
			request, response := t.wire.heads()
			hop.Request, hop.Response = rawHead(request), rawHead(response)
		} else {
			hop.Request, hop.Response = fields(r.Request.Header), fields(r.Header)
		}
		g.outside = g.outside || public(t.remote)
		g.chain = append(g.chain, encode(hop.URL, t.chain)...)
	}
	g.record.Hops = append(g.record.Hops, hop)
}
