package cases

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// HeadSize is how many bytes of an item are enough to tell what it looks like.
const HeadSize = 1024

// looksByName says what a file is by the end of its name; nothing when the name
// does not tell.
func looksByName(name string) []string {
	switch strings.ToLower(path.Ext(name)) {
	case ".eml", ".msg", ".mbox", ".emlx", ".mbx":
		return []string{looksMail}
	case ".jpg", ".jpeg", ".png", ".heic", ".heif", ".gif", ".webp", ".tif", ".tiff", ".bmp":
		return []string{looksPhoto}
	case ".pdf": // a scan, a printed page, a printed list
		return []string{looksPhoto, looksPage, looksTable}
	case ".html", ".htm", ".xhtml", ".mhtml", ".mht", ".warc", ".wacz", ".webarchive":
		return []string{looksPage}
	case ".gz":
		if strings.HasSuffix(strings.ToLower(name), ".warc.gz") {
			return []string{looksPage}
		}
	case ".csv", ".tsv", ".xlsx", ".xls", ".xlsm", ".ods", ".txt", ".md", ".json", ".jsonl", ".ndjson", ".docx", ".odt":
		return []string{looksTable}
	}
	return nil
}

// FileKind says what a single file most likely is as evidence, by its name.
func FileKind(name string) string {
	if looks := looksByName(name); len(looks) == 1 && looks[0] != looksTable {
		return looks[0]
	}
	return looksFile
}

// looksByHead says what a file is by how it begins.
func looksByHead(head []byte) []string {
	begins := func(at int, magic string) bool {
		return len(head) >= at+len(magic) && string(head[at:at+len(magic)]) == magic
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	switch {
	case begins(0, "%PDF-"):
		return []string{looksPhoto, looksPage, looksTable}
	case begins(0, "\x89PNG\r\n\x1a\n"), begins(0, "\xff\xd8\xff"), begins(0, "GIF8"), begins(0, "II*\x00"), begins(0, "MM\x00*"):
		return []string{looksPhoto}
	case begins(0, "RIFF") && begins(8, "WEBP"), begins(4, "ftyphei"), begins(4, "ftypmif1"), begins(4, "ftypavif"):
		return []string{looksPhoto}
	case begins(0, "WARC/"), bytes.HasPrefix(text, []byte("<!doctype html")), bytes.HasPrefix(text, []byte("<html")):
		return []string{looksPage}
	case beginsAsMail(head):
		return []string{looksMail}
	}
	return nil
}

// beginsAsMail reports whether the bytes begin with header fields of RFC 5322, at
// least two of which every mail has or gets on its way.
func beginsAsMail(head []byte) bool {
	usual := []string{
		"from", "to", "date", "subject", "received", "return-path", "message-id", "delivered-to", "mime-version",
		"reply-to", "sender", "x-original-to", "dkim-signature", "content-type", "arc-seal", "authentication-results",
	}
	seen := 0
	for i, line := range bytes.Split(head, []byte("\n")) {
		line = bytes.TrimSuffix(line, []byte("\r"))
		switch {
		case len(line) == 0:
			return seen > 1
		case i == 0 && bytes.HasPrefix(line, []byte("From ")): // of an mbox
			seen++
		case i > 0 && (line[0] == ' ' || line[0] == '\t'): // a folded field
		default:
			name, _, ok := bytes.Cut(line, []byte(":"))
			if !ok || len(name) == 0 || bytes.ContainsAny(name, " \t") {
				return seen > 1 // the head may be cut in the middle of a line
			}
			if slices.Contains(usual, strings.ToLower(string(name))) {
				seen++
			}
		}
	}
	return seen > 1
}
