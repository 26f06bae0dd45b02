package keys_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

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

// TestWordlist_IsBIP39 holds the list to the SHA-256 of bip-0039/english.txt.
func TestWordlist_IsBIP39(t *testing.T) {
	data := strings.Join(keys.Wordlist(), "\n") + "\n"
	const want = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(data))); got != want {
		t.Errorf("the word list is another one: %s", got)
	}
}

// TestWords_AreTheFirst132Bits computes the words another way: as the digits of
// a number in base 2048.
func TestWords_AreTheFirst132Bits(t *testing.T) {
	list := keys.Wordlist()
	for n := range uint64(50) {
		pub := fixedKey(t, n)
		sum := sha256.Sum256(keys.KeyFile(pub))
		number, base, digit := new(big.Int).SetBytes(sum[:]), big.NewInt(2048), new(big.Int)
		number.Rsh(number, 256-132)
		got := keys.Words(pub)
		for i := len(got) - 1; i >= 0; i-- {
			number.DivMod(number, base, digit)
			if want := list[digit.Int64()]; got[i] != want {
				t.Fatalf("key %d, word %d: %q, want %q", n, i+1, got[i], want)
			}
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
