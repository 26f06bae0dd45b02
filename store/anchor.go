package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
)

// What holds the file from outside itself. The officer's sealed key file names
// the workspace's key (ErrForeign); under that key the roster names every log
// with its device; the keychain names every log this laptop ever started, with
// its head. Each catches what the one before cannot: another database, a log
// signed by a stranger's device, and an older file.

// checkLogs compares the logs with the roster. A log without an entry is no log:
// its first entry would be the one that says who started it.
func (w *Workspace) checkLogs(ctx context.Context) error {
	c, err := aggregateOf[roster.Roster, *roster.Roster](ctx, w, nil, "")
	if err != nil {
		return err
	}
	r := c.value.(*roster.Roster)
	if r.Workspace != w.id {
		w.alarm(Alarm{Reason: "the roster is of another workspace"})
	}
	for _, l := range w.logs {
		at := slices.IndexFunc(r.Logs, func(known roster.Log) bool { return known.ID == l.id })
		switch {
		case at < 0:
			w.alarm(Alarm{Log: l.id, Reason: "the roster does not know this log; nothing is appended to it"})
		case r.Logs[at].Device != base64.StdEncoding.EncodeToString(l.device):
			w.alarm(Alarm{Log: l.id, Reason: "the log is signed by another device than the roster names"})
		default:
			continue
		}
		l.broken = true
	}
	for _, l := range r.SetBack() {
		w.alarm(setBackAlarm(l))
	}
	return w.checkCited(ctx, r)
}

// checkOfficer wants the key at hand on the roster. A restore that was cut off
// leaves keys that nobody vouched for.
func (w *Workspace) checkOfficer(ctx context.Context) error {
	c, err := aggregateOf[roster.Roster, *roster.Roster](ctx, w, nil, "")
	if err != nil {
		return err
	}
	me := w.keys.Officer()
	known, ok := c.value.(*roster.Roster).Officer(me.ID)
	if !ok || known.Authority != authorityLine(me.Authority) {
		w.alarm(Alarm{Reason: "the roster does not know the signing key of this folder: a restore was cut off; restore again into an empty folder"})
	}
	return nil
}

func setBackAlarm(l roster.Log) Alarm {
	return Alarm{Log: l.Seen.Log, Seq: l.Seen.Size, History: true, Reason: fmt.Sprintf(
		"log %s began with %d entries of the log before it, of which this laptop had seen %d: the workspace was copied, restored or cut back; 'workspace settle %s --reason …' ends this alarm",
		l.Letter, l.Cites.Size, l.Seen.Size, l.Letter)}
}

// checkCited holds every log to what a later one cites of it.
func (w *Workspace) checkCited(ctx context.Context, r *roster.Roster) error {
	for _, later := range r.Logs {
		if later.Cites == nil {
			continue
		}
		l := w.logByID(later.Cites.Log)
		if l != nil && later.Cites.Size <= l.frontier.Size {
			root, err := ledger.RootAt(later.Cites.Size, w.nodes(ctx, w.db.read, l))
			if err == nil && root.String() == later.Cites.Root {
				continue
			}
		}
		w.alarm(Alarm{Log: later.Cites.Log, Seq: later.Cites.Size, Reason: "the log is not what log " + later.Letter + " cites of it"})
	}
	return nil
}

// seenBeyond is the keychain's head of a log where that is not the file's.
func (w *Workspace) seenBeyond(file ledger.Head) *roster.Cited {
	if w.seen.Log != file.Log || w.seen == file || w.seen.Size < file.Size {
		return nil
	}
	return &roster.Cited{Log: w.seen.Log, Size: w.seen.Size, Root: w.seen.Root.String()}
}

// maxKnownLogs bounds the list in the keychain, whose values are small.
const maxKnownLogs = 24

func (w *Workspace) logsAccount() string { return w.id + "/logs" }

// checkKnownLogs looks for logs that this laptop started and the file lacks: an
// older copy, or one beside which another goes on. Neither is told from the
// other, so the log is continued and the alarm stands.
func (w *Workspace) checkKnownLogs(ctx context.Context) error {
	data, err := w.keychain.Get(ctx, w.logsAccount())
	if errors.Is(err, keys.ErrNotFound) || errors.Is(err, keys.ErrNoKeychain) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read logs in the keychain: %w", err)
	}
	var known []string
	if err := json.Unmarshal(data, &known); err != nil {
		w.alarm(Alarm{Reason: "the list of logs in the keychain cannot be read"})
		return nil
	}
	for _, id := range known {
		if w.logByID(id) == nil {
			w.alarm(Alarm{Log: id, History: true, Reason: "this laptop started log " + id[:min(8, len(id))] +
				", which is not in this folder: it is an older copy, or another copy goes on beside it"})
		}
	}
	return nil
}

// keepKnownLog adds a log to the keychain's list.
func (w *Workspace) keepKnownLog(ctx context.Context, id string) error {
	var known []string
	if data, err := w.keychain.Get(ctx, w.logsAccount()); err == nil {
		_ = json.Unmarshal(data, &known) // an unreadable list is written anew
	}
	if slices.Contains(known, id) {
		return nil
	}
	known = append(known, id)
	data, err := json.Marshal(known[max(0, len(known)-maxKnownLogs):])
	if err != nil {
		return fmt.Errorf("keep log: %w", err)
	}
	return w.keychain.Set(ctx, w.logsAccount(), data)
}

// tags are the subjects' tags by their row.
func (w *Workspace) tags(ctx context.Context) (map[int64]string, error) {
	rows, err := w.db.read.QueryContext(ctx, "SELECT id, tag FROM subject")
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err
	tags := make(map[int64]string)
	for rows.Next() {
		var id int64
		var tag string
		if err := rows.Scan(&id, &tag); err != nil {
			return nil, fmt.Errorf("read cases: %w", err)
		}
		tags[id] = tag
	}
	return tags, rows.Err()
}

// checkWraps holds the wrapped keys to the hashes that each case opened with: a
// key that is gone or exchanged takes the whole case with it.
func (w *Workspace) checkWraps(ctx context.Context, tx reader) ([]Alarm, error) {
	var problems []Alarm
	first := "id IN (SELECT min(id) FROM entry WHERE subject <> 0 GROUP BY subject)"
	for e, err := range w.rows(ctx, tx, first) {
		if err != nil {
			return nil, err
		}
		var opening struct {
			Keys []cases.WrappedKey `json:"keys"`
		}
		if e.Kind != kindCaseOpened || json.Unmarshal(e.Data, &opening) != nil {
			continue // damaged or unreadable: that alarm stands already
		}
		for _, k := range opening.Keys {
			var data []byte
			err := tx.QueryRowContext(ctx, "SELECT data FROM wrap JOIN subject ON subject.id = wrap.subject WHERE tag = ? AND gen = ? AND officer = ?",
				e.Case, k.Gen, k.Officer).Scan(&data)
			sum := sha256.Sum256(data)
			if err != nil || hex.EncodeToString(sum[:]) != k.SHA256 {
				problems = append(problems, Alarm{Log: e.Log, Seq: e.Seq, Reason: "a key of the case is gone or exchanged", Tag: e.Case})
			}
		}
	}
	return problems, nil
}
