package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
)

// OpenCase makes a case with its own keys and a gap-free number and returns its
// tag. o.Number and o.Keys are filled in here; then is called in the same
// transaction on the open case, and may be nil.
func (w *Workspace) OpenCase(ctx context.Context, said event.Said, o cases.Opening, then func(*cases.Case) error) (string, error) {
	random := make([]byte, 16)
	rand.Read(random)
	tag := hex.EncodeToString(random)
	err := w.submit(ctx, func(ctx context.Context, t *transaction) error {
		number, err := t.nextNumber(ctx)
		if err != nil {
			return err
		}
		o.Number = number
		if err := t.addSubject(ctx, tag, &o); err != nil {
			return err
		}
		c := &cached{value: new(cases.Case), epoch: w.epoch}
		w.cached[cacheKey{kindOf[cases.Case](), tag}] = c
		err = t.decide(ctx, tag, said, c, func() error {
			opened := c.value.(*cases.Case)
			if err := opened.Open(o); err != nil || then == nil {
				return err
			}
			return then(opened)
		})
		if err != nil {
			t.removeSubject(ctx, tag)
		}
		return err
	})
	return tag, err
}

// nextNumber is the letter of this log and how many cases it has opened so far.
func (t *transaction) nextNumber(ctx context.Context) (string, error) {
	c, err := aggregateOf[roster.Roster, *roster.Roster](ctx, t.w, t, "")
	if err != nil {
		return "", err
	}
	n := t.w.opened[t.log.id] + 1
	for _, r := range t.rows {
		if r.event.Kind == kindCaseOpened {
			n++
		}
	}
	return fmt.Sprintf("%s-%d", c.value.(*roster.Roster).Letter(t.log.id), n), nil
}

// addSubject makes the case's keys and wraps them to every officer on it and to
// the recovery sheet.
func (t *transaction) addSubject(ctx context.Context, tag string, o *cases.Opening) error {
	s, err := newSecrets(true)
	if err != nil {
		return err
	}
	res, err := t.tx.ExecContext(ctx, "INSERT INTO subject (tag) VALUES (?)", tag)
	if err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	row, err := res.LastInsertId()
	if err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	wraps, err := t.wrapCase(ctx, row, tag, s)
	if err != nil {
		return err
	}
	if err := putWraps(ctx, t.tx, wraps); err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	o.Keys = nil
	for _, x := range wraps {
		o.Keys = append(o.Keys, cases.WrappedKey{Officer: x.Holder, Gen: x.Gen, SHA256: x.SHA256})
	}
	t.w.subjects[tag], t.w.secrets[row] = row, s
	t.newTags = append(t.newTags, tag)
	return nil
}

func (t *transaction) wrapCase(ctx context.Context, row int64, tag string, s *secrets) ([]wrap, error) {
	me := t.w.keys.Officer()
	mine, err := newWrap(row, tag, s, me.ID, me.Recipient)
	if err != nil {
		return nil, err
	}
	c, err := aggregateOf[roster.Roster, *roster.Roster](ctx, t.w, t, "")
	if err != nil {
		return nil, err
	}
	sheet, to, err := sheetRecipient(c.value.(*roster.Roster))
	if err != nil || to == nil {
		return []wrap{mine}, err
	}
	kept, err := newWrap(row, tag, s, sheet.Holder(), to)
	return []wrap{mine, kept}, err
}

// removeSubject takes back a case whose opening was refused, so that the group
// commits without it.
func (t *transaction) removeSubject(ctx context.Context, tag string) {
	row := t.w.subjects[tag]
	for _, statement := range []string{"DELETE FROM wrap WHERE subject = ?", "DELETE FROM subject WHERE id = ?"} {
		// Left behind it would be a key to nothing; the refusal is the error to tell.
		_, _ = t.tx.ExecContext(ctx, statement, row)
	}
	t.forgetSubject(tag)
}

func (t *transaction) forgetSubject(tag string) {
	delete(t.w.secrets, t.w.subjects[tag])
	delete(t.w.subjects, tag)
	delete(t.w.cached, cacheKey{kindOf[cases.Case](), tag})
}

// Cases are the summaries of all cases that this officer can open, oldest first.
func (w *Workspace) Cases(ctx context.Context) ([]cases.Summary, error) {
	if err := w.refresh(ctx); err != nil {
		return nil, err
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	out := make([]cases.Summary, 0, len(w.list))
	for tag, s := range w.list {
		line := *s
		if line.Number == "" { // its opening entry is damaged; the rest is not lost
			line.Tag, line.Number = tag, "?-"+tag[:6]
		}
		out = append(out, line)
	}
	slices.SortFunc(out, func(a, b cases.Summary) int {
		if c := a.Opened.Compare(b.Opened); c != 0 {
			return c
		}
		return strings.Compare(a.Number, b.Number)
	})
	return out, nil
}

// FindCase resolves a number like A-7 (in any case) or a tag to the tag.
func (w *Workspace) FindCase(ctx context.Context, name string) (string, error) {
	all, err := w.Cases(ctx)
	if err != nil {
		return "", err
	}
	for _, s := range all {
		if strings.EqualFold(s.Number, strings.TrimSpace(name)) || s.Tag == name {
			return s.Tag, nil
		}
	}
	return "", fmt.Errorf("%w: %q; 'poskoctl case list' shows them", ErrNoSubject, name)
}

// EvidenceIdentity is the age identity that a case's evidence is encrypted to.
func (w *Workspace) EvidenceIdentity(ctx context.Context, tag string) (*age.HybridIdentity, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, ErrClosed
	}
	row, err := w.subjectRow(ctx, tag)
	if err != nil {
		return nil, err
	}
	s, err := w.secretsOf(ctx, row)
	if err != nil {
		return nil, err
	}
	id, err := age.ParseHybridIdentity(s.Identity)
	if err != nil {
		return nil, fmt.Errorf("read evidence identity: %w", err)
	}
	return id, nil
}
