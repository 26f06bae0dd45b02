package pdf

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/posko-ir/posko/assets"
)

func TestCoverageOfTheFontsWeShip(t *testing.T) {
	for _, name := range []string{assets.SansRegular, assets.SansBold, assets.SansItalic, assets.MonoRegular} {
		data, err := assets.Font(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := coverage(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range " aZ09{}…–—·•àèìòùÀÈé€“”’" {
			if _, has := slices.BinarySearch(got, r); !has {
				t.Errorf("%s lacks %q, which our own texts may use", name, r)
			}
		}
		if _, has := slices.BinarySearch(got, '漢'); has {
			t.Errorf("%s claims to have a Chinese character", name)
		}
	}
}

// tinyFont has a cmap that maps first..last by delta.
func tinyFont(first, last, delta uint16) []byte {
	var sub []byte
	for _, v := range []uint16{4, 24, 0, 2, 0, 0, 0, last, 0, first, delta, 0} {
		sub = binary.BigEndian.AppendUint16(sub, v)
	}
	cmap := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12}
	cmap = append(cmap, sub...)
	font := []byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 'c', 'm', 'a', 'p', 0, 0, 0, 0, 0, 0, 0, 28}
	font = binary.BigEndian.AppendUint32(font, uint32(len(cmap)))
	return append(font, cmap...)
}

func TestCoverageReadsSegments(t *testing.T) {
	got, err := coverage(tinyFont('a', 'e', 0xffff-'c'+1)) // 'c' maps to glyph 0: missing
	if err != nil {
		t.Fatal(err)
	}
	if want := []rune{'a', 'b', 'd', 'e'}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCoverageRefusesWhatIsNoFont(t *testing.T) {
	font := tinyFont('a', 'e', 1)
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("this is no font at all, only text"), "cut": font[:len(font)-3],
	} {
		if _, err := coverage(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzCoverage: whatever the bytes, it ends with an error or with a bounded
// list of characters.
func FuzzCoverage(f *testing.F) {
	f.Add(tinyFont('a', 'e', 1))
	f.Add(tinyFont(0, 0xffff, 7))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := coverage(data)
		if err == nil && len(got) > maxLooks {
			t.Errorf("%d characters", len(got))
		}
	})
}
