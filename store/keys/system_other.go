//go:build !linux && !darwin && !windows

package keys

import (
	"context"
	"fmt"
)

// reachable has nothing to ask where the keychain is not known well.
func reachable(context.Context) error { return nil }

func classify(_ context.Context, err error) error {
	return fmt.Errorf("%w: %w", ErrKeychain, err)
}
