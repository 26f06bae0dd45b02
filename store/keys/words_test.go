package keys_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tyler-smith/go-bip39"
	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/store/keys"
)

// fixedKey is the key with the seed n, 0, 0, ...
func fixedKey(t testing.TB, n uint64) ssh.PublicKey {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	binary.LittleEndian.PutUint64(seed, n)
	pub, err := ssh.NewPublicKey(ed25519.NewKeyFromSeed(seed).Public())
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

// TestWords_AgreesWithBIP39: for 128 bits BIP-39 appends a checksum of four bits; the first
// eleven words do not contain it, so they must be those of a mnemonic of the first 128 bits.
func TestWords_AgreesWithBIP39(t *testing.T) {
	for n := range uint64(50) {
		pub := fixedKey(t, n)
		sum := sha256.Sum256(keys.KeyFile(pub))
		mnemonic, err := bip39.NewMnemonic(sum[:16])
		if err != nil {
			t.Fatal(err)
		}
		got := keys.Words(pub)
		if want := strings.Fields(mnemonic)[:11]; !slices.Equal(got[:11], want) {
			t.Fatalf("key %d: %v, want %v ...", n, got, want)
		}
		// The twelfth: the last seven of 128 bits and four more.
		index := int(sum[15]&0x7f)<<4 | int(sum[16]>>4)
		if got[11] != bip39.GetWordList()[index] {
			t.Fatalf("key %d: twelfth word %q, want %q", n, got[11], bip39.GetWordList()[index])
		}
	}
}

// TestWords_Fixed keeps the words of a key from changing between releases: people hold them on paper.
func TestWords_Fixed(t *testing.T) {
	const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop\n"
	const want = "vague mean aspect eagle rib write invite another give step style bargain"
	pub := fixedKey(t, 0)
	if string(keys.KeyFile(pub)) != line {
		t.Fatalf("key file %q", keys.KeyFile(pub))
	}
	words := keys.Words(pub)
	if got := strings.Join(words[:], " "); got != want {
		t.Errorf("got %q", got)
	}
}

func TestParseWords(t *testing.T) {
	words := keys.Words(fixedKey(t, 7))
	text := strings.Join(words[:], " ")
	for _, typed := range []string{text, strings.ToUpper(text), "  " + strings.ReplaceAll(text, " ", "\n\t ") + "\r\n"} {
		if got, err := keys.ParseWords(typed); err != nil || got != words {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
	for _, typed := range []string{
		"", strings.Join(words[:11], " "), text + " abandon", strings.Replace(text, words[3], "posko", 1),
		strings.ReplaceAll(text, " ", ""), strings.Repeat(" ", 2000) + text,
	} {
		if _, err := keys.ParseWords(typed); !errors.Is(err, keys.ErrWords) {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

// FuzzParseWords: what is read is twelve words that read as themselves.
func FuzzParseWords(f *testing.F) {
	words := keys.Words(fixedKey(f, 7))
	f.Add(strings.Join(words[:], " "))
	f.Add("zoo")
	f.Add(strings.Repeat("abandon ", 12))
	f.Add(strings.Repeat("\u212aite ", 12))
	f.Fuzz(func(t *testing.T, text string) {
		got, err := keys.ParseWords(text)
		if err != nil {
			if got != [12]string{} {
				t.Errorf("%v with an error", got)
			}
			return
		}
		if again, err := keys.ParseWords(strings.Join(got[:], " ")); err != nil || again != got {
			t.Errorf("%v read again: %v, %v", got, again, err)
		}
	})
}
