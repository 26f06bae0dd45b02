package keys

import (
	_ "embed" // for the word list
	"strings"
)

// english is BIP-39's English list, one word a line, sorted. Its SHA-256 is in
// the test.
//
//go:embed english.txt
var english string

// Wordlist returns the 2,048 words that fingerprints are made of.
func Wordlist() []string { return strings.Fields(english) }
