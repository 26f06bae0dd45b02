package wire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/render/jsondoc"
	"github.com/posko-ir/posko/playbooks/render/markdown"
	"github.com/posko-ir/posko/playbooks/render/pdf"
	"github.com/posko-ir/posko/playbooks/report"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/evidence"
	"github.com/posko-ir/posko/store/keys"
)

// Formats of a report.
func Formats() []string { return []string{"pdf", "md", "json"} }

// Report is a case ready to be rendered in any format.
type Report struct{ input report.Input }

// NewReport reads what a report says of a case and verifies the ledger for it.
// The copy says for whom it is; nil: for ourselves.
func NewReport(ctx context.Context, w *store.Workspace, d *evidence.Desk, tag, lang string, x *evidence.Copy) (*Report, error) {
	r, err := w.Roster(ctx)
	if err != nil {
		return nil, err
	}
	events, err := w.Events(ctx, tag)
	if err != nil {
		return nil, err
	}
	c, err := evidence.Snapshot(ctx, w, tag)
	if err != nil {
		return nil, err
	}
	in := report.Input{
		Case: &c, Events: slices.Values(events), Organisation: r.Org, Officer: officerName(r),
		Now: instant.Of(w.Now()), Lang: lang, Items: map[string][]cases.Item{},
	}
	if in.Verification, err = verification(ctx, w, d, r, c); err != nil {
		return nil, err
	}
	if x != nil {
		in.Audience = x.Order.For
		if in.Withheld, err = withheld(ctx, w, tag, &c, events, x); err != nil {
			return nil, err
		}
		in.Case = asFarAs(&c, events)
	}
	err = d.Items(ctx, tag, "", func(col cases.Collection, i evidence.Item) error {
		if len(col.Inline) == col.Items {
			return nil
		}
		in.Items[col.ID] = append(in.Items[col.ID], evidence.CaseItem(i.Line))
		return nil
	})
	if err != nil {
		in.Verification.Unverified = append(in.Verification.Unverified, "the items of a collection cannot be listed: "+err.Error())
	}
	out := &Report{in}
	return out, out.mayBeShown(x)
}

// asFarAs is the case without what was recorded after the events were read:
// nobody decided whether the copy may say it.
func asFarAs(c *cases.Case, events []event.Event) *cases.Case {
	known := map[event.ID]bool{}
	for _, e := range events {
		known[e.ID] = true
	}
	return c.Without(func(id event.ID) bool { return !known[id] })
}

// Render writes the report in one of Formats.
func (r *Report) Render(out io.Writer, format string) error {
	switch format {
	case "pdf":
		return pdf.Render(out, report.Build(r.input))
	case "md":
		return markdown.Render(out, report.Build(r.input))
	case "json":
		return jsondoc.Render(out, report.NewModel(r.input))
	}
	return fmt.Errorf("no format %q; choose one of %s", format, strings.Join(Formats(), ", "))
}

// Limits are the report's sentences on what is not verified.
func (r *Report) Limits() []string {
	return report.NewModel(r.input).LimitTexts()
}

// Files renders all formats for a bag.
func (r *Report) Files() ([]bag.File, error) {
	var out []bag.File
	for _, format := range Formats() {
		var buf bytes.Buffer
		if err := r.Render(&buf, format); err != nil {
			return nil, fmt.Errorf("render %s: %w", format, err)
		}
		out = append(out, bag.File{
			Path: "report." + format, Size: int64(buf.Len()),
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil },
		})
	}
	return out, nil
}

func officerName(r roster.Roster) func(string) string {
	return func(id string) string {
		o, _ := r.Officer(id)
		return o.Name
	}
}

// verification says what is proved about the case and what is not.
func verification(ctx context.Context, w *store.Workspace, d *evidence.Desk, r roster.Roster, c cases.Case) (report.Verification, error) {
	state, err := d.Ledger(ctx, c.Tag)
	if err != nil {
		return report.Verification{}, err
	}
	out := report.Verification{
		Ledger: report.CheckedOK, Solo: r.Solo, Keychain: w.Keys().KeychainUsed(), Seals: map[string]report.SealCheck{},
		Commands: []string{
			"ssh-keygen -Y verify -f allowed_signers -I SIGNER -n posko-export-v1 -s tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt",
			"sha256sum -c --strict tagmanifest-sha256.txt manifest-sha256.txt",
		},
	}
	out.Unverified = state.Mended
	for _, p := range state.Elsewhere {
		out.Outside = append(out.Outside, report.Damage{Log: p.Log, Entry: p.Seq, Problem: p.Reason})
	}
	if len(state.Problems) > 0 {
		p := state.Problems[0]
		out.Ledger, out.Problem = report.CheckedFailed, fmt.Sprintf("%s: entry %d: %s", p.Log, p.Seq, p.Reason)
	}
	signed, err := w.Checkpoints(ctx)
	if err != nil {
		out.Ledger, out.Problem = report.CheckedFailed, err.Error()
	} else if len(signed) > 0 {
		last := signed[len(signed)-1]
		out.Log, out.Entries, out.Root = last.Head.Log, last.Head.Size, last.Head.Root.String()
		out.Checkpoint = string(last.Note)
		if key, err := ssh.NewPublicKey(last.Device); err == nil {
			words := keys.Words(key)
			out.Device = strings.Join(words[:], " ")
		}
	}
	for _, s := range c.Seals {
		out.Seals[s.ID] = checkSeal(&r, s)
	}
	return out, nil
}

func checkSeal(r *roster.Roster, s cases.Seal) report.SealCheck {
	if err := evidence.CheckSeal(r, s); err != nil {
		return report.SealCheck{Problem: err.Error()}
	}
	return report.SealCheck{OK: true}
}

// Described pairs an event with its line for people.
func Described(c *cases.Case, events []event.Event, lang string) []cases.Row {
	names := report.NewStepNames(c, lang)
	var out []cases.Row
	for _, e := range events {
		for _, row := range c.Rows(e, lang) {
			row.Text = names.In(row.Ref, row.Text)
			out = append(out, row)
		}
	}
	return out
}
