package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
)

// ErrClosed is returned after Close.
var ErrClosed = errors.New("the workspace is locked")

// Workspace is an open, unlocked workspace. It is safe for several goroutines.
type Workspace struct {
	dir      string
	id       string
	db       *database
	keys     *keys.Unlocked
	keychain keys.Keychain
	clock    Clock
	built    time.Time
	atRest   atRest

	commits chan struct{} // holds one token: whoever has it writes
	queueMu sync.Mutex
	queue   []*operation
	watch   *sql.Conn // sees PRAGMA data_version move

	mu       sync.RWMutex // guards everything below
	closed   bool
	logs     []*logState
	subjects map[string]int64 // tag to row
	secrets  map[int64]*secrets
	cached   map[cacheKey]*cached
	list     map[string]*cases.Summary
	listed   int64           // newest row folded into list
	listTail int             // rows folded into list since its snapshot
	opened   map[string]int  // cases opened in each log, for the gap-free numbers
	relist   map[string]bool // cases whose line has to be folded from zero
	heard    map[string]bool // subjects of others' entries that subscribers do not know of yet
	epoch    int             // counts what others appended; starts at 1
	alarms   []Alarm
	version  int64 // data_version of the writer when last looked
	watched  int64 // data_version of watch when last looked
	index    *searchIndex

	kept      ledger.Head // what the keychain has, as far as this process knows
	keptAt    time.Time
	seen      ledger.Head   // what the keychain had of the newest log at open
	keeping   chan struct{} // holds one token: whoever has it talks to the keychain
	verifying chan struct{} // held while the ledger is verified
	unkept    atomic.Bool   // the keychain did not take what it was given last

	subMu sync.Mutex
	subs  map[int]func(Change)
	subID int
}

// logState is what appending to a log and proving from it needs.
type logState struct {
	row      int64
	id       string
	device   ed25519.PublicKey
	frontier ledger.Frontier
	prev     ledger.Hash
	last     *ledger.Leaf
	broken   bool // this device must not go on with it
}

func (l *logState) head() ledger.Head {
	return ledger.Head{Log: l.id, Size: l.frontier.Size, Root: l.frontier.Root()}
}

// Alarm is damage or disagreement that somebody has to look at. Work goes on.
type Alarm struct {
	Log    string `json:"log,omitempty"`
	Seq    uint64 `json:"seq"`
	Reason string `json:"reason"`
	// Tag is the case that the damage is confined to: what one entry of it says,
	// or its key. Chain, tree and checkpoints hold. Empty for everything else.
	Tag string `json:"tag,omitempty"`
	// History is set for what concerns the folder's past and not an entry: every
	// entry that is here holds.
	History bool `json:"history,omitempty"`
}

// Change tells subscribers which subjects have new entries; "" is the workspace.
type Change struct{ Subjects []string }

// Dir is the workspace's folder.
func (w *Workspace) Dir() string { return w.dir }

// ID is the workspace's id.
func (w *Workspace) ID() string { return w.id }

// VaultDir is where the evidence bytes are.
func (w *Workspace) VaultDir() string { return filepath.Join(w.dir, "vault") }

// KeysDir is where the key files are.
func (w *Workspace) KeysDir() string { return KeysIn(w.dir) }

// Keys are the unlocked keys of the officer at the keyboard.
func (w *Workspace) Keys() *keys.Unlocked { return w.keys }

// Settle records why the workspace was copied, restored or cut back, which ends
// the alarm about the log that began then.
func (w *Workspace) Settle(ctx context.Context, said event.Said, letter, reason string) error {
	err := Update(ctx, w, "", said, func(r *roster.Roster) error { return r.Settle(letter, reason) })
	if err != nil {
		return err
	}
	r, err := w.Roster(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range r.Logs {
		if strings.EqualFold(l.Letter, letter) && l.Seen != nil {
			w.alarms = slices.DeleteFunc(w.alarms, func(a Alarm) bool { return a == setBackAlarm(l) })
		}
	}
	return nil
}

// Alarms are the standing ones, oldest first.
func (w *Workspace) Alarms() []Alarm {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return append([]Alarm(nil), w.alarms...)
}

// Heads are the heads of all logs, oldest log first.
func (w *Workspace) Heads() []ledger.Head {
	w.mu.RLock()
	defer w.mu.RUnlock()
	heads := make([]ledger.Head, len(w.logs))
	for i, l := range w.logs {
		heads[i] = l.head()
	}
	return heads
}

// Entries is how many entries all logs hold together.
func (w *Workspace) Entries() uint64 {
	var n uint64
	for _, h := range w.Heads() {
		n += h.Size
	}
	return n
}

func (w *Workspace) alarm(a Alarm) {
	for _, known := range w.alarms {
		if known == a {
			return
		}
	}
	w.alarms = append(w.alarms, a)
}

// current is the log that this device may append to, or nil when the next
// append has to start one.
func (w *Workspace) current() *logState {
	if len(w.logs) == 0 {
		return nil
	}
	last := w.logs[len(w.logs)-1]
	if last.broken || !last.device.Equal(w.keys.DevicePublic()) {
		return nil
	}
	return last
}

func (w *Workspace) logByRow(row int64) *logState {
	for _, l := range w.logs {
		if l.row == row {
			return l
		}
	}
	return nil
}

func (w *Workspace) logByID(id string) *logState {
	for _, l := range w.logs {
		if l.id == id {
			return l
		}
	}
	return nil
}

// Subscribe calls fn after every commit of this process and, within a second,
// of others. It returns the function that ends it.
func (w *Workspace) Subscribe(fn func(Change)) (cancel func()) {
	w.subMu.Lock()
	defer w.subMu.Unlock()
	if w.subs == nil {
		w.subs = make(map[int]func(Change))
	}
	w.subID++
	id := w.subID
	w.subs[id] = fn
	ctx, stop := context.WithCancel(context.Background())
	go w.pollOthers(ctx)
	return func() {
		stop()
		w.subMu.Lock()
		defer w.subMu.Unlock()
		delete(w.subs, id)
	}
}

// pollOthers notices what other processes appended. Errors wait for the next
// read, which reports them.
func (w *Workspace) pollOthers(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if errors.Is(w.refresh(ctx), ErrClosed) {
				return
			}
		}
	}
}

func (w *Workspace) publish(subjects map[string]bool) {
	if len(subjects) == 0 {
		return
	}
	var c Change
	for tag := range subjects {
		c.Subjects = append(c.Subjects, tag)
	}
	w.subMu.Lock()
	fns := make([]func(Change), 0, len(w.subs))
	for _, fn := range w.subs {
		fns = append(fns, fn)
	}
	w.subMu.Unlock()
	for _, fn := range fns {
		fn(c)
	}
}

// Close saves what is worth saving, hands the head to the keychain, wipes the
// keys and closes the file. It is safe to call twice.
func (w *Workspace) Close(ctx context.Context) error {
	w.commits <- struct{}{}
	defer func() { <-w.commits }()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	// A snapshot is only a cache and the keychain only a witness: the workspace
	// closes without either.
	err := errors.Join(w.saveSnapshots(ctx), w.keepLastHead(ctx))
	w.keys.Lock()
	clear(w.secrets)
	return errors.Join(err, w.watch.Close(), w.db.close())
}

// Roster is a copy of the workspace's roster for reading.
func (w *Workspace) Roster(ctx context.Context) (roster.Roster, error) {
	var out roster.Roster
	err := View(ctx, w, "", func(r *roster.Roster) error {
		out = *r
		return nil
	})
	return out, err
}

func (w *Workspace) subjectRow(ctx context.Context, tag string) (int64, error) {
	if row, ok := w.subjects[tag]; ok {
		return row, nil
	}
	var row int64
	err := w.db.read.QueryRowContext(ctx, "SELECT id FROM subject WHERE tag = ?", tag).Scan(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("%w: %s", ErrNoSubject, tag)
	}
	if err != nil {
		return 0, fmt.Errorf("find case: %w", err)
	}
	w.subjects[tag] = row
	return row, nil
}

// ErrNoSubject is returned for a case that this workspace does not hold.
var ErrNoSubject = errors.New("no such case")

// ErrKeyGone is returned when a case's keys were destroyed or are not wrapped
// to this officer.
var ErrKeyGone = errors.New("this officer has no key to the case, or it was destroyed")

// secretsOf unwraps a subject's newest keys, once.
func (w *Workspace) secretsOf(ctx context.Context, subject int64) (*secrets, error) {
	if s, ok := w.secrets[subject]; ok {
		return s, nil
	}
	var data []byte
	err := w.db.read.QueryRowContext(ctx,
		"SELECT data FROM wrap WHERE subject = ? AND officer = ? ORDER BY gen DESC LIMIT 1", subject, w.keys.Officer().ID).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrKeyGone
	}
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	id, err := w.keys.Identity()
	if err != nil {
		return nil, fmt.Errorf("unwrap key: %w", err)
	}
	s, err := unwrap(data, id)
	if err != nil {
		return nil, err
	}
	w.secrets[subject] = s
	return s, nil
}
