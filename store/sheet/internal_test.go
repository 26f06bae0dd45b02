package sheet

import (
	"strings"
	"testing"

	"filippo.io/age"
)

func TestAnIdentityIsPackedAndUnpacked(t *testing.T) {
	for range 20 {
		id, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		packed, ok := packIdentity(id.String())
		if got := unpackIdentity(packed); !ok || got != id.String() {
			t.Fatalf("packed %v", ok)
		}
	}
	for name, text := range map[string]string{
		"another kind": "AGE-SECRET-KEY-1" + strings.Repeat("Q", identityLetters),
		"short":        identityPrefix + "QQ",
		"letters":      identityPrefix + strings.Repeat("B", identityLetters),
	} {
		if _, ok := packIdentity(text); ok {
			t.Errorf("%s: packed", name)
		}
	}
}
