package keystest

import (
	"context"
	"slices"
	"sync"

	"github.com/posko-ir/posko/store/keys"
)

// Keychain is a keychain in memory. A function that is set answers instead of the memory; the
// zero Keychain is ready.
type Keychain struct {
	GetFunc    func(ctx context.Context, account string) ([]byte, error)
	SetFunc    func(ctx context.Context, account string, value []byte) error
	DeleteFunc func(ctx context.Context, account string) error

	mu     sync.Mutex
	values map[string][]byte
}

// Get returns a copy of the value.
func (k *Keychain) Get(ctx context.Context, account string) ([]byte, error) {
	if k.GetFunc != nil {
		return k.GetFunc(ctx, account)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	value, ok := k.values[account]
	if !ok {
		return nil, keys.ErrNotFound
	}
	return slices.Clone(value), nil
}

// Set keeps a copy of the value.
func (k *Keychain) Set(ctx context.Context, account string, value []byte) error {
	if k.SetFunc != nil {
		return k.SetFunc(ctx, account, value)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values == nil {
		k.values = map[string][]byte{}
	}
	k.values[account] = slices.Clone(value)
	return nil
}

// Delete forgets the value.
func (k *Keychain) Delete(ctx context.Context, account string) error {
	if k.DeleteFunc != nil {
		return k.DeleteFunc(ctx, account)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.values[account]; !ok {
		return keys.ErrNotFound
	}
	delete(k.values, account)
	return nil
}

// Len is how many values are kept.
func (k *Keychain) Len() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.values)
}

// Fail makes every call return err.
func (k *Keychain) Fail(err error) {
	k.GetFunc = func(context.Context, string) ([]byte, error) { return nil, err }
	k.SetFunc = func(context.Context, string, []byte) error { return err }
	k.DeleteFunc = func(context.Context, string) error { return err }
}

// Cheap is a cost, and a floor that allows it, for tests that try many passphrases.
func Cheap() keys.Cost { return keys.Cost{MemoryKiB: 64, Time: 1, Threads: 1} }
