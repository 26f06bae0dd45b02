package main

import (
	"net"
	"net/http"
	"net/http/httptest"

	"github.com/rogpeppe/go-internal/testscript"
)

// site PLAIN SECURE NOBODY: two servers run until the script ends; the variables
// become their addresses, and one where nobody listens. The second shows a
// certificate that nobody trusts.
func site(ts *testscript.TestScript, _ bool, args []string) {
	pages := http.NewServeMux()
	pages.HandleFunc("/login", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("X-Panel", "phish kit 4")
		_, _ = w.Write([]byte("<form>give us your password</form>"))
	})
	pages.Handle("/moved", http.RedirectHandler("/login", http.StatusFound))
	pages.Handle("/inside", http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusFound))
	plain, secure := httptest.NewServer(pages), httptest.NewTLSServer(pages)
	ts.Defer(plain.Close)
	ts.Defer(secure.Close)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Check(gone.Close())
	for i, address := range []string{plain.URL, secure.URL, "http://" + gone.Addr().String()} {
		ts.Setenv(args[i], address)
	}
}
