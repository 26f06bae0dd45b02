package bag

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/store/ledger"
)

// Contents is what goes into a bag. Sequences are read once, in order, and may
// be nil.
type Contents struct {
	Case         string // the case's number, like A-7
	CaseTag      string // the case's tag in the leaves
	Drill        bool   // an exercise: the bag says so
	Organisation string
	Officer      Officer // who signs
	Created      time.Time

	Collections []Collection
	Items       iter.Seq2[Item, error]
	Withheld    iter.Seq2[Withheld, error] // items that the manifests list and the bag does not hold
	Files       []File
	Seals       []Seal
	Custody     iter.Seq2[CustodyEvent, error]
	Logs        []Log
	Entries     iter.Seq2[Entry, error] // of one log in ascending order

	Limits []string // what is not verified, a sentence each
}

// Officer is a person who signs.
type Officer struct {
	ID   string
	Name string
	Key  ssh.PublicKey // Ed25519
}

// Open opens a stream of bytes for reading.
type Open func(context.Context) (io.ReadCloser, error)

// Collection is the manifest of one collection as it was sealed: a canonical
// JSON object a line, with "n" and, where there are bytes, "sha256" and "size".
type Collection struct {
	ID       string // like E1
	Size     int64
	SHA256   ledger.Hash
	Open     Open
	Withheld string // why the whole collection is not in the bag; its manifest's hash is
}

// Item is the bytes of one line of a collection's manifest. Items of one
// collection come in ascending order.
type Item struct {
	Collection string
	Line       int64
	Size       int64
	SHA256     ledger.Hash
	Open       Open
}

// File is any other payload file, like a report.
type File struct {
	Path string // below data/, of plain names
	Size int64
	Open Open
}

// Seal is a seal manifest with its signature in NamespaceSeal.
type Seal struct {
	ID        string // like S1
	Manifest  []byte // SealManifest.Encode
	Signature []byte // armored SSHSIG
	Signer    Officer
}

// Log is the signed head of a log that Entries come from.
type Log struct {
	ID         string
	Device     ed25519.PublicKey
	Checkpoint []byte // signed note
}

// check refuses contents whose names a bag cannot carry.
func (c *Contents) check() error {
	switch {
	case !plainSegment(c.Case):
		return fmt.Errorf("case number %q: %w", c.Case, ErrContents)
	case c.CaseTag == "" || visible(c.CaseTag) != c.CaseTag || strings.Contains(c.CaseTag, " "):
		return fmt.Errorf("case tag %q: %w", c.CaseTag, ErrContents)
	case c.Created.IsZero():
		return fmt.Errorf("no time of creation: %w", ErrContents)
	}
	if err := checkOfficer(c.Officer); err != nil {
		return err
	}
	return c.checkNames()
}

// checkNames refuses names that are not plain, and two that differ in case alone.
func (c *Contents) checkNames() error {
	seen := map[string]bool{}
	check := func(kind, name string, plain bool) error {
		key := kind + " " + strings.ToLower(name)
		if !plain || seen[key] {
			return fmt.Errorf("the name of %s %q is not plain, or is there twice: %w", kind, name, ErrContents)
		}
		seen[key] = true
		return nil
	}
	var errs []error
	for _, col := range c.Collections {
		errs = append(errs, check("collection", col.ID, plainSegment(col.ID)))
	}
	for _, s := range c.Seals {
		errs = append(errs, check("seal", s.ID, plainSegment(s.ID)))
	}
	for _, l := range c.Logs {
		errs = append(errs, check("log", l.ID, plainSegment(l.ID)))
	}
	for _, f := range c.Files {
		errs = append(errs, check("file", f.Path, plainPath(dirData+f.Path) && !reserved(f.Path)))
	}
	return errors.Join(errs...)
}

func checkOfficer(o Officer) error {
	switch {
	case o.Principal() == "":
		return fmt.Errorf("an officer without id and name: %w", ErrContents)
	case o.Key == nil || o.Key.Type() != ssh.KeyAlgoED25519:
		return fmt.Errorf("the key of %s is not Ed25519: %w", visible(o.Principal()), ErrContents)
	}
	return nil
}

// reserved keeps a caller's files out of the places that have a meaning.
func reserved(path string) bool {
	top, _, _ := strings.Cut(strings.ToLower(path), "/")
	switch top {
	case "items", "seals", "ledger", "custody.json", "custody.txt", "withheld.jsonl":
		return true
	}
	return false
}
