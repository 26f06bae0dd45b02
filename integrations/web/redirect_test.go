package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestRedirectsAreFollowedAndRecorded(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a":
			w.Header().Set("Set-Cookie", "who=me")
			http.Redirect(w, r, "/b?x=ü", http.StatusFound)
		case "/b":
			http.Redirect(w, r, "/c", http.StatusPermanentRedirect)
		default:
			_, _ = fmt.Fprintf(w, "end %q %q", r.Header.Get("Cookie"), r.Referer())
		}
	})
	got := capture(t, s.URL+"/a", Options{})
	if string(got.body) != `end "" ""` || len(got.Hops) != 3 || got.Final != s.URL+"/c" || got.URL != s.URL+"/a" || got.Stopped != "" {
		t.Errorf("%q after %d hops at %s: %s", got.body, len(got.Hops), got.Final, got.Stopped)
	}
	for i, want := range []int{302, 308, 200} {
		if h := got.Hops[i]; h.Status != want || h.Response.Raw == "" || h.Started == "" || h.Ended == "" {
			t.Errorf("hop %d: %+v", i, h)
		}
	}
}

func TestRedirectsThatAreNotFollowed(t *testing.T) {
	const outside, inside = "203.0.113.7", "192.168.1.1"
	for name, c := range map[string]struct {
		from, to string
		why      string
	}{
		"into the network":   {outside, "http://router.example/reboot", "inside this network"},
		"by literal":         {outside, "http://10.0.0.1/", "inside this network"},
		"to this laptop":     {outside, "http://127.0.0.1:8080/", "inside this network"},
		"to this laptop, v6": {outside, "http://[::1]/", "inside this network"},
		"by translation":     {outside, "http://[64:ff9b::a9fe:a9fe]/", "inside this network"},
		"v4 in v6":           {outside, "http://[::ffff:192.168.1.1]/", "inside this network"},
		"to cloud metadata":  {outside, "http://169.254.169.254/latest", "inside this network"},
		"metadata by name":   {inside, "http://metadata.example/latest", "inside this network"},
		"odd number":         {outside, "http://2130706433/", "no such host"},
		"a file":             {outside, "file:///etc/passwd", "only http and https"},
		"a script":           {outside, "javascript:alert(1)", "only http and https"},
		"with a password":    {outside, "http://admin:hunter2@shop.example/", "user or password"},
		"no address at all":  {outside, "http://[", "cannot be read"},
		"nobody there":       {outside, "http://gone.example/", "nobody there"},
		"no such name":       {outside, "http://none.example/", "no such host"},
	} {
		t.Run(name, func(t *testing.T) {
			s := site(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/" {
					t.Errorf("asked for %s", r.URL)
				}
				w.Header().Set("Location", c.to)
				w.WriteHeader(http.StatusFound)
				_, _ = w.Write([]byte("moved"))
			})
			in := world{
				names:   map[string]string{"shop.example": c.from, "router.example": inside, "metadata.example": "169.254.169.254", "gone.example": "203.0.113.200"},
				servers: map[string]string{outside: s.Listener.Addr().String(), inside: s.Listener.Addr().String()},
			}
			got := capture(t, "http://shop.example/", in.options())
			if string(got.body) != "moved" || got.Last().Status != http.StatusFound || !strings.Contains(got.Stopped, c.why) || strings.Contains(got.Stopped, "hunter2") {
				t.Errorf("%q, stopped %q", got.body, got.Stopped)
			}
			if c.why == "inside this network" && len(in.asked) != 1 {
				t.Errorf("asked %v", in.asked)
			}
		})
	}
}

// An officer may capture an internal page, and what it leads to.
func TestInsideStaysInside(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "http://wiki.example/page", http.StatusFound)
			return
		}
		_, _ = w.Write([]byte("internal"))
	})
	in := world{
		names:   map[string]string{"intra.example": "10.1.1.1", "wiki.example": "10.1.1.2"},
		servers: map[string]string{"10.1.1.1": s.Listener.Addr().String(), "10.1.1.2": s.Listener.Addr().String()},
	}
	if got := capture(t, "http://intra.example/", in.options()); string(got.body) != "internal" || !got.Last().Private {
		t.Errorf("%q, %+v", got.body, got)
	}
}

func TestRedirectsEndAtTen(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusSeeOther) })
	got := capture(t, s.URL+"/", Options{})
	if len(got.Hops) != MaxRedirects+1 || !strings.Contains(got.Stopped, "more than 10") || got.Last().Status != http.StatusSeeOther {
		t.Errorf("%d hops, stopped %q", len(got.Hops), got.Stopped)
	}
}

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true, "64:ff9b::808:808": true,
		"10.0.0.1": false, "172.16.0.1": false, "192.168.0.1": false, "127.0.0.1": false, "0.0.0.0": false, "100.64.0.1": false,
		"169.254.169.254": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::a9fe:a9fe": false, "2002:c0a8:101::": false, "2001:0:1::": false, "fec0::1": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: public %v", address, got)
		}
	}
}
