package bag

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/store/ledger"
)

// closePayload ends a payload file and lists it.
func (w *writer) closePayload(f *hashing) error {
	if err := f.Close(); err != nil {
		return err
	}
	if _, err := io.WriteString(w.manifest, listed{path: f.path, hash: f.sum()}.encode()); err != nil {
		return w.manifest.fail(err)
	}
	w.sum.Files++
	w.sum.Bytes += f.size
	if w.sum.Files > MaxFiles {
		return fmt.Errorf("more than %d files: %w", MaxFiles, ErrContents)
	}
	w.meter.file()
	return nil
}

// put writes a payload file from memory.
func (w *writer) put(ctx context.Context, path string, data []byte) error {
	_, err := w.stream(ctx, path, int64(len(data)), io.NopCloser(bytes.NewReader(data)))
	return err
}

// stream writes a payload file of the given size and returns its hash.
func (w *writer) stream(ctx context.Context, path string, size int64, in io.ReadCloser) (ledger.Hash, error) {
	defer in.Close() //nolint:errcheck // opened for reading
	f, err := w.open(path, size)
	if err != nil {
		return ledger.Hash{}, err
	}
	n, err := io.CopyBuffer(f, io.LimitReader(w.meter.reading(ctx, in), size), w.buffer)
	if err == nil && n == size {
		err = mustEnd(in)
	}
	switch {
	case err != nil:
		err = f.fail(err)
	case n < size:
		err = fmt.Errorf("%s has %d bytes, expected %d: %w", path, n, size, ErrItemChanged)
	default:
		return f.sum(), w.closePayload(f)
	}
	return ledger.Hash{}, f.drop(err)
}

// mustEnd reports bytes after the expected size.
func mustEnd(r io.Reader) error {
	switch _, err := io.ReadFull(r, make([]byte, 1)); {
	case err == nil:
		return fmt.Errorf("longer than expected: %w", ErrItemChanged)
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

// recorded writes bytes whose hash is known and must come out again.
func (w *writer) recorded(ctx context.Context, name, path string, size int64, want ledger.Hash, open Open) error {
	in, err := open(ctx)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	got, err := w.stream(ctx, path, size, in)
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	if got != want {
		return fmt.Errorf("copy %s: %w", name, ErrItemChanged)
	}
	return nil
}

func (w *writer) collections(ctx context.Context) error {
	for _, c := range w.c.Collections {
		if c.Withheld != "" {
			continue
		}
		path := dirItems + c.ID + "/" + collectionList
		if err := w.recorded(ctx, "the manifest of "+c.ID, path, c.Size, c.SHA256, c.Open); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) items(ctx context.Context) error {
	last := map[string]int64{}
	for _, c := range w.c.Collections {
		last[c.ID] = 0
	}
	for item, err := range orEmpty(w.c.Items) {
		if err != nil {
			return fmt.Errorf("read the items: %w", err)
		}
		name := fmt.Sprintf("item %s/%d", item.Collection, item.Line)
		if before, known := last[item.Collection]; !known || item.Line <= before {
			return fmt.Errorf("%s is out of order or of an unknown collection: %w", visible(name), ErrContents)
		}
		last[item.Collection] = item.Line
		path := ItemPath(item.Collection, item.Line)
		if err := w.recorded(ctx, name, path, item.Size, item.SHA256, item.Open); err != nil {
			return err
		}
		w.sum.Items++
	}
	return nil
}

func (w *writer) withheld(ctx context.Context) error {
	if w.c.Withheld == nil && !slices.ContainsFunc(w.c.Collections, func(c Collection) bool { return c.Withheld != "" }) {
		return nil
	}
	return w.lines(ctx, fileWithheld, func(line func([]byte) error) error {
		for r, err := range w.withheldRecords() {
			if err != nil {
				return fmt.Errorf("read the withheld items: %w", err)
			}
			if err := r.check(); err != nil {
				return fmt.Errorf("item %s/%d: %w", visible(r.Collection), r.Line, err)
			}
			data, err := canonical.Marshal(r)
			if err != nil {
				return fmt.Errorf("encode a withheld item: %w", err)
			}
			if err := line(data); err != nil {
				return err
			}
			w.sum.Withheld++
		}
		return nil
	})
}

// withheldRecords are the collections that are not here, then single items.
func (w *writer) withheldRecords() iter.Seq2[withheldRecord, error] {
	return func(yield func(withheldRecord, error) bool) {
		for _, c := range w.c.Collections {
			if c.Withheld != "" && !yield(c.wholly(), nil) {
				return
			}
		}
		for item, err := range orEmpty(w.c.Withheld) {
			if !yield(item.record(), err) {
				return
			}
		}
	}
}

func (w *writer) files(ctx context.Context) error {
	for _, f := range w.c.Files {
		in, err := f.Open(ctx)
		if err != nil {
			return fmt.Errorf("open %s: %w", f.Path, err)
		}
		if _, err := w.stream(ctx, dirData+f.Path, f.Size, in); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) seals(ctx context.Context) error {
	var signers []allowedSigner
	for _, s := range w.c.Seals {
		m, err := ParseSeal(s.Manifest)
		if err != nil {
			return fmt.Errorf("seal %q: %w", s.ID, err)
		}
		if err := checkOfficer(s.Signer); err != nil {
			return err
		}
		a := allowedSigner{s.Signer.Principal(), []string{NamespaceSeal}, s.Signer.Key}
		if m.Seal != s.ID || m.Case != w.c.Case || m.Officer != a.principal {
			return fmt.Errorf("seal %s is of another seal, case or officer: %w", visible(s.ID), ErrContents)
		}
		if err := checkSignature(s.Signer.Key, NamespaceSeal, s.Manifest, s.Signature); err != nil {
			return fmt.Errorf("seal %s: %w", s.ID, err)
		}
		signers = addSigner(signers, a)
		if err := w.put(ctx, dirSeals+s.ID+".json", s.Manifest); err != nil {
			return err
		}
		if err := w.put(ctx, dirSeals+s.ID+".json.sig", s.Signature); err != nil {
			return err
		}
	}
	if len(signers) == 0 {
		return nil
	}
	return w.put(ctx, fileSealSigners, encodeSigners(signers))
}

func addSigner(signers []allowedSigner, a allowedSigner) []allowedSigner {
	for _, s := range signers {
		if s.principal == a.principal && sameKey(s.key, a.key) {
			return signers
		}
	}
	return append(signers, a)
}

func (w *writer) logs(ctx context.Context) error {
	w.heads = map[string]ledger.Head{}
	for _, l := range w.c.Logs {
		if len(l.Device) != ed25519.PublicKeySize {
			return fmt.Errorf("log %s has no device key: %w", l.ID, ErrContents)
		}
		head, err := ledger.OpenCheckpoint(l.Checkpoint, l.ID, l.Device)
		if err != nil {
			return fmt.Errorf("log %s: %w", l.ID, err)
		}
		key, err := ledger.VerifierKey(l.ID, l.Device)
		if err != nil {
			return fmt.Errorf("log %s: %w", l.ID, err)
		}
		w.heads[l.ID] = head
		if err := w.put(ctx, dirLedger+l.ID+".checkpoint", l.Checkpoint); err != nil {
			return err
		}
		if err := w.put(ctx, dirLedger+l.ID+".key", []byte(key+"\n")); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) entries(ctx context.Context) error {
	order := newEntryOrder(w.c.CaseTag, w.heads)
	return w.lines(ctx, fileEntries, func(line func([]byte) error) error {
		for e, err := range orEmpty(w.c.Entries) {
			if err != nil {
				return fmt.Errorf("read the entries: %w", err)
			}
			data, err := encodeEntry(e, order)
			if err != nil {
				return fmt.Errorf("entry %d of the export: %w", w.sum.Entries+1, err)
			}
			if err := line(data); err != nil {
				return err
			}
			w.sum.Entries++
			if e.Body == nil {
				w.sum.Hidden++
			}
		}
		return nil
	})
}

// encodeEntry returns a line that parseEntry and order accept: what would not
// verify is not written.
func encodeEntry(e Entry, order *entryOrder) ([]byte, error) {
	r, err := e.record()
	if err != nil {
		return nil, err
	}
	data, err := canonical.Marshal(r)
	if err != nil {
		return nil, err
	}
	checked, err := parseEntry(data)
	if err != nil {
		return nil, err
	}
	return data, order.check(checked)
}

func (w *writer) custody(ctx context.Context) error {
	records, err := w.open(fileCustody, -1)
	if err != nil {
		return err
	}
	text, err := w.open(fileCustodyText, -1)
	if err != nil {
		return records.drop(err)
	}
	if err := w.custodyEvents(ctx, &custodyWriter{json: records, text: text, drill: w.c.Drill}); err != nil {
		return records.drop(text.drop(fmt.Errorf("write custody: %w", err)))
	}
	if err := w.closePayload(records); err != nil {
		return text.drop(err)
	}
	return w.closePayload(text)
}

func (w *writer) custodyEvents(ctx context.Context, out *custodyWriter) error {
	if err := out.begin(); err != nil {
		return err
	}
	for e, err := range orEmpty(w.c.Custody) {
		if err != nil {
			return fmt.Errorf("read the custody events: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := out.add(e.record()); err != nil {
			return err
		}
	}
	return out.end()
}

// lines writes a payload file of canonical records, one a line.
func (w *writer) lines(ctx context.Context, path string, fill func(line func([]byte) error) error) error {
	f, err := w.open(path, -1)
	if err != nil {
		return err
	}
	err = fill(func(data []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := f.Write(append(data, '\n')); err != nil {
			return f.fail(err)
		}
		return nil
	})
	if err != nil {
		return f.drop(err)
	}
	return w.closePayload(f)
}

func orEmpty[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	if seq == nil {
		return func(func(T, error) bool) {}
	}
	return seq
}
