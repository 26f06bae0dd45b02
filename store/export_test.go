package store

import "context"

// VerifyFoldDuring is what Verify does with the fold, with something that happens
// once it began. The workspace's lock is taken while the fold is checked.
func (w *Workspace) VerifyFoldDuring(ctx context.Context, meanwhile func()) ([]Alarm, bool, error) {
	f, err := w.freeze(ctx)
	if err != nil {
		return nil, false, err
	}
	defer f.release()
	meanwhile()
	w.mu.Lock() // a check that waited for it would wait for ever
	defer w.mu.Unlock()
	return f.check(ctx)
}
