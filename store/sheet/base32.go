package sheet

import (
	"encoding/base32"
	"strings"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// bech32 is the alphabet that age writes identities in.
const bech32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"

const (
	identityPrefix  = "AGE-SECRET-KEY-PQ-1"
	identityLetters = 58 // 32 bytes and a checksum
	identityBytes   = 37 // the letters at five bits each
)

func alphabet(letters string) *base32.Encoding {
	return base32.NewEncoding(letters).WithPadding(base32.NoPadding)
}

func encode32(data []byte) string { return alphabet(crockford).EncodeToString(data) }

// decode32 reads letters that read has made Crockford's.
func decode32(text string) ([]byte, error) { return alphabet(crockford).DecodeString(text) }

// packIdentity takes the letters of an identity as five bits each.
func packIdentity(identity string) (out [identityBytes]byte, ok bool) {
	letters, ok := strings.CutPrefix(identity, identityPrefix)
	if !ok || len(letters) != identityLetters {
		return out, false
	}
	// 58 letters are 290 bits; padded to 60, they decode to 37 bytes and a half.
	data, err := alphabet(bech32).DecodeString(letters + "QQQQQQ")
	if err != nil {
		return out, false
	}
	copy(out[:], data)
	return out, true
}

func unpackIdentity(data [identityBytes]byte) string {
	return identityPrefix + alphabet(bech32).EncodeToString(data[:])[:identityLetters]
}
