package wire

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/render/pdf"
	"github.com/posko-ir/posko/playbooks/report"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/evidence"
)

// HandingOver is what a form of hand-over is made of.
type HandingOver struct {
	cases.Handover        // From may be empty: who has the thing, or the officer
	Out            string // the PDF to write; it must not exist
	Lang           string
}

// HandOver prints a form and records that it went out, both or neither. It
// returns the form's number.
func HandOver(ctx context.Context, w *store.Workspace, d *evidence.Desk, tag string, said event.Said, h HandingOver) (form string, err error) {
	paper, err := describe(ctx, w, d, tag, h.Item)
	if err != nil {
		return "", err
	}
	r, err := w.Roster(ctx)
	if err != nil {
		return "", err
	}
	paper.Lang, paper.Organisation = h.Lang, r.Org
	f, err := os.OpenFile(h.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	err = store.Update(ctx, w, tag, said, func(c *cases.Case) error {
		what := h.Handover
		what.From = cmp.Or(strings.TrimSpace(what.From), c.Whereabouts(what.Item).Keeper, w.Keys().Officer().Name)
		if what, err = c.MayHandOver(what); err != nil {
			return err
		}
		paper.From, paper.To, paper.Place, paper.Purpose = what.From, what.To, what.Place, what.Purpose
		paper.Case, paper.Drill, paper.Form, paper.Item = c.Number, c.Drill(), c.NextForm(), what.Item
		if paper.Made = said.At; paper.Made.IsZero() {
			paper.Made = instant.Of(w.Now())
		}
		if what.SHA256, err = printForm(f, paper); err != nil {
			return err
		}
		form, err = c.HandOver(what)
		return err
	})
	if err != nil { // no entry tells of the file
		return "", errors.Join(err, f.Close(), os.Remove(h.Out))
	}
	return form, f.Close()
}

// printForm writes the form and returns its hash.
func printForm(f *os.File, paper report.Handover) (string, error) {
	var b bytes.Buffer
	if err := pdf.Render(&b, paper.Document()); err != nil {
		return "", fmt.Errorf("print form: %w", err)
	}
	if _, err := f.Write(b.Bytes()); err != nil {
		return "", fmt.Errorf("print form: %w", err)
	}
	if err := f.Sync(); err != nil {
		return "", fmt.Errorf("print form: %w", err)
	}
	sum := sha256.Sum256(b.Bytes())
	return hex.EncodeToString(sum[:]), nil
}

// describe says what is handed over, with the hash that stands for it.
func describe(ctx context.Context, w *store.Workspace, d *evidence.Desk, tag, ref string) (report.Handover, error) {
	var out report.Handover
	c, err := evidence.Snapshot(ctx, w, tag)
	if err != nil {
		return out, err
	}
	for _, s := range c.Seals {
		if s.ID == ref {
			out.Title, out.SHA256, out.Words = s.ID+": "+strings.Join(s.Collections, ", "), s.ManifestSHA256, s.Words
			return out, nil
		}
	}
	for _, col := range c.Collections {
		if t := col.Thing; t != nil && (ref == col.ID || ref == cases.ThingItem(col.ID)) {
			out.Thing = &report.Tangible{Serial: t.Serial, SealNumber: t.SealNumber, State: t.State, Description: t.Description}
		} else if ref != col.ID {
			continue
		}
		out.Title, out.SHA256 = col.Title, col.Manifest.SHA256
		return out, nil
	}
	item, err := d.Find(ctx, tag, ref)
	if err != nil {
		return out, err
	}
	shown := evidence.CaseItem(item.Line)
	out.Title, out.SHA256 = shown.Name, shown.SHA256
	return out, nil
}
