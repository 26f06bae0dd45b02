package assets

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"
)

func TestFontReturnsTrueTypeAndACopy(t *testing.T) {
	trueType := []byte{0, 1, 0, 0}
	for _, name := range []string{SansRegular, SansBold, SansItalic, MonoRegular} {
		first, err := Font(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(first, trueType) {
			t.Errorf("%s does not begin like a TrueType file", name)
		}
		first[0] = 0xff
		again, err := Font(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(again, trueType) {
			t.Errorf("%s: a caller's change reached the next caller", name)
		}
	}
}

func TestFontThatIsNotThere(t *testing.T) {
	if _, err := Font("../assets.go"); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v, want a file error", err)
	}
}

func TestHelpOfALanguageThatIsNotThere(t *testing.T) {
	if texts, err := Help("xx"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%d texts, %v", len(texts), err)
	}
}
