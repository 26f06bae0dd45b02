package keys

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
)

// The security program exits with the low byte of the OSStatus.
const (
	exitInteraction = 36  // errSecInteractionNotAllowed, -25308
	exitNoKeychain  = 37  // errSecNoDefaultKeychain, -25307
	exitAuthFailed  = 51  // errSecAuthFailed, -25293
	exitCanceled    = 128 // errSecUserCanceled, -128
)

// reachable has nothing to ask: every macOS login has a keychain.
func reachable(context.Context) error { return nil }

func classify(_ context.Context, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return ErrNoKeychain
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		switch exit.ExitCode() {
		case exitInteraction, exitAuthFailed, exitCanceled:
			return ErrKeychainLocked
		case exitNoKeychain:
			return ErrNoKeychain
		}
	}
	return fmt.Errorf("%w: %w", ErrKeychain, err)
}
