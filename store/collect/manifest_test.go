package collect

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"
	"github.com/posko-ir/posko/store/vault"
)

// fullLine uses every member, with hard values.
func fullLine() Line {
	at := time.Date(2026, 11, 21, 14, 2, 3, 456_000_000, time.UTC)
	return Line{
		N: 1, Root: 2, Name: "a/\"b\\\n\x01é \u2028<&>", Kind: Symlink, Stored: true,
		Object:     vault.Object{Size: 3, Extents: []vault.Extent{{Segment: strings.Repeat("ab", 16), Offset: 1, Length: 3}}},
		SourceSize: 1 << 60, Modified: at, Changed: at, Accessed: at, Born: at.Add(time.Nanosecond),
		HasOwner: true, Mode: 0o4755, UID: 0, GID: 1000, Owner: "root", Group: "staff",
		Device: 1<<64 - 1, Inode: 1 << 53, Links: 2, Holes: true, Target: "\xff/../x",
		Xattr: map[string][]byte{"user.b": {0, 1}, "user.a": nil, "\xfe": []byte("odd"), "base64:x": nil, "\U0001f600": nil, "\ufb33": nil},
		Notes: []Note{Grew, Older},
	}
}

func TestLineIsCanonical(t *testing.T) {
	for name, l := range map[string]Line{
		"full": fullLine(), "empty": {}, "bytes": {N: 2, Name: "\xff\xfe", Kind: File},
		"controls": {Name: "\b\t\n\v\f\r\x1f\x7f"},
		"thing":    ThingLine("Laptop", Thing{"PF-1", "47", "on", "lid \"open\"\n", "desk é", "Ada"}),
		"bare":     ThingLine("Badge", Thing{Serial: "none"}),
	} {
		b := l.AppendJSON(nil)
		want, err := jcs.Transform(b)
		must(t, err)
		if !bytes.Equal(b, want) {
			t.Errorf("%s: not canonical\n got %s\nwant %s", name, b, want)
		}
		again, err := ParseLine(b)
		must(t, err)
		if again.Name != l.Name || again.Target != l.Target {
			t.Errorf("%s: names changed: %q %q", name, again.Name, again.Target)
		}
	}
}

func TestParseLineRefuses(t *testing.T) {
	l := fullLine()
	good := string(l.AppendJSON(nil))
	for name, b := range map[string]string{
		"empty":         "",
		"not JSON":      "{",
		"trailing":      good + "{}",
		"space":         " " + good,
		"duplicate":     strings.Replace(good, `{"atime"`, `{"atime":"2026-01-01T00:00:00Z","atime"`, 1),
		"case variant":  strings.Replace(good, `"holes":true`, `"Holes":true`, 1),
		"unknown":       strings.Replace(good, `"holes"`, `"hole":1,"holes"`, 1),
		"large number":  strings.Replace(good, `"1152921504606846976"`, `1152921504606846976`, 1),
		"small string":  strings.Replace(good, `"n":1`, `"n":"1"`, 1),
		"fraction":      strings.Replace(good, `"n":1`, `"n":1.0`, 1),
		"offset":        strings.Replace(good, `"offset":1`, `"offset":-1`, 1),
		"segment":       strings.Replace(good, strings.Repeat("ab", 16), "../../../etc/passwd", 1),
		"size":          strings.Replace(good, `"size":3`, `"size":4`, 1),
		"zone":          strings.Replace(good, "14:02:03.456Z", "15:02:03.456+01:00", 1),
		"twin of valid": `{"kind":"file","n":1,"name":"a","name_b64":"YQ==","root":1,"source_size":0}`,
		"surrogate":     `{"kind":"file","n":1,"name":"\ud800","root":1,"source_size":0}`,
		"escape":        `{"kind":"file","n":1,"name":"\u0061","root":1,"source_size":0}`,
		"null":          "null",
		"no thing":      `{"kind":"thing","n":1,"name":"a","root":0,"source_size":0}`,
		"thing on file": `{"kind":"file","n":1,"name":"a","root":0,"source_size":0,"thing":{}}`,
		"odd thing":     `{"kind":"thing","n":1,"name":"a","root":0,"source_size":0,"thing":{"colour":"red"}}`,
		"empty serial":  `{"kind":"thing","n":1,"name":"a","root":0,"source_size":0,"thing":{"serial":""}}`,
		"thing's bytes": `{"extents":[],"kind":"thing","n":1,"name":"a","root":0,"sha256":"` + strings.Repeat("ab", 32) + `","size":0,"source_size":0,"thing":{}}`,
	} {
		if _, err := ParseLine([]byte(b)); !errors.Is(err, ErrManifest) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseChecksNumbersAndEnds(t *testing.T) {
	one, two := Line{N: 1, Kind: File}, Line{N: 2, Kind: File}
	good := string(manifest(t, []Line{one, two}))
	for name, c := range map[string]struct {
		text  string
		lines int
		ok    bool
	}{
		"good":      {good, 2, true},
		"empty":     {"", 0, true},
		"gap":       {string(manifest(t, []Line{two})), 0, false},
		"reordered": {string(manifest(t, []Line{two, one})), 0, false},
		"repeated":  {string(manifest(t, []Line{one, one})), 1, false},
		"cut":       {good[:len(good)-1], 1, false},
		"blank":     {good + "\n", 2, false},
		"too long":  {`{"kind":"` + strings.Repeat("x", maxLine), 0, false},
	} {
		lines, ok := 0, true
		for _, err := range Parse(strings.NewReader(c.text)) {
			if err != nil {
				ok = false
				continue
			}
			lines++
		}
		if lines != c.lines || ok != c.ok {
			t.Errorf("%s: %d lines, ok %v", name, lines, ok)
		}
	}
}

func FuzzParseLine(f *testing.F) {
	for _, l := range []Line{fullLine(), {}, {N: 7, Name: "\xff", Kind: FIFO}, ThingLine("a", Thing{Serial: "x"})} {
		f.Add(l.AppendJSON(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := ParseLine(b)
		if err != nil {
			return
		}
		if got := l.AppendJSON(nil); !bytes.Equal(got, b) {
			t.Fatalf("reads %q\nwrites %q", b, got)
		}
		if !json.Valid(b) || l.Stored && l.Object.Check() != nil {
			t.Fatalf("accepted %q", b)
		}
	})
}

func FuzzLineRoundTrip(f *testing.F) {
	f.Add("a", "b", int64(1), uint64(2))
	f.Add("\xff\x00", "\u2028", int64(-1), uint64(1<<63))
	f.Fuzz(func(t *testing.T, name, target string, size int64, inode uint64) {
		l := Line{
			Name: name, Kind: Symlink, Target: target, SourceSize: size, Inode: inode,
			Xattr: map[string][]byte{name: []byte(target)},
		}
		again, err := ParseLine(l.AppendJSON(nil))
		must(t, err)
		if again.Name != name || again.Target != target || again.SourceSize != size || again.Inode != inode {
			t.Fatalf("wrote %+v, read %+v", l, again)
		}
		if string(again.Xattr[name]) != target {
			t.Fatalf("attribute %q: %q", name, again.Xattr[name])
		}
	})
}
