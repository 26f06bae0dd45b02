package wire

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/posko-ir/posko/integrations/web"
	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store/evidence"
)

// CapturePage stores a page, the record of how it was captured, and the
// certificates that were shown. Without a response nothing is recorded.
func CapturePage(ctx context.Context, d *evidence.Desk, tag string, said event.Said, address string, o web.Options) (evidence.Gathered, web.Record, error) {
	at, err := web.ParseURL(address)
	if err != nil {
		return evidence.Gathered{}, web.Record{}, err
	}
	var page *web.Page
	got, err := d.AddCapture(ctx, tag, said, cases.Defang("url", at.String()), func(ctx context.Context) (evidence.Capture, error) {
		if page, err = web.Get(ctx, address, o); err != nil {
			return evidence.Capture{}, err
		}
		return evidence.Capture{Note: noteOf(page.Record()), Paths: []string{at.String()}, Parts: partsOf(page)}, nil
	})
	if page == nil {
		return got, web.Record{}, err
	}
	_ = page.Close() // only read
	return got, page.Record(), err
}

// partsOf yields the body and, once it was read, what is kept beside it.
func partsOf(page *web.Page) func(func(evidence.Part, error) bool) {
	return func(yield func(evidence.Part, error) bool) {
		if !yield(evidence.Part{Name: page.Name(), Reader: page.Body(), Cut: page.Cut}, nil) {
			return
		}
		list, err := page.Attachments()
		if err != nil {
			yield(evidence.Part{}, err)
			return
		}
		for _, a := range list {
			if !yield(evidence.Part{Name: a.Name, Reader: bytes.NewReader(a.Data)}, nil) {
				return
			}
		}
	}
}

// noteOf says what a reader must know before trusting a page.
func noteOf(r web.Record) string {
	h := r.Last()
	note := []string{fmt.Sprintf("%s %d from %s", h.Protocol, h.Status, h.Remote)}
	switch {
	case h.TLS == nil:
		note = append(note, "not encrypted")
	case !h.TLS.Trusted:
		note = append(note, "the certificate is not trusted: "+h.TLS.Problem)
	}
	if r.Stopped != "" {
		note = append(note, "the redirect was not followed: "+r.Stopped)
	}
	return cases.Visible(strings.Join(note, "; "))
}
