package cases

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/canonical"
)

// MaxIndicator is the longest indicator in bytes.
const MaxIndicator = 2048

// IndicatorTypes lists what an indicator can be.
func IndicatorTypes() []string {
	return []string{"ip", "domain", "url", "hash", "email", "host", "account"}
}

// NormalIndicator checks a value of a type and returns its one normal form:
// refanged, hosts and hashes in lower case. It is its own inverse: a normal
// form normalises to itself.
func NormalIndicator(typ, value string) (string, error) {
	var in input
	value = in.line("indicator", value, MaxIndicator)
	if len(value) > MaxIndicator {
		in.refuse("too-long", word("indicator"), MaxIndicator)
	}
	typ = in.oneOf("type", typ, "", IndicatorTypes())
	if err := in.err(); err != nil {
		return "", err
	}
	if typ != "account" && typ != "hash" {
		value = Refang(value)
	}
	norm, ok := normalOf(typ, value)
	if !ok {
		return "", refuse("indicator-"+typ, value)
	}
	return norm, nil
}

func normalOf(typ, value string) (string, bool) {
	switch typ {
	case "ip":
		return normalIP(value)
	case "domain":
		return normalDomain(value)
	case "host":
		return normalHost(value)
	case "url":
		return normalURL(value)
	case "hash":
		value = strings.ToLower(value)
		return value, HashAlgorithm(value) != ""
	case "email":
		return normalEmail(value)
	}
	return value, utf8.RuneCountInString(value) <= 256
}

func normalIP(s string) (string, bool) {
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" {
		return "", false
	}
	return addr.Unmap().String(), true
}

// normalHost reads a host name of one or more labels. Labels may hold letters
// of any script, because phishing domains do; see [Suspicious].
func normalHost(s string) (string, bool) {
	s = canonical.Text(strings.ToLower(strings.TrimSuffix(s, ".")))
	if s == "" || len(s) > 253 {
		return "", false
	}
	for label := range strings.SplitSeq(s, ".") {
		if !isLabel(label) {
			return "", false
		}
	}
	return s, true
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for _, r := range s {
		switch {
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		default:
			return false
		}
	}
	return true
}

func normalDomain(s string) (string, bool) {
	s, ok := normalHost(s)
	i := strings.LastIndexByte(s, '.')
	if !ok || i < 0 || strings.Trim(s[i+1:], "0123456789") == "" {
		return "", false
	}
	return s, true
}

var schemes = regexp.MustCompile(`^[a-z][a-z0-9+.-]{1,15}$`)

// normalURL lowers scheme and host and leaves the rest as it was found: the
// path is evidence.
func normalURL(s string) (string, bool) {
	scheme, rest, found := strings.Cut(s, "://")
	scheme = strings.ToLower(scheme)
	if !found || !schemes.MatchString(scheme) || strings.ContainsFunc(s, unicode.IsSpace) {
		return "", false
	}
	if _, err := url.Parse(s); err != nil {
		return "", false
	}
	authority, path := splitAuthority(rest)
	at := strings.LastIndexByte(authority, '@') + 1
	host, port := authority[at:], ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host, port = host[:i], host[i:]
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		ip, ok := normalIP(strings.TrimSuffix(inner, "]"))
		if !ok || !strings.Contains(ip, ":") {
			return "", false
		}
		host = "[" + ip + "]"
	} else if host, ok = normalHost(host); !ok {
		return "", false
	}
	return scheme + "://" + authority[:at] + host + port + path, true
}

func splitAuthority(s string) (authority, rest string) {
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func normalEmail(s string) (string, bool) {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || strings.ContainsAny(s[:at], "@<>()[],;:\"\\ \t") || strings.ContainsFunc(s, unicode.IsSpace) {
		return "", false
	}
	domain, ok := normalDomain(s[at+1:])
	return s[:at] + "@" + domain, ok
}

var hexOnly = regexp.MustCompile(`^[0-9a-f]+$`)

// HashAlgorithm tells from its length what a hash is: md5, sha1, sha256 or
// sha512; "" if it is none.
func HashAlgorithm(value string) string {
	if !hexOnly.MatchString(value) {
		return ""
	}
	switch len(value) {
	case 32:
		return "md5"
	case 40:
		return "sha1"
	case 64:
		return "sha256"
	case 128:
		return "sha512"
	}
	return ""
}
