package web

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"time"
)

// describe says what a server showed. Nothing was verified so far.
func (g *getter) describe(state tls.ConnectionState, host string) *TLS {
	out := &TLS{Version: tls.VersionName(state.Version), Suite: tls.CipherSuiteName(state.CipherSuite), Certificates: []Certificate{}}
	for _, c := range state.PeerCertificates {
		sum := sha256.Sum256(c.Raw)
		out.Certificates = append(out.Certificates, Certificate{
			Subject: valid(c.Subject.String()), Issuer: valid(c.Issuer.String()), Serial: c.SerialNumber.Text(16),
			NotBefore: stamp(c.NotBefore), NotAfter: stamp(c.NotAfter), SHA256: hex.EncodeToString(sum[:]),
		})
	}
	out.Problem = distrust(state.PeerCertificates, host, g.Roots, g.now())
	out.Trusted = out.Problem == ""
	return out
}

// distrust says why a browser would warn, or nothing. The name and the chain
// are checked apart, so that one fault does not hide the other.
func distrust(chain []*x509.Certificate, host string, roots *x509.CertPool, now time.Time) string {
	if len(chain) == 0 {
		return "the server showed no certificate"
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	var why []string
	if _, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now}); err != nil {
		why = append(why, valid(err.Error()))
	}
	if err := chain[0].VerifyHostname(host); err != nil {
		why = append(why, valid(err.Error()))
	}
	return strings.Join(why, "; ")
}

// encode writes a chain as PEM, with the address that showed it as a remark.
func encode(url string, chain []*x509.Certificate) []byte {
	if len(chain) == 0 {
		return nil
	}
	out := []byte("# " + url + "\n")
	for _, c := range chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}
