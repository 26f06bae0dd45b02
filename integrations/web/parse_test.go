package web

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	for raw, want := range map[string]string{
		" https://Example.org/a?b=c#d ": "https://Example.org/a?b=c",
		"http://[2001:db8::1]:8080/":    "http://[2001:db8::1]:8080/",
		"HTTPS://x.example":             "https://x.example",
		"http://bücher.example/ü":       "http://b%C3%BCcher.example/%C3%BC",
	} {
		if u, err := ParseURL(raw); err != nil || u.String() != want {
			t.Errorf("%q: %v, %v", raw, u, err)
		}
	}
	for name, raw := range map[string]string{
		"empty": "", "no scheme": "example.org", "file": "file:///etc/passwd", "defanged": "hxxps://evil[.]example", "no host": "https:///x",
		"opaque": "http:x", "user": "https://me@example.org", "password": "https://me:hunter2@example.org/", "control": "http://a/\x00", "space": "http://a/ b",
		"line": "http://a/\r\nX: y", "not UTF-8": "http://a/\xff", "long": "http://a/" + strings.Repeat("x", maxURL), "bad": "http://[",
		"bad with a password": "http://me:hunter2@[",
	} {
		if _, err := ParseURL(raw); !errors.Is(err, ErrAddress) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is accepted is asked of a server by name, without credentials, and reads
// the same again.
func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://example.org/a?b#c", "http://[::1]:80/", "http://a@b/", "hxxp://x", "http://bücher.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := ParseURL(raw)
		if err != nil {
			return
		}
		if u.User != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.Fragment != "" {
			t.Fatalf("%q gives %+v", raw, u)
		}
		again, err := ParseURL(u.String())
		if len(u.String()) <= maxURL && (err != nil || again.String() != u.String()) {
			t.Fatalf("%q gives %s, then %v, %v", raw, u, again, err)
		}
	})
}

func TestResponseHead(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "HTTP/1.1 200 OK\r\nA: b": "HTTP/1.1 200 OK\r\nA: b",
		"HTTP/1.1 200 OK\r\n\r\nbody\r\n\r\n":                                 "HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.0 200 OK\n\nbody":                                             "HTTP/1.0 200 OK\n\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\nA: b\r\n\r\nx":       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\nA: b\r\n\r\n",
		"HTTP/1.1 101 Switching\r\n\r\nbytes\r\n\r\n":                         "HTTP/1.1 101 Switching\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200",
	} {
		if got := string(responseHead([]byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// The head is the beginning of what came, and ends with an empty line or is all.
func FuzzResponseHead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"))
	f.Add([]byte("HTTP/1.1 1\n\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		head := responseHead(in)
		if !bytes.HasPrefix(in, head) {
			t.Fatalf("%q is not the beginning of %q", head, in)
		}
		if len(head) < len(in) && !bytes.HasSuffix(head, []byte("\n\n")) && !bytes.HasSuffix(head, []byte("\n\r\n")) {
			t.Fatalf("%q of %q ends somewhere", head, in)
		}
	})
}

func TestAttack42_NamesFromServersAreSafe(t *testing.T) {
	for _, c := range []struct{ path, contentType, encoding, want string }{
		{"/", "text/html", "", "body.html"},
		{"/login.php", "text/html; charset=x", "", "login.php.html"},
		{"/a/b.HTM", "text/html", "", "b.HTM"},
		{"/dump.sql", "text/plain", "gzip", "dump.sql.gz"},
		{"/x", "", "", "x"},
		{"/x", "no/such;;", "br", "x.br"},
		{"/..", "image/png", "", "body.png"},
		{"/response.json", "application/json", "", "body-response.json"},
		{"/a%2f..%2fb%00\u202egpj.exe", "image/jpeg", "zstd", "b__gpj.exe.jpg.zst"},
		{"/con:1|", "", "deflate", "con_1_.deflate"},
		{"/" + strings.Repeat("x", 300) + ".pdf", "application/pdf", "", strings.Repeat("x", 96) + ".pdf"},
	} {
		u, err := url.Parse("http://a" + c.path)
		if err != nil {
			t.Fatal(err)
		}
		if got := bodyName(u, c.contentType, c.encoding); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.path, c.contentType, got, c.want)
		}
	}
}

// Whatever a server says, the name is one plain part of a path.
func FuzzBodyName(f *testing.F) {
	f.Add("/a/b", "text/html", "gzip")
	f.Fuzz(func(t *testing.T, path, contentType, encoding string) {
		name := bodyName(&url.URL{Path: path}, contentType, encoding)
		if name == "" || name == recordName || name == chainName || strings.ContainsAny(name, "/\\\x00") || len([]rune(name)) > maxName+40 {
			t.Fatalf("%q", name)
		}
	})
}
