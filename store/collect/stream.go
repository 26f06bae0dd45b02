package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/posko-ir/posko/store/vault"
)

// AddReader stores typed text or a stream under a title. The line has number 1;
// its time is now. A stream that breaks off is kept and marked.
func AddReader(ctx context.Context, b *vault.Batch, title string, kind Kind, r io.Reader, now time.Time) (Line, error) {
	l := Line{N: 1, Name: title, Kind: kind, Modified: now.UTC(), Stored: true}
	object, err := b.AddLive(ctx, r)
	switch {
	case errors.Is(err, vault.ErrSource):
		l.note(ShortRead)
	case err != nil:
		return Line{}, fmt.Errorf("store %s: %w", kind, err)
	}
	l.Object, l.SourceSize = object, object.Size
	return l, nil
}
