package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"filippo.io/age"
	"modernc.org/sqlite"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/sheet"
)

// SetRecovery makes a recovery sheet: a new age identity that exists nowhere but
// in the two halves that keep is given, which must bring them to safety before
// it returns. Every key of the workspace is then wrapped to it, as later ones
// are, and so is every later backup; the sheet before it opens none of those.
//
// The halves come first: a crash in between leaves paper that opens nothing, and
// never a workspace that believes in paper that was not written. When the entry
// fails the halves are worthless and the caller removes them.
func (w *Workspace) SetRecovery(ctx context.Context, said event.Said, keep func(roster.Sheet, [2]*sheet.Half) error) (roster.Sheet, error) {
	r, err := w.Roster(ctx)
	if err != nil {
		return roster.Sheet{}, err
	}
	whole, err := w.newSheet(ctx, r.NextSheet())
	if err != nil {
		return roster.Sheet{}, err
	}
	halves, err := whole.Split()
	if err != nil {
		return roster.Sheet{}, err
	}
	words := keys.WordsOf(whole.Fingerprint())
	public := roster.Sheet{
		Number: whole.Number, Recipient: whole.Identity.Recipient().String(), Words: strings.Join(words[:], " "),
		Made: whole.Day, By: w.keys.Officer().ID,
	}
	if err := keep(public, halves); err != nil {
		return roster.Sheet{}, fmt.Errorf("write the halves: %w", err)
	}
	err = w.submit(ctx, func(ctx context.Context, t *transaction) error {
		return t.setRecovery(ctx, said, public, whole.Identity.Recipient())
	})
	return public, err
}

func (w *Workspace) newSheet(ctx context.Context, number int) (*sheet.Sheet, error) {
	w.mu.Lock()
	own, err := w.secretsOf(ctx, 0)
	w.mu.Unlock()
	if err != nil {
		return nil, err
	}
	s := &sheet.Sheet{Workspace: sheet.TagOf(w.id), Number: number, Day: w.clock.reading().Wall}
	copy(s.Anchor[:], own.anchor())
	if s.Identity, err = age.GenerateHybridIdentity(); err != nil {
		return nil, fmt.Errorf("make recovery identity: %w", err)
	}
	return s, nil
}

// wrap is one row of wrapped keys.
type wrap struct {
	subject int64
	roster.Wrapped
	data []byte
}

func newWrap(subject int64, tag string, s *secrets, holder string, to age.Recipient) (wrap, error) {
	data, err := s.wrapFor(to)
	sum := sha256.Sum256(data)
	return wrap{subject, roster.Wrapped{Case: tag, Gen: int(s.Gen), Holder: holder, SHA256: hex.EncodeToString(sum[:])}, data}, err
}

func bindings(wraps []wrap) []roster.Wrapped {
	out := make([]roster.Wrapped, len(wraps))
	for i, x := range wraps {
		out[i] = x.Wrapped
	}
	return out
}

// setRecovery wraps every key to the new sheet, records it, and removes what was
// wrapped to the one before.
func (t *transaction) setRecovery(ctx context.Context, said event.Said, s roster.Sheet, to age.Recipient) error {
	c, err := aggregateOf[roster.Roster, *roster.Roster](ctx, t.w, t, "")
	if err != nil {
		return err
	}
	wraps, err := t.wrapAll(ctx, s.Holder(), to)
	if err != nil {
		return err
	}
	err = t.decide(ctx, "", said, c, func() error {
		return c.value.(*roster.Roster).SetRecovery(s.Number, s.Recipient, s.Words, bindings(wraps))
	})
	if err != nil {
		return err
	}
	if _, err = t.tx.ExecContext(ctx, "DELETE FROM wrap WHERE officer GLOB 'recovery-*'"); err == nil {
		err = putWraps(ctx, t.tx, wraps)
	}
	if err != nil {
		t.failed = fmt.Errorf("wrap keys: %w", err) // the entry is in already: nobody's may stay
	}
	return t.failed
}

// wrapAll wraps the key of the workspace and of every case. A case whose key is
// gone has nothing left to recover and stops nothing.
func (t *transaction) wrapAll(ctx context.Context, holder string, to age.Recipient) ([]wrap, error) {
	tags, err := tagsIn(ctx, t.tx)
	if err != nil {
		return nil, err
	}
	var wraps []wrap
	for _, row := range slices.Sorted(maps.Keys(tags)) {
		s, err := t.w.secretsOf(ctx, row)
		if err != nil && stops(ctx, row, err) {
			return nil, err
		}
		if err != nil {
			continue
		}
		x, err := newWrap(row, tags[row], s, holder, to)
		if err != nil {
			return nil, err
		}
		wraps = append(wraps, x)
	}
	return wraps, nil
}

// stops tells an error that ends everything from one case's key being gone or
// damaged, which is no reason to lock the officer out of the others.
func stops(ctx context.Context, subject int64, err error) bool {
	var disk *sqlite.Error
	return ctx.Err() != nil || subject == 0 || errors.As(err, &disk)
}

func putWraps(ctx context.Context, tx *sql.Tx, wraps []wrap) error {
	for _, x := range wraps {
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO wrap (subject, gen, officer, data) VALUES (?, ?, ?, ?)",
			x.subject, x.Gen, x.Holder, x.data); err != nil {
			return fmt.Errorf("keep wrapped key: %w", err)
		}
	}
	return nil
}

// sheetRecipient is whom the newest sheet opens for; nil while there is none.
func sheetRecipient(r *roster.Roster) (roster.Sheet, *age.HybridRecipient, error) {
	s, ok := r.Sheet()
	if !ok {
		return s, nil, nil
	}
	to, err := age.ParseHybridRecipient(s.Recipient)
	if err != nil { // the text is public, and long
		return s, nil, fmt.Errorf("the recipient of recovery sheet %d cannot be read; make a new sheet", s.Number)
	}
	return s, to, nil
}
