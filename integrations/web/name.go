package web

import (
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
)

const maxName = 100

// extensions are those of a type; the first is given to a body that has none of
// them. The system's own table differs from one laptop to the next.
func extensions(mediaType string) []string {
	switch mediaType {
	case "text/html":
		return []string{".html", ".htm"}
	case "application/xhtml+xml":
		return []string{".xhtml", ".html"}
	case "text/plain":
		return []string{".txt", ".log", ".md", ".csv", ".sql"}
	case "text/csv":
		return []string{".csv"}
	case "text/css":
		return []string{".css"}
	case "text/javascript", "application/javascript":
		return []string{".js", ".mjs"}
	case "application/json":
		return []string{".json"}
	case "application/xml", "text/xml":
		return []string{".xml"}
	case "application/pdf":
		return []string{".pdf"}
	case "application/zip":
		return []string{".zip"}
	case "image/jpeg":
		return []string{".jpg", ".jpeg"}
	case "image/png", "image/gif", "image/webp":
		return []string{"." + strings.TrimPrefix(mediaType, "image/")}
	case "image/svg+xml":
		return []string{".svg"}
	}
	return nil
}

// bodyName is what the body is called: the last part of the path, with an
// ending that says what the server says it is.
func bodyName(u *url.URL, contentType, encoding string) string {
	name := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, valid(path.Base(u.Path)))
	if strings.Trim(name, "._ ") == "" {
		name = "body"
	}
	if runes := []rune(name); len(runes) > maxName {
		name = string(runes[len(runes)-maxName:])
	}
	if name == recordName || name == chainName {
		name = "body-" + name
	}
	mediaType, _, _ := mime.ParseMediaType(contentType) // without one the path decides
	if known := extensions(mediaType); len(known) > 0 && !slices.Contains(known, strings.ToLower(path.Ext(name))) {
		name += known[0]
	}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "gzip", "x-gzip":
		return name + ".gz"
	case "br":
		return name + ".br"
	case "zstd":
		return name + ".zst"
	case "deflate":
		return name + ".deflate"
	}
	return name
}
