package keys_test

import (
	"testing"
	"time"

	"github.com/posko-ir/posko/store/keys"
)

// TestErrors_SayHowLong: a wait that is not over never reads as nought.
func TestErrors_SayHowLong(t *testing.T) {
	tests := map[string]error{
		"wrong passphrase (try 1)":                &keys.WrongPassphraseError{Count: 1},
		"wrong passphrase (try 4); wait 2s":       &keys.WrongPassphraseError{Count: 4, RetryAfter: 2 * time.Second},
		"too many wrong passphrases; wait 1s":     &keys.DelayError{RetryAfter: time.Millisecond},
		"too many wrong passphrases; wait 15m0s":  &keys.DelayError{RetryAfter: 15 * time.Minute},
		"too many wrong passphrases; wait 14m59s": &keys.DelayError{RetryAfter: 14*time.Minute + 58*time.Second + 1},
	}
	for want, err := range tests {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}
