package wire

import (
	"context"
	"fmt"
	"io"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/instant"
	"github.com/posko-ir/posko/playbooks/render/markdown"
	"github.com/posko-ir/posko/playbooks/render/pdf"
	"github.com/posko-ir/posko/playbooks/report"
	"github.com/posko-ir/posko/store"
)

// PrintBook sets the workspace's book for paper, as "pdf" or "md".
func PrintBook(ctx context.Context, w *store.Workspace, out io.Writer, format, lang string) error {
	r, err := w.Roster(ctx)
	if err != nil {
		return err
	}
	var d report.Document
	err = store.View(ctx, w, "", func(b *book.Book) error {
		d = b.Document(r.Org, instant.Of(w.Now()), lang)
		return nil
	})
	if err != nil {
		return err
	}
	switch format {
	case "pdf":
		return pdf.Render(out, d)
	case "md":
		return markdown.Render(out, d)
	}
	return fmt.Errorf("no format %q; choose pdf or md", format)
}
