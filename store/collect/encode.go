package collect

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// maxSafe is the largest integer that every JSON reader keeps.
const maxSafe = 1<<53 - 1

// encoder writes members of one object; the caller keeps their order.
type encoder struct{ b []byte }

// AppendJSON appends the line in canonical form, without a newline. The keys
// are written in the order that RFC 8785 sorts them.
func (l *Line) AppendJSON(dst []byte) []byte {
	e := encoder{append(dst, '{')}
	e.time("atime", l.Accessed)
	e.time("btime", l.Born)
	e.time("ctime", l.Changed)
	e.positive("device", l.Device)
	if l.Stored && len(l.Object.Extents) > 0 {
		e.extents(l)
	}
	if l.HasOwner {
		e.int("gid", l.GID)
		e.optional("group", l.Group)
	}
	if l.Holes {
		e.key("holes")
		e.b = append(e.b, "true"...)
	}
	e.positive("inode", l.Inode)
	e.string("kind", string(l.Kind))
	e.positive("links", l.Links)
	if l.HasOwner {
		e.mode(l.Mode)
	}
	e.time("mtime", l.Modified)
	e.int("n", l.N)
	e.bytes("name", l.Name)
	e.notes(l.Notes)
	if l.HasOwner {
		e.optional("owner", l.Owner)
	}
	e.int("root", int64(l.Root))
	if l.Stored {
		e.string("sha256", l.Object.SHA256.String())
		e.int("size", l.Object.Size)
	}
	e.int("source_size", l.SourceSize)
	if l.Kind == Symlink {
		e.bytes("target", l.Target)
	}
	if l.Thing != nil {
		e.thing(l.Thing)
	}
	if l.HasOwner {
		e.int("uid", l.UID)
	}
	e.xattr(l.Xattr)
	return append(e.b, '}')
}

func (e *encoder) key(k string) {
	if e.b[len(e.b)-1] != '{' {
		e.b = append(e.b, ',')
	}
	e.b = append(e.b, '"')
	e.b = append(e.b, k...)
	e.b = append(e.b, '"', ':')
}

func (e *encoder) string(k, v string) { e.key(k); e.b = appendString(e.b, v) }

func (e *encoder) optional(k, v string) {
	if v != "" {
		e.string(k, strings.ToValidUTF8(v, "?"))
	}
}

// bytes writes a name of the file system, with its twin if it is not UTF-8.
func (e *encoder) bytes(k, v string) {
	if utf8.ValidString(v) {
		e.string(k, v)
		return
	}
	e.string(k, readable(v))
	e.string(k+"_b64", base64.StdEncoding.EncodeToString([]byte(v)))
}

func (e *encoder) int(k string, v int64) {
	e.key(k)
	if v > maxSafe || v < -maxSafe {
		e.b = append(strconv.AppendInt(append(e.b, '"'), v, 10), '"')
		return
	}
	e.b = strconv.AppendInt(e.b, v, 10)
}

func (e *encoder) positive(k string, v uint64) {
	switch {
	case v == 0:
	case v > maxSafe:
		e.key(k)
		e.b = append(strconv.AppendUint(append(e.b, '"'), v, 10), '"')
	default:
		e.key(k)
		e.b = strconv.AppendUint(e.b, v, 10)
	}
}

// mode writes at least four octal digits, as chmod shows them.
func (e *encoder) mode(m uint32) {
	e.key("mode")
	e.b = append(e.b, '"')
	for limit := uint32(0o1000); limit > m && limit > 1; limit /= 8 {
		e.b = append(e.b, '0')
	}
	e.b = append(strconv.AppendUint(e.b, uint64(m), 8), '"')
}

func (e *encoder) time(k string, t time.Time) {
	if t.IsZero() {
		return
	}
	e.key(k)
	e.b = append(t.UTC().AppendFormat(append(e.b, '"'), time.RFC3339Nano), '"')
}

func (e *encoder) extents(l *Line) {
	e.key("extents")
	e.b = append(e.b, '[')
	for i, x := range l.Object.Extents {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.b = append(e.b, '{')
		e.int("length", x.Length)
		e.int("offset", x.Offset)
		e.string("segment", x.Segment)
		e.b = append(e.b, '}')
	}
	e.b = append(e.b, ']')
}

func (e *encoder) notes(notes []Note) {
	if len(notes) == 0 {
		return
	}
	e.key("notes")
	e.b = append(e.b, '[')
	for i, n := range notes {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.b = appendString(e.b, string(n))
	}
	e.b = append(e.b, ']')
}

// xattr writes extended attributes by name. A name that is not UTF-8, or that
// looks like the escape, is written as "base64:" and its bytes.
func (e *encoder) xattr(attrs map[string][]byte) {
	if len(attrs) == 0 {
		return
	}
	keys := map[string][]byte{}
	for name, value := range attrs {
		if !utf8.ValidString(name) || strings.HasPrefix(name, base64Prefix) {
			name = base64Prefix + base64.StdEncoding.EncodeToString([]byte(name))
		}
		keys[name] = value
	}
	e.key("xattr")
	e.b = append(e.b, '{')
	for i, k := range slices.SortedFunc(maps.Keys(keys), compareUTF16) {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.b = append(appendString(e.b, k), ':', '"')
		e.b = append(base64.StdEncoding.AppendEncode(e.b, keys[k]), '"')
	}
	e.b = append(e.b, '}')
}

const base64Prefix = "base64:"

// compareUTF16 is the order of RFC 8785 section 3.2.3.
func compareUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// appendString writes a JSON string as RFC 8785 section 3.2.2.2 wants it.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if plain(s) {
		return append(append(dst, s...), '"')
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		case strings.IndexByte("\b\t\n\f\r", c) >= 0:
			dst = append(dst, '\\', "btn?fr"[c-'\b'])
		default:
			dst = append(dst, '\\', 'u', '0', '0')
			dst = hex.AppendEncode(dst, []byte{c})
		}
	}
	return append(dst, '"')
}

// plain reports whether nothing in s needs an escape, as in nearly every name.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// readable shows bytes that are not UTF-8 as \xNN.
func readable(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}
