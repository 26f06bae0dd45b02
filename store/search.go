package store

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sort"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/event"
)

// MaxHits bounds what one search returns.
const MaxHits = 200

// Hit is one entry that holds every word searched for, or one record of the
// book, which has an ID and no case.
type Hit struct {
	Case    string `json:"case"`
	ID      string `json:"id,omitempty"`
	Tag     string `json:"tag"`
	Entry   string `json:"entry"`
	Kind    string `json:"kind"`
	At      string `json:"at"`
	Excerpt string `json:"text"`
}

// searchIndex is the decrypted text of every entry, one after the other, in
// memory only: a scan of it takes milliseconds, and no index on disk can leak
// what the bodies hide.
type searchIndex struct {
	text    []byte // lower case; entries end in a NUL
	entries []indexed
	through int64
}

type indexed struct {
	start int
	row   int64
	event event.Event // without its data
}

// Search finds the records of the book and the newest entries that hold every
// word, in any case.
func (w *Workspace) Search(ctx context.Context, query string) ([]Hit, error) {
	words := strings.Fields(fold(query))
	if len(words) == 0 {
		return nil, nil
	}
	if err := w.refresh(ctx); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, ErrClosed
	}
	if err := w.extendIndex(ctx); err != nil {
		return nil, err
	}
	hits, err := w.searchBook(ctx, words)
	if err != nil {
		return nil, err
	}
	for _, n := range w.index.find(words) {
		e := w.index.entries[n]
		number := ""
		if s := w.list[e.event.Case]; s != nil {
			number = s.Number
		}
		hits = append(hits, Hit{
			Case: number, Tag: e.event.Case, Entry: e.event.ID.String(), Kind: e.event.Kind,
			At: e.event.Happened().UTC().Format(timeFormat), Excerpt: w.excerpt(ctx, e, words[0]),
		})
		if len(hits) >= MaxHits {
			break
		}
	}
	return hits, nil
}

// searchBook finds the records of the book as they stand: what one entry added
// and another changed is found together. The caller holds w.mu.
func (w *Workspace) searchBook(ctx context.Context, words []string) ([]Hit, error) {
	c, err := aggregateOf[book.Book, *book.Book](ctx, w, nil, "")
	if err != nil {
		return nil, err
	}
	var hits []Hit
	for _, r := range c.value.(*book.Book).Records {
		if r.Removed != nil || len(hits) == MaxHits/2 {
			continue
		}
		text := []byte(fold(r.ID + " " + strings.Join(slices.Collect(maps.Values(r.Fields)), " ")))
		if all(text, words) {
			hits = append(hits, Hit{
				ID: r.ID, Entry: r.Added.Entry.String(), Kind: book.Kinds + r.Register,
				At: r.Added.Happened().UTC().Format(timeFormat), Excerpt: r.Name() + " · " + r.Reach(),
			})
		}
	}
	return hits, nil
}

const timeFormat = "2006-01-02T15:04:05Z07:00"

func (w *Workspace) extendIndex(ctx context.Context) error {
	if w.index == nil {
		w.index = &searchIndex{}
	}
	for e, err := range w.rows(ctx, w.db.read, "subject <> 0 AND id > ?", w.index.through) {
		if err != nil {
			return err
		}
		w.index.through = e.row
		data := e.Data
		e.Data = nil
		w.index.entries = append(w.index.entries, indexed{len(w.index.text), e.row, e.Event})
		w.index.text = append(w.index.text, fold(strings.Join(stringValues(data), " "))...)
		w.index.text = append(w.index.text, 0)
	}
	return nil
}

// find returns the entries with all words, newest first.
func (x *searchIndex) find(words []string) []int {
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // rarest first, roughly
	var found []int
	first := []byte(words[0])
	for at := 0; at < len(x.text); {
		i := bytes.Index(x.text[at:], first)
		if i < 0 {
			break
		}
		n := sort.Search(len(x.entries), func(n int) bool { return x.entries[n].start > at+i }) - 1
		text := x.textOf(n)
		if all(text, words[1:]) {
			found = append(found, n)
		}
		at = x.entries[n].start + len(text) + 1
	}
	slices.Reverse(found)
	return found
}

func (x *searchIndex) textOf(n int) []byte {
	end := len(x.text)
	if n+1 < len(x.entries) {
		end = x.entries[n+1].start
	}
	return x.text[x.entries[n].start : end-1]
}

func all(text []byte, words []string) bool {
	for _, word := range words {
		if !bytes.Contains(text, []byte(word)) {
			return false
		}
	}
	return true
}

// excerpt is the part of the original text around the word.
func (w *Workspace) excerpt(ctx context.Context, e indexed, word string) string {
	for got, err := range w.rows(ctx, w.db.read, "id = ?", e.row) {
		if err != nil {
			break
		}
		for _, s := range stringValues(got.Data) {
			if i := strings.Index(fold(s), word); i >= 0 {
				runes := []rune(s)
				at := len([]rune(fold(s)[:i]))
				from, to := max(0, at-40), min(len(runes), at+80)
				return string(runes[min(from, len(runes)):to])
			}
		}
	}
	return ""
}

// fold is the form in which texts are compared: NFC, lower case.
func fold(s string) string { return strings.ToLower(norm.NFC.String(s)) }
