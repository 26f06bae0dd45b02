package keys

import (
	"errors"
	"fmt"
	"time"
)

// What can be wrong with a key file or a passphrase. Match with errors.Is.
var (
	// ErrNoOfficer is returned when the folder holds no key file.
	ErrNoOfficer = errors.New("no officer's key file here; create or restore the workspace")
	// ErrExists is returned when a key file would be overwritten.
	ErrExists = errors.New("an officer's key file is already here")
	// ErrDamaged is returned when a key file is not what was written. No passphrase helps.
	ErrDamaged = errors.New("key file is damaged; put back a copy of it or enrol a new key")
	// ErrNewer is returned for an intact key file of a later version.
	ErrNewer = errors.New("key file is from a newer Posko; update the program")
	// ErrOtherWorkspace is returned when the key file belongs to another workspace.
	ErrOtherWorkspace = errors.New("key file belongs to another workspace")
	// ErrCost is returned when Argon2id would have to work less than is safe or more than is sane.
	ErrCost = errors.New("key derivation cost is out of bounds")
	// ErrWeakPassphrase is returned when a new passphrase is too short.
	ErrWeakPassphrase = fmt.Errorf("passphrase is too short; use at least %d characters", minPassphrase)
	// ErrPassphrase is returned for bytes that cannot be a passphrase.
	ErrPassphrase = errors.New("passphrase must be text of 1 to 1024 bytes")
	// ErrWrongPassphrase is matched by *WrongPassphraseError.
	ErrWrongPassphrase = errors.New("wrong passphrase")
	// ErrDelayed is matched by *DelayError.
	ErrDelayed = errors.New("too many wrong passphrases")
	// ErrLocked is returned by an Unlocked after Lock.
	ErrLocked = errors.New("keys are locked; unlock again")
	// ErrOption is returned when the caller's options make no sense.
	ErrOption = errors.New("invalid option")
)

// What can be wrong with the keychain. All of them match ErrKeychain, except ErrNotFound.
var (
	// ErrKeychain is matched by every failure of the keychain.
	ErrKeychain = errors.New("keychain")
	// ErrNoKeychain is returned when this machine has no keychain that could answer.
	ErrNoKeychain = fmt.Errorf("%w: none on this machine; log in to the desktop or start a Secret Service", ErrKeychain)
	// ErrKeychainLocked is returned when the keychain is locked and was not opened.
	ErrKeychainLocked = fmt.Errorf("%w: locked; unlock it in the desktop's password program and try again", ErrKeychain)
	// ErrKeychainTimeout is returned when the keychain did not answer in time.
	ErrKeychainTimeout = fmt.Errorf("%w: no answer in time; look for its password prompt, answer it and try again", ErrKeychain)
	// ErrSecretMissing is returned when the keychain works but the workspace's secret is not in it.
	ErrSecretMissing = fmt.Errorf("%w: it does not hold this workspace's secret; use the machine and login that created it, or enrol a new key", ErrKeychain)
	// ErrSecretWrong is returned when the keychain's secret is not the one the key file was sealed with.
	ErrSecretWrong = fmt.Errorf("%w: it holds another secret than this key file was sealed with; put back the keychain or enrol a new key", ErrKeychain)
	// ErrNotFound is what a Keychain must return for an account that it does not hold.
	ErrNotFound = errors.New("not found in the keychain")
)

// WrongPassphraseError says how often a wrong passphrase was tried, this try included.
type WrongPassphraseError struct {
	Count      int
	RetryAfter time.Duration // zero while tries are free
}

// Error names the count and the delay.
func (e *WrongPassphraseError) Error() string {
	if e.RetryAfter <= 0 {
		return fmt.Sprintf("%v (try %d)", ErrWrongPassphrase, e.Count)
	}
	return fmt.Sprintf("%v (try %d); wait %v", ErrWrongPassphrase, e.Count, roundUp(e.RetryAfter))
}

// Is matches ErrWrongPassphrase.
func (e *WrongPassphraseError) Is(target error) bool { return target == ErrWrongPassphrase }

// DelayError is returned at once, without trying the passphrase, while a delay runs.
type DelayError struct {
	RetryAfter time.Duration
}

// Error names the delay.
func (e *DelayError) Error() string {
	return fmt.Sprintf("%v; wait %v", ErrDelayed, roundUp(e.RetryAfter))
}

// Is matches ErrDelayed.
func (e *DelayError) Is(target error) bool { return target == ErrDelayed }

// roundUp shows whole seconds and never "0s" for a wait that is not over.
func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
