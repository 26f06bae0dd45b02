package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/ledger"
)

// Errors of what others say about a backup. Match with errors.Is.
var (
	// ErrNotExported is returned for a bag that names no log of the backup.
	ErrNotExported = errors.New("the bag is of another workspace than this backup")
	// ErrContradicts is returned when somebody holds another history than the backup.
	ErrContradicts = errors.New("the backup says something else about entries that were seen before: it was changed, or is of a copy that went its own way")
)

// Loss is a range of entries that existed and that a backup lacks: From counts
// from 0 and is in it, To is not.
type Loss struct {
	Log     string `json:"log"`
	Letter  string `json:"letter,omitempty"` // empty for a log that the backup does not know
	From    uint64 `json:"from"`
	To      uint64 `json:"to"`
	Witness string `json:"witness"` // keychain or bag
}

// The witnesses of a loss.
const (
	WitnessKeychain = "keychain"
	WitnessBag      = "bag"
)

// findLoss compares the backup with what this machine's keychain and a bag know
// of the lost laptop's logs. The later head of the newest log is kept, so that
// the log which begins now says what it lacks until a person settles that.
func (w *Workspace) findLoss(ctx context.Context, exported []Checkpoint, done *Recovered) ([]roster.Cited, error) {
	known, err := w.keychainHeads(ctx)
	if err != nil {
		return nil, err
	}
	r, err := w.Roster(ctx)
	if err != nil {
		return nil, err
	}
	ours := len(exported) == 0
	var seen []roster.Cited
	compare := func(head ledger.Head, witness string) error {
		lost, err := w.lostBy(ctx, head)
		if err != nil || lost == nil {
			return err
		}
		lost.Letter, lost.Witness = r.Letter(head.Log), witness
		done.Lost, seen = append(done.Lost, *lost), append(seen, cited(head))
		if head.Log == w.logs[len(w.logs)-1].id && head.Size > w.seen.Size {
			w.seen = head
		}
		return nil
	}
	for _, head := range known {
		if err := compare(head, WitnessKeychain); err != nil {
			return nil, err
		}
	}
	for _, c := range exported {
		if l := w.logByID(c.Head.Log); l != nil {
			if !l.device.Equal(c.Device) {
				return nil, fmt.Errorf("%w: log %s is signed by another device", ErrContradicts, l.id)
			}
			ours = true
		}
		if err := compare(c.Head, WitnessBag); err != nil {
			return nil, err
		}
	}
	if !ours {
		return nil, ErrNotExported
	}
	return seen, nil
}

// lostBy is what the backup lacks of a head that somebody saw.
func (w *Workspace) lostBy(ctx context.Context, head ledger.Head) (*Loss, error) {
	l := w.logByID(head.Log)
	if l == nil && head.Size == 0 {
		return nil, nil
	}
	if l == nil {
		return &Loss{Log: head.Log, To: head.Size}, nil
	}
	if head.Size > l.frontier.Size {
		return &Loss{Log: head.Log, From: l.frontier.Size, To: head.Size}, nil
	}
	root, err := ledger.RootAt(head.Size, w.nodes(ctx, w.db.read, l))
	if err != nil || root != head.Root {
		return nil, fmt.Errorf("%w (entry %d of log %s)", ErrContradicts, head.Size, head.Log)
	}
	return nil, nil
}

// keychainHeads are the heads that this machine's keychain keeps of the logs it
// knows. Another machine's keychain knows none.
func (w *Workspace) keychainHeads(ctx context.Context) ([]ledger.Head, error) {
	var ids []string
	if err := w.fromKeychain(ctx, w.logsAccount(), &ids); err != nil {
		return nil, err
	}
	for _, l := range w.logs {
		ids = append(ids, l.id)
	}
	slices.Sort(ids)
	var heads []ledger.Head
	for _, id := range slices.Compact(ids) {
		var head ledger.Head
		if err := w.fromKeychain(ctx, w.headAccount(id), &head); err != nil {
			return nil, err
		}
		if head.Log == id {
			heads = append(heads, head)
		}
	}
	return heads, nil
}

// fromKeychain reads a value; one that is not there or not readable stays empty.
func (w *Workspace) fromKeychain(ctx context.Context, account string, to any) error {
	data, err := w.keychain.Get(ctx, account)
	if errors.Is(err, keys.ErrNotFound) || errors.Is(err, keys.ErrNoKeychain) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read what the keychain knows: %w", err)
	}
	_ = json.Unmarshal(data, to) // a garbled value knows nothing; opening the workspace alarms
	return nil
}

func cited(head ledger.Head) roster.Cited {
	return roster.Cited{Log: head.Log, Size: head.Size, Root: head.Root.String()}
}
