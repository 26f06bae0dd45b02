package keys

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

const (
	wordCount    = 12
	bitsPerWord  = 11
	maxWordInput = 1024
)

// ErrWords is returned for text that is not twelve words of the list.
var ErrWords = errors.New("not twelve words of a fingerprint")

// KeyFile is the canonical key file of a public key: its authorized_keys line without a comment,
// ended by one newline. The twelve words are a fingerprint of these bytes.
func KeyFile(pub ssh.PublicKey) []byte { return ssh.MarshalAuthorizedKey(pub) }

// Words is the fingerprint that people compare by phone or on paper: BIP-39 English words for the
// first 132 bits of the SHA-256 of the canonical key file. There is no BIP-39 checksum in it.
func Words(pub ssh.PublicKey) [wordCount]string { return WordsOf(sha256.Sum256(KeyFile(pub))) }

// WordsOf is the same for another hash that people compare.
func WordsOf(sum [sha256.Size]byte) [wordCount]string {
	list := Wordlist()
	var words [wordCount]string
	for i := range words {
		index := 0
		for bit := i * bitsPerWord; bit < (i+1)*bitsPerWord; bit++ {
			index = index<<1 | int(sum[bit/8]>>(7-bit%8)&1)
		}
		words[i] = list[index]
	}
	return words
}

// ParseWords reads twelve words as a person types them: any case, any white space between them.
func ParseWords(text string) ([wordCount]string, error) {
	var words [wordCount]string
	if len(text) > maxWordInput {
		return words, fmt.Errorf("%w: too long", ErrWords)
	}
	fields := strings.Fields(strings.ToLower(text))
	if len(fields) != wordCount {
		return words, fmt.Errorf("%w: %d words, want %d", ErrWords, len(fields), wordCount)
	}
	list := Wordlist()
	for i, f := range fields {
		if _, known := slices.BinarySearch(list, f); !known {
			return [wordCount]string{}, fmt.Errorf("%w: word %d (%q) is not in the list", ErrWords, i+1, f)
		}
		words[i] = f
	}
	return words, nil
}
