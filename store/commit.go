package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/ledger"
)

// maxGroup bounds how many waiting updates share one transaction.
const maxGroup = 256

// Errors of a commit. Match with errors.Is.
var (
	// ErrDiskFull is returned when the entry could not be written for lack of space.
	ErrDiskFull = errors.New("the disk is full; nothing was recorded: make room and try again")
)

// operation is one waiting update.
type operation struct {
	ctx   context.Context
	run   func(context.Context, *transaction) error
	state atomic.Int32 // 0 waits, 1 is being carried out, 2 its caller has left
	done  chan struct{}
	err   error
}

// transaction is one group of updates on its way into the file.
type transaction struct {
	w       *Workspace
	tx      *sql.Tx
	log     *logState // working copy; replaces the original at commit
	clock   Reading
	rows    []newRow
	touched []*cached
	tags    map[string]bool
	newTags []string // cases opened in this transaction
	preface int      // rows that start a new log and mean nothing alone
	started bool     // log is new
	failed  error    // why the whole group cannot be committed
}

// newRow is an entry ready to be inserted.
type newRow struct {
	id, subject       int64
	leaf, body, nodes []byte
	event             event.Event
}

// submit queues an update and waits until it is committed. Whoever finds nobody
// writing commits for everybody who waits (group commit): one fsync for all.
func (w *Workspace) submit(ctx context.Context, run func(context.Context, *transaction) error) error {
	op := &operation{ctx: ctx, run: run, done: make(chan struct{})}
	w.queueMu.Lock()
	w.queue = append(w.queue, op)
	w.queueMu.Unlock()
	select {
	case w.commits <- struct{}{}:
		w.publish(w.commitUntil(ctx, op))
	case <-op.done:
	case <-ctx.Done():
		if op.state.CompareAndSwap(0, 2) {
			return ctx.Err()
		}
		<-op.done // too late: it is on its way
	}
	return op.err
}

// commitUntil commits group after group until the operation is through, gives
// the token back, and returns what changed: subscribers may want to write.
func (w *Workspace) commitUntil(ctx context.Context, op *operation) map[string]bool {
	defer func() { <-w.commits }()
	changed := make(map[string]bool)
	for {
		maps.Copy(changed, w.commitGroup(ctx))
		select {
		case <-op.done:
			return changed
		default: // more than maxGroup waited before us
		}
	}
}

func (w *Workspace) takeGroup() []*operation {
	w.queueMu.Lock()
	defer w.queueMu.Unlock()
	n := min(len(w.queue), maxGroup)
	group := w.queue[:n:n]
	w.queue = w.queue[n:]
	return group
}

// commitGroup runs the waiting updates in one transaction. An update that its
// rule refuses does not disturb the others. The transaction outlives the
// context of whoever happens to write: the others did not cancel.
func (w *Workspace) commitGroup(ctx context.Context) map[string]bool {
	group := w.takeGroup()
	if len(group) == 0 {
		return nil
	}
	tags, err := w.commit(context.WithoutCancel(ctx), group)
	for _, op := range group {
		if err != nil && op.err == nil {
			op.err = err
		}
		close(op.done)
	}
	return tags
}

func (w *Workspace) commit(ctx context.Context, group []*operation) (map[string]bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, ErrClosed
	}
	tx, err := w.db.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	t := &transaction{w: w, tx: tx, clock: w.clock.reading(), tags: make(map[string]bool)}
	if err := t.run(ctx, group); err != nil {
		_ = tx.Rollback() // the first error is the one to tell
		t.drop()
		return nil, fileError(err)
	}
	t.adopt(ctx)
	for tag := range w.takeHeard() {
		t.tags[tag] = true
	}
	return t.tags, nil
}

func (t *transaction) run(ctx context.Context, group []*operation) error {
	if err := t.w.catchUp(ctx, t.tx); err != nil {
		return err
	}
	if err := t.continueLog(ctx); err != nil {
		return err
	}
	t.preface = len(t.rows)
	for _, op := range group {
		if !op.state.CompareAndSwap(0, 1) {
			continue
		}
		if op.err = op.ctx.Err(); op.err == nil {
			op.err = op.run(ctx, t)
		}
		if t.failed != nil { // a row of somebody's is half in: nobody's may stay
			return t.failed
		}
	}
	if len(t.rows) == t.preface { // every rule refused
		return t.tx.Rollback()
	}
	if err := t.sign(ctx); err != nil {
		return err
	}
	if err := t.tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// continueLog takes a working copy of the current log. A workspace that was
// copied, restored or cut back must not continue its old log; its first append
// starts a new one that cites the old head.
func (t *transaction) continueLog(ctx context.Context) error {
	if l := t.w.current(); l != nil {
		working := *l
		working.frontier = l.frontier.Clone()
		t.log = &working
		return nil
	}
	t.started = true
	id := make([]byte, 16)
	rand.Read(id)
	device := t.w.keys.DevicePublic()
	t.log = &logState{id: hex.EncodeToString(id), device: device}
	res, err := t.tx.ExecContext(ctx, "INSERT INTO log (log, device, checkpoint) VALUES (?, ?, x'')", t.log.id, []byte(device))
	if err != nil {
		return fmt.Errorf("start log: %w", err)
	}
	if t.log.row, err = res.LastInsertId(); err != nil {
		return fmt.Errorf("start log: %w", err)
	}
	t.w.logs = append(t.w.logs, t.log) // rows of this log must be readable; drop takes it back
	if len(t.w.logs) == 1 {
		return nil // a new workspace: Found records the log itself
	}
	return t.citeOldLog(ctx)
}

func (t *transaction) citeOldLog(ctx context.Context) error {
	c, err := aggregateOf[roster.Roster, *roster.Roster](ctx, t.w, t, "")
	if err != nil {
		return err
	}
	return t.decide(ctx, "", event.Said{}, c, func() error {
		r := c.value.(*roster.Roster)
		old := t.w.logs[len(t.w.logs)-2].head()
		return r.StartLog(roster.Log{
			ID: t.log.id, Letter: r.NextLetter(), Device: base64.StdEncoding.EncodeToString(t.log.device),
			Reason: "this workspace was copied, restored or cut back, or its device key is new",
			Cites:  &roster.Cited{Log: old.Log, Size: old.Size, Root: old.Root.String()},
			Seen:   t.w.seenBeyond(old),
		})
	})
}

// decide lets a rule record on an aggregate and turns what it recorded into
// rows. A value that was changed and then refused is dropped.
func (t *transaction) decide(ctx context.Context, subject string, said event.Said, c *cached, fn func() error) error {
	rec := event.NewRecorder(event.Stamp{
		ID: event.ID{Log: t.log.id, Seq: t.log.frontier.Size}, Wall: t.clock.Wall, Actor: t.w.keys.Officer().ID, Case: subject,
	}, said)
	c.value.Attach(rec)
	err := fn()
	c.value.Attach(nil)
	if len(rec.Queued()) > 0 {
		t.touched = append(t.touched, c)
	}
	if err != nil {
		if len(rec.Queued()) > 0 {
			t.w.forget(c)
		}
		return err
	}
	row, err := t.subjectRow(ctx, subject)
	if err != nil {
		return err
	}
	s, err := t.w.secretsOf(ctx, row)
	if err != nil {
		return err
	}
	log, rows := *t.log, len(t.rows)
	log.frontier = t.log.frontier.Clone()
	for _, e := range rec.Queued() {
		if c.through, err = t.append(e, row, s); err != nil {
			t.w.forget(c)
			*t.log, t.rows = log, t.rows[:rows]
			return err
		}
		c.tail++
		t.tags[subject] = true
	}
	return t.insert(ctx, t.rows[rows:])
}

func (t *transaction) subjectRow(ctx context.Context, tag string) (int64, error) {
	if row, ok := t.w.subjects[tag]; ok {
		return row, nil
	}
	var row int64
	if err := t.tx.QueryRowContext(ctx, "SELECT id FROM subject WHERE tag = ?", tag).Scan(&row); err != nil {
		return 0, fmt.Errorf("find case: %w", err)
	}
	return row, nil
}

// append encrypts, hashes and queues one entry.
func (t *transaction) append(e event.Event, subject int64, s *secrets) (int64, error) {
	plain, err := event.EncodeBody(e)
	if err != nil {
		return 0, fmt.Errorf("encode entry: %w", err)
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	cipher := s.sealBody(e.String(), salt, plain)
	leaf := ledger.Leaf{
		Log: t.log.id, Seq: t.log.frontier.Size, Prev: t.log.prev, Wall: t.clock.Wall, Boot: t.clock.Boot, Mono: t.clock.Mono,
		Actor: e.Actor, Kind: e.Kind, Case: e.Case,
		Commit: ledger.Commitment(salt, plain), Cipher: ledger.CipherHash(cipher), Deps: t.deps(),
	}
	data, err := leaf.Encode()
	if err != nil {
		return 0, fmt.Errorf("encode leaf: %w", err)
	}
	id := rowID(t.log.row, leaf.Seq)
	t.log.prev = ledger.LeafHash(data)
	var nodes []byte
	for _, h := range t.log.frontier.Append(t.log.prev) {
		nodes = append(nodes, h[:]...)
	}
	t.log.last = &leaf
	t.rows = append(t.rows, newRow{id, subject, t.w.atRest.sealLeaf(id, data), cipher, nodes, e})
	return id, nil
}

// deps cites the other logs in the first entry of a log: they do not grow here.
func (t *transaction) deps() []ledger.Head {
	if t.log.frontier.Size > 0 {
		return nil
	}
	var deps []ledger.Head
	for _, l := range t.w.logs {
		if l.id != t.log.id && len(deps) < ledger.MaxDeps {
			deps = append(deps, l.head())
		}
	}
	return deps
}

// insert writes rows at once, so that whatever is folded again later in this
// group sees them. Its failure ends the whole group.
func (t *transaction) insert(ctx context.Context, rows []newRow) error {
	insert := t.tx.StmtContext(ctx, t.w.db.insertEntry) //nolint:sqlclosecheck // closed with the transaction
	for _, r := range rows {
		if _, err := insert.ExecContext(ctx, r.id, r.subject, r.leaf, r.body, r.nodes); err != nil {
			t.failed = fmt.Errorf("append entry: %w", err)
			return t.failed
		}
	}
	return nil
}

// sign binds everything so far with a checkpoint.
func (t *transaction) sign(ctx context.Context) error {
	note, err := ledger.SignCheckpoint(t.log.head(), t.w.keys.DeviceSigner())
	if err != nil {
		return err
	}
	keep := t.tx.StmtContext(ctx, t.w.db.setCheckpoint) //nolint:sqlclosecheck // closed with the transaction
	if _, err := keep.ExecContext(ctx, note, t.log.row); err != nil {
		return fmt.Errorf("keep checkpoint: %w", err)
	}
	return nil
}

// adopt makes a committed transaction the state of the workspace.
func (t *transaction) adopt(ctx context.Context) {
	if len(t.rows) == t.preface {
		t.drop()
		return
	}
	t.w.logs[len(t.w.logs)-1] = t.log
	for _, r := range t.rows {
		if r.subject != 0 {
			t.w.listEvent(r.id, r.event)
		}
		t.w.listed = r.id
	}
	t.w.keepHead(ctx)
}

// drop forgets everything that this transaction changed in memory.
func (t *transaction) drop() {
	for _, c := range t.touched {
		t.w.forget(c)
	}
	for _, tag := range t.newTags {
		t.forgetSubject(tag)
	}
	if t.started && len(t.w.logs) > 0 && t.w.logs[len(t.w.logs)-1].id == t.log.id {
		t.w.logs = t.w.logs[:len(t.w.logs)-1]
	}
}

func (w *Workspace) forget(c *cached) {
	for key, known := range w.cached {
		if known == c {
			delete(w.cached, key)
		}
	}
}
