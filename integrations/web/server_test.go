package web

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

// world is a small internet: names with addresses, and one server behind each
// address.
type world struct {
	names   map[string]string // name to address
	servers map[string]string // address to where it listens really
	asked   []string          // addresses that were dialled
}

func (w *world) options() Options {
	return Options{
		Timeout: 10 * time.Second,
		resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
			address, ok := w.names[host]
			if !ok {
				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}
			return []netip.Addr{netip.MustParseAddr(address)}, nil
		},
		dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, _ := net.SplitHostPort(address)
			w.asked = append(w.asked, host)
			to, ok := w.servers[host]
			if !ok {
				return nil, errors.New("nobody there")
			}
			return (&net.Dialer{}).DialContext(ctx, network, to)
		},
	}
}

// site is a server on loopback.
func site(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// raw is a server that answers every connection with the bytes that say writes.
func raw(t *testing.T, say func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				say(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// certificate makes one for a name, signed by itself or by parent.
func certificate(t *testing.T, name string, until time.Time, parent *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until, IsCA: parent == nil, BasicConstraintsValid: true,
	}
	by, signer := template, any(key)
	if parent != nil {
		by, signer = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	out := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
	if parent != nil {
		out.Certificate = append(out.Certificate, parent.Certificate...)
	}
	return out
}

// secure is a site that shows a certificate.
func secure(t *testing.T, with tls.Certificate, h2 bool, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{with}}
	s.EnableHTTP2 = h2
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// captured is a page with its body read.
type captured struct {
	Record
	body  []byte
	cut   bool
	files map[string][]byte
}

// capture gets a page and everything that is kept of it.
func capture(t *testing.T, url string, o Options) captured {
	t.Helper()
	p, err := Get(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	body, _ := io.ReadAll(p.Body()) // why it ended early is in the record
	out := captured{Record: p.Record(), body: body, cut: p.Cut(), files: map[string][]byte{}}
	list, err := p.Attachments()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		out.files[a.Name] = a.Data
	}
	sum := sha256.Sum256(body)
	if out.Body.SHA256 != hex.EncodeToString(sum[:]) || out.Body.Size != int64(len(body)) {
		t.Errorf("the record gives the body %d bytes and hash %s, it has %d", out.Body.Size, out.Body.SHA256, len(body))
	}
	return out
}
