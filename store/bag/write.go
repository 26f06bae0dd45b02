package bag

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/store/ledger"
)

// Write writes a bag into dir, which must be new or empty, and signs it last.
// On an error, and when ctx ends, it removes what it created. It takes memory
// for the names of the files, not for their bytes.
func Write(ctx context.Context, dir string, c Contents, sign Signer, opts Options) (Summary, error) {
	if err := c.check(); err != nil {
		return Summary{}, err
	}
	out, err := newFolder(dir)
	if err != nil {
		return Summary{}, err
	}
	return writeTo(ctx, out, c, sign, opts)
}

// writeTo fills a sink and closes it, or aborts it.
func writeTo(ctx context.Context, out sink, c Contents, sign Signer, opts Options) (Summary, error) {
	w := &writer{out: out, c: c, sign: sign, opts: opts, buffer: make([]byte, copyBuffer), meter: meter{tell: opts.Progress}}
	err := w.write(ctx)
	if err != nil {
		return Summary{}, errors.Join(err, out.abort())
	}
	if err := out.close(); err != nil {
		return Summary{}, fmt.Errorf("close the bag: %w", err)
	}
	return w.sum, nil
}

const copyBuffer = 256 << 10

type writer struct {
	out  sink
	c    Contents
	sign Signer
	opts Options

	buffer   []byte // for copying
	meter    meter
	sum      Summary
	manifest *hashing // manifest-sha256.txt, open until the payload is complete
	tags     []listed
	heads    map[string]ledger.Head
}

func (w *writer) write(ctx context.Context) error {
	if w.opts.Words == nil || w.sign == nil {
		return errors.New("write bag: without words or a signer")
	}
	manifest, err := w.open(fileManifest, -1)
	if err != nil {
		return err
	}
	w.manifest = manifest
	if err := w.payload(ctx); err != nil {
		return manifest.drop(err)
	}
	if err := w.closeTag(manifest); err != nil {
		return err
	}
	if err := w.tagFiles(); err != nil {
		return err
	}
	return w.seal(ctx)
}

// payload writes everything below data/.
func (w *writer) payload(ctx context.Context) error {
	for _, part := range []func(context.Context) error{
		w.collections, w.items, w.withheld, w.files, w.seals, w.logs, w.entries, w.custody,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// tagFiles writes the files beside data/, but for the manifests and the signature.
func (w *writer) tagFiles() error {
	instructions, err := w.instructions()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{
		{fileBagit, []byte(bagitText)},
		{fileInfo, w.info().encode()},
		{fileSigners, []byte(w.signer().encode())},
		{fileInstruction, instructions},
	} {
		tag, err := w.open(f.name, int64(len(f.data)))
		if err != nil {
			return err
		}
		if _, err := tag.Write(f.data); err != nil {
			return tag.drop(tag.fail(err))
		}
		if err := w.closeTag(tag); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) info() bagInfo {
	var b bagInfo
	b.add(labelOrganisation, w.c.Organisation)
	b.add(labelCase, w.c.Case)
	if w.c.Drill {
		b.add(labelDescription, drillMark)
	}
	b.add(labelDate, w.c.Created.UTC().Format("2006-01-02"))
	b.add(labelOxum, fmt.Sprintf("%d.%d", w.sum.Bytes, w.sum.Files))
	b.add(labelVersion, Version)
	b.add(labelCreated, stamp(w.c.Created))
	b.add(labelTag, w.c.CaseTag)
	b.add(labelOfficer, w.c.Officer.Principal())
	b.add(labelItems, strconv.FormatInt(w.sum.Items, 10))
	b.add(labelSeals, strconv.Itoa(len(w.c.Seals)))
	b.add(labelEntries, strconv.FormatInt(w.sum.Entries, 10))
	for _, l := range w.c.Limits {
		b.add(labelLimit, l)
	}
	return b
}

func (w *writer) signer() allowedSigner {
	return allowedSigner{w.c.Officer.Principal(), []string{NamespaceExport, NamespaceSeal}, w.c.Officer.Key}
}

// seal writes the manifest of the tag files and, when all the rest is on the
// disk, the signature over it.
func (w *writer) seal(ctx context.Context) error {
	slices.SortFunc(w.tags, func(a, b listed) int { return strings.Compare(a.path, b.path) })
	var data bytes.Buffer
	for _, t := range w.tags {
		data.WriteString(t.encode())
	}
	if err := w.small(fileTagManifest, data.Bytes()); err != nil {
		return err
	}
	if err := w.out.sync(); err != nil {
		return err
	}
	armored, err := w.sign(ctx, NamespaceExport, bytes.NewReader(data.Bytes()))
	if err != nil {
		return fmt.Errorf("sign the bag: %w", err)
	}
	if err := checkSignature(w.c.Officer.Key, NamespaceExport, data.Bytes(), armored); err != nil {
		return fmt.Errorf("sign the bag: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.small(fileSignature, armored); err != nil {
		return err
	}
	w.sum.TagManifestSHA256 = sha256.Sum256(data.Bytes())
	w.sum.Words = w.opts.Words(w.c.Officer.Key)
	return w.out.sync()
}

// small writes a file that no manifest lists.
func (w *writer) small(name string, data []byte) error {
	f, err := w.open(name, int64(len(data)))
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return f.drop(f.fail(err))
	}
	return f.Close()
}

func (w *writer) closeTag(f *hashing) error {
	if err := f.Close(); err != nil {
		return err
	}
	w.tags = append(w.tags, listed{path: f.path, hash: f.sum()})
	return nil
}

// hashing is a file of the bag that is hashed while it is written.
type hashing struct {
	path  string
	file  io.WriteCloser
	lines *bufio.Writer // gathers lines; nil for a file of known size
	hash  hash.Hash
	size  int64
}

func (w *writer) open(path string, size int64) (*hashing, error) {
	file, err := w.out.create(path, size)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	h := &hashing{path: path, file: file, hash: sha256.New()}
	if size < 0 {
		h.lines = bufio.NewWriterSize(file, 64<<10)
	}
	return h, nil
}

// Write implements io.Writer.
func (h *hashing) Write(p []byte) (int, error) {
	var out io.Writer = h.file
	if h.lines != nil {
		out = h.lines
	}
	n, err := out.Write(p)
	h.hash.Write(p[:n])
	h.size += int64(n)
	return n, err
}

// Close implements io.Closer.
func (h *hashing) Close() error {
	var err error
	if h.lines != nil {
		err = h.lines.Flush()
	}
	if err = errors.Join(err, h.file.Close()); err != nil {
		return h.fail(err)
	}
	return nil
}

// drop closes the file after err, which is what the caller must hear of.
func (h *hashing) drop(err error) error {
	_ = h.file.Close()
	return err
}

func (h *hashing) fail(err error) error { return fmt.Errorf("write %s: %w", h.path, err) }

func (h *hashing) sum() ledger.Hash { return ledger.Hash(h.hash.Sum(nil)) }

// instructions fills VERIFY.txt in.
func (w *writer) instructions() ([]byte, error) {
	key := w.c.Officer.Key
	v := instructionValues{
		Case: w.c.Case, Organisation: visible(w.c.Organisation), Created: stamp(w.c.Created),
		Officer: visible(cmp.Or(w.c.Officer.Name, w.c.Officer.ID)), Principal: w.c.Officer.Principal(),
		Words: strings.Join(w.opts.Words(key), " "), Fingerprint: ssh.FingerprintSHA256(key),
	}
	if w.c.Drill {
		v.Drill = drillMark
	}
	for _, s := range w.c.Seals {
		v.Seals = append(v.Seals, instructionSeal{s.ID, s.Signer.Principal()})
	}
	withheld := map[string]bool{}
	for _, c := range w.c.Collections {
		if c.Withheld != "" {
			withheld[c.ID] = true
			v.Withheld = append(v.Withheld, c.ID)
		}
	}
	v.Listed = slices.ContainsFunc(w.c.Seals, func(s Seal) bool {
		m, err := ParseSeal(s.Manifest)
		return err != nil || slices.ContainsFunc(m.Collections, func(c SealedCollection) bool { return !withheld[c.Collection] })
	})
	for _, l := range w.c.Limits {
		v.Limits = append(v.Limits, visible(l))
	}
	return v.render()
}
