package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"filippo.io/age"
)

// Batch writes objects into new segments. [Batch.Add] may be called from
// several goroutines: small objects are read side by side, a large one holds
// the stream until its end.
type Batch struct {
	vault  *Vault
	id     string
	folder string
	lock   *os.File
	stages *stages
	heads  chan []byte // spare buffers for the beginning of an object

	mu     sync.Mutex // guards the stream and the state
	stream stream
	state  batchState

	journal journal
}

type batchState int

const (
	batchOpen   batchState = iota
	batchFailed            // or sealing was cut off: only Abort and Suspend help
	batchSealed
	batchClosed
)

// Begin starts a batch encrypted to the recipients, which must all be of one
// kind: age refuses to mix post-quantum and classic ones.
func (v *Vault) Begin(recipients ...age.Recipient) (*Batch, error) {
	return v.begin(newName(), recipients)
}

func (v *Vault) begin(id string, recipients []age.Recipient) (*Batch, error) {
	// A trial finds a bad set of recipients before the first byte is read.
	if _, err := age.Encrypt(io.Discard, recipients...); err != nil {
		return nil, fmt.Errorf("begin batch: %w", err)
	}
	b := &Batch{vault: v, id: id, folder: v.batchFolder(id)}
	if err := v.disk.mkdir(b.folder); err != nil && !os.IsExist(err) {
		return nil, fmt.Errorf("begin batch: %w", err)
	}
	lock, err := lockBatch(b.folder)
	if err != nil {
		return nil, fmt.Errorf("begin batch: %w", err)
	}
	b.lock = lock
	b.heads = make(chan []byte, 4)
	b.journal = journal{folder: b.folder, disk: v.disk, recipients: recipients}
	b.stages = &stages{folder: b.folder, disk: v.disk, recipients: recipients, finished: b.journal.segmentDone}
	b.stream = stream{stages: b.stages, limit: v.limit}
	startStages(b.stages)
	return b, nil
}

func lockBatch(folder string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// ID names the batch for [Vault.Resume]. Put it into the ledger entry: a batch
// that is still listed by [Vault.Unfinished] although an entry names it needs
// only [Vault.Discard].
func (b *Batch) ID() string { return b.id }

// Add stores all of r. Memory does not depend on its size.
//
// If r fails, the error wraps [ErrSource] and the cause, the returned object
// holds what was read until then, and the batch goes on. Any other error but
// that of ctx ends the batch.
func (b *Batch) Add(ctx context.Context, r io.Reader) (Object, error) {
	head := b.head()
	defer b.spare(head)
	a := newAdding(r)
	n, err := a.head(ctx, head)
	if err != nil {
		return Object{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.usable(); err != nil {
		return Object{}, err
	}
	err = b.stream.put(head[:n], &a.object)
	for err == nil && !a.ended {
		err = b.stream.fill(ctx, a)
	}
	if err != nil {
		return Object{}, b.failed(err)
	}
	return a.result()
}

func (b *Batch) head() []byte {
	select {
	case head := <-b.heads:
		return head
	default:
		return make([]byte, bufferSize)
	}
}

func (b *Batch) spare(head []byte) {
	select {
	case b.heads <- head:
	default:
	}
}

// AddLive is [Batch.Add] for a source that may wait, as a running command's
// output does: it never holds the stream while it reads, so that two of them
// cannot block each other. Its extents may be as short as 1 MiB.
func (b *Batch) AddLive(ctx context.Context, r io.Reader) (Object, error) {
	head := b.head()
	defer b.spare(head)
	a := newAdding(r)
	for !a.ended {
		n, err := a.head(ctx, head)
		if err == nil {
			err = b.putLocked(head[:n], &a.object)
		}
		if err != nil {
			return Object{}, err
		}
	}
	return a.result()
}

func (b *Batch) putLocked(p []byte, o *Object) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.usable(); err != nil {
		return err
	}
	if err := b.stream.put(p, o); err != nil {
		return b.failed(err)
	}
	return nil
}

// usable refuses work on a batch that is over.
func (b *Batch) usable() error {
	if b.state != batchOpen {
		return errors.Join(ErrBatchOver, b.stages.failure())
	}
	return nil
}

// failed marks the batch if the stages stopped, and returns why.
func (b *Batch) failed(err error) error {
	if cause := b.stages.failure(); cause != nil {
		b.state = batchFailed
		return cause
	}
	return err
}

// Note remembers data, which must be one JSON value, for [Vault.Resume]: it is
// stored, encrypted, as soon as every byte of the object is on the disk.
func (b *Batch) Note(o Object, data []byte) {
	b.journal.note(o, data)
}

// Seal writes out what is buffered, syncs it and moves all segments into place.
// When it returns nil they are durable; then commit the entry that names them,
// then call [Batch.Done]. After an error no segment counts as sealed.
func (b *Batch) Seal(ctx context.Context) ([]Segment, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.usable(); err != nil {
		return nil, fmt.Errorf("seal batch: %w", err)
	}
	b.state = batchFailed
	err := b.stream.finish()
	if werr := b.stages.wait(); err == nil {
		err = werr
	}
	if err == nil {
		err = b.journal.write()
	}
	if err == nil {
		err = b.publishAll(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("seal batch: %w", err)
	}
	b.state = batchSealed
	return b.journal.segments(), nil
}

// publishAll moves every segment to its sealed place, or none.
func (b *Batch) publishAll(ctx context.Context) (err error) {
	dirty := map[string]bool{}
	moved := map[string]string{}
	defer func() {
		if err == nil {
			return
		}
		for from, to := range moved { // best effort: what stays is an orphan
			_ = checkedRename(to, from)
		}
	}()
	for _, s := range b.journal.segments() {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := filepath.Join(b.folder, s.Name+ageSuffix)
		to, err := b.vault.Path(s.Name)
		if err != nil {
			return err
		}
		if !exists(from) && exists(to) { // a run that was cut off did this one
			dirty[filepath.Dir(to)], dirty[b.vault.dir] = true, true
			continue
		}
		if err := b.vault.publish(from, s.Name, dirty); err != nil {
			return err
		}
		moved[from] = to
	}
	return b.vault.syncFolders(dirty)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// Done forgets the batch after its segments were committed: it removes the
// journal. Before a successful Seal it does nothing.
func (b *Batch) Done() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state != batchSealed {
		return nil
	}
	b.close()
	return os.RemoveAll(b.folder)
}

// Abort removes everything the batch wrote. After a successful Seal it removes
// nothing, because the caller may have committed the segments; so it can be
// deferred.
func (b *Batch) Abort() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch b.state {
	case batchClosed:
		return nil
	case batchSealed:
		b.close()
		return nil
	}
	b.close()
	return os.RemoveAll(b.folder)
}

// Suspend ends the batch and keeps what is on the disk for [Vault.Resume].
func (b *Batch) Suspend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state != batchClosed {
		b.close()
	}
}

// close stops the stages, waits for them and gives the lock back.
func (b *Batch) close() {
	if b.state != batchSealed {
		b.stages.end(ErrBatchOver)
		_ = b.stages.wait()
	}
	b.state = batchClosed
	_ = b.lock.Close()
}
