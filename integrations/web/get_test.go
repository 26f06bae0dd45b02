package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/canonical"
)

func TestAPageIsKeptAsItCame(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Accept-Encoding") != "" || r.UserAgent() != userAgent || r.Method != http.MethodGet {
			t.Errorf("asked with %v", r.Header)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Add("Set-Cookie", "a=b")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("<script>alert(1)</script>"))
	})
	got := capture(t, s.URL+"/shop/login?x=1#part", Options{})
	if string(got.body) != "<script>alert(1)</script>" || got.Body.Name != "login.html" || got.cut {
		t.Errorf("body %q as %+v", got.body, got.Body)
	}
	h := got.Last()
	if len(got.Hops) != 1 || h.Status != http.StatusTeapot || h.Protocol != "HTTP/1.1" || !h.Private || h.TLS != nil || got.Proxy != "none" {
		t.Errorf("hop %+v", h)
	}
	if !strings.HasPrefix(h.Request.Raw, "GET /shop/login?x=1 HTTP/1.1\r\nHost: ") || !strings.HasSuffix(h.Request.Raw, "\r\n\r\n") {
		t.Errorf("request %q", h.Request.Raw)
	}
	if !strings.HasPrefix(h.Response.Raw, "HTTP/1.1 418 ") || !strings.Contains(h.Response.Raw, "Set-Cookie: a=b\r\n") || strings.Contains(h.Response.Raw, "<script>") {
		t.Errorf("response %q", h.Response.Raw)
	}
	var again Record
	if err := canonical.Decode(got.files[recordName], &again); err != nil || again.Body.SHA256 != got.Body.SHA256 {
		t.Errorf("the record cannot be read back: %v", err)
	}
	if _, there := got.files[chainName]; there {
		t.Error("a page without TLS has certificates")
	}
}

func TestCertificatesAreRecordedAndNeverStop(t *testing.T) {
	soon := time.Now().Add(time.Hour)
	root := certificate(t, "root.example", soon, nil)
	roots := x509.NewCertPool()
	roots.AddCert(root.Leaf)
	for name, c := range map[string]struct {
		with    tls.Certificate
		h2      bool
		trusted bool
		problem string
		length  int
	}{
		"good":        {certificate(t, "shop.example", soon, &root), false, true, "", 2},
		"good h2":     {certificate(t, "shop.example", soon, &root), true, true, "", 2},
		"self-signed": {certificate(t, "shop.example", soon, nil), false, false, "unknown authority", 1},
		"expired":     {certificate(t, "shop.example", time.Now().Add(-time.Hour), &root), true, false, "expired", 2},
		"other name":  {certificate(t, "bank.example", soon, &root), false, false, "bank.example", 2},
		"all of it":   {certificate(t, "bank.example", time.Now().Add(-time.Hour), nil), false, false, "expired", 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := secure(t, c.with, c.h2, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Odd", "yes")
				_, _ = w.Write([]byte("hello"))
			})
			in := world{map[string]string{"shop.example": "203.0.113.7"}, map[string]string{"203.0.113.7": s.Listener.Addr().String()}, nil}
			o := in.options()
			o.Roots = roots
			got := capture(t, "https://shop.example/", o)
			h := got.Last()
			if string(got.body) != "hello" || h.TLS == nil || h.TLS.Trusted != c.trusted || !strings.Contains(h.TLS.Problem, c.problem) {
				t.Fatalf("body %q, TLS %+v", got.body, h.TLS)
			}
			if name == "all of it" && !strings.Contains(h.TLS.Problem, "bank.example") {
				t.Errorf("one fault hides the other: %s", h.TLS.Problem)
			}
			if h.TLS.Version != "TLS 1.3" || h.TLS.Suite == "" || len(h.TLS.Certificates) != c.length || h.Private || h.Remote == "" {
				t.Errorf("hop %+v, TLS %+v", h, h.TLS)
			}
			checkChain(t, got.files[chainName], c.with)
			if odd := strings.Contains(h.Response.Raw, "X-Odd: yes") || strings.Contains(fmt.Sprint(h.Response.Fields), "{x-odd yes}"); !odd || (h.Protocol == "HTTP/2.0") != c.h2 {
				t.Errorf("%s head %+v", h.Protocol, h.Response)
			}
		})
	}
}

// checkChain wants exactly the certificates that were shown.
func checkChain(t *testing.T, chain []byte, shown tls.Certificate) {
	t.Helper()
	if !bytes.HasPrefix(chain, []byte("# https://shop.example/\n")) {
		t.Errorf("the chain does not say whose it is: %.60q", chain)
	}
	for i, want := range shown.Certificate {
		block, rest := pem.Decode(chain)
		if block == nil || !bytes.Equal(block.Bytes, want) {
			t.Fatalf("certificate %d is not the one that was shown", i)
		}
		chain = rest
	}
	if block, _ := pem.Decode(chain); block != nil {
		t.Error("there are more certificates than were shown")
	}
}

func TestAttack44_ACompressedBodyIsNotUndone(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 100 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	s := site(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(bomb.Bytes())
	})
	got := capture(t, s.URL, Options{Limit: 1 << 20})
	if !bytes.Equal(got.body, bomb.Bytes()) || got.Body.Name != "body.html.gz" || got.Body.Encoding != "gzip" {
		t.Errorf("%d bytes as %+v, want %d", len(got.body), got.Body, bomb.Len())
	}
}

func TestAnEndlessBodyEndsAtTheLimit(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	})
	got := capture(t, s.URL, Options{Limit: 10_000})
	if len(got.body) != 10_000 || !got.cut || !got.Body.Cut {
		t.Errorf("%d bytes, cut %v", len(got.body), got.cut)
	}
	exact := site(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 10_000)) })
	if got := capture(t, exact.URL, Options{Limit: 10_000}); len(got.body) != 10_000 || got.cut {
		t.Errorf("a body of exactly the limit: %d bytes, cut %v", len(got.body), got.cut)
	}
}

func TestASlowBodyIsKeptAsFarAsItCame(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("begin"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	got := capture(t, s.URL, Options{Timeout: 500 * time.Millisecond})
	if string(got.body) != "begin" || got.Body.Problem == "" {
		t.Errorf("%q, %+v", got.body, got.Body)
	}
}

func TestNoAnswer(t *testing.T) {
	hang := func(c net.Conn) { _, _ = c.Read(make([]byte, 1<<16)); _, _ = c.Read(make([]byte, 1)) }
	say := func(answer string) func(net.Conn) {
		return func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1<<16))
			_, _ = c.Write([]byte(answer))
		}
	}
	flood := func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1<<16))
		_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n"))
		for {
			if _, err := c.Write([]byte("X-Flood: " + strings.Repeat("x", 4000) + "\r\n")); err != nil {
				return
			}
		}
	}
	closed := raw(t, hang)
	in := &world{names: map[string]string{"gone.example": "203.0.113.1"}}
	for name, c := range map[string]struct {
		url string
		o   Options
	}{
		"silent":       {"http://" + raw(t, hang), Options{Timeout: 300 * time.Millisecond}},
		"HTTP/0.9":     {"http://" + raw(t, say("<html>hello</html>")), Options{}},
		"nothing":      {"http://" + raw(t, say("")), Options{}},
		"half a head":  {"http://" + raw(t, say("HTTP/1.1 200 OK\r\nX: ")), Options{}},
		"header flood": {"http://" + raw(t, flood), Options{}},
		"TLS to plain": {"https://" + raw(t, say("HTTP/1.1 400 Bad\r\n\r\n")), Options{}},
		"no such name": {"https://none.example", in.options()},
		"nobody there": {"https://gone.example", in.options()},
		"silent TLS":   {"https://" + closed, Options{Timeout: 300 * time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Get(t.Context(), c.url, c.o)
			if p != nil || !errors.Is(err, ErrNoAnswer) || err.Error() == ErrNoAnswer.Error() {
				t.Errorf("%v, %v", p, err)
			}
		})
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Get(stopped, "http://"+closed, Options{}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrNoAnswer) {
		t.Errorf("stopped by hand: %v", err)
	}
}

func TestNamesInOtherScriptsAreAskedInTheirASCIIForm(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.Host)) })
	in := world{map[string]string{"xn--bcher-kva.example": "203.0.113.7"}, map[string]string{"203.0.113.7": s.Listener.Addr().String()}, nil}
	got := capture(t, "http://bücher.example/", in.options())
	if string(got.body) != "xn--bcher-kva.example" || got.Last().Host != "xn--bcher-kva.example" || got.Last().Addresses[0] != "203.0.113.7" {
		t.Errorf("%q, %+v", got.body, got.Last())
	}
}

// A head that is not UTF-8, with an interim response before it.
func TestOddHeadsAreBytes(t *testing.T) {
	address := raw(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 1<<16))
		_, _ = c.Write([]byte("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.0 200 OK\r\nServer: \xff\xfe\r\n\r\nbody"))
	})
	got := capture(t, "http://"+address, Options{})
	if string(got.body) != "body" || got.Last().Response.RawB64 == "" || got.Last().Response.Raw != "" {
		t.Errorf("%q, %+v", got.body, got.Last().Response)
	}
}

func TestNoProxyIsUsed(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("direct")) })
	t.Setenv("HTTP_PROXY", "http://203.0.113.99:8080")
	in := world{map[string]string{"shop.example": "203.0.113.7"}, map[string]string{"203.0.113.7": s.Listener.Addr().String()}, nil}
	if got := capture(t, "http://shop.example", in.options()); string(got.body) != "direct" || len(in.asked) != 1 || in.asked[0] != "203.0.113.7" {
		t.Errorf("%q by way of %v", got.body, in.asked)
	}
}
