package wire

import (
	"path/filepath"
	"testing"

	"github.com/posko-ir/posko/playbooks/audience"
	"github.com/posko-ir/posko/playbooks/book"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/keys/keystest"
)

// A customer that was renamed, or removed from the book, is still not to be named.
func TestFormerNamesOfOtherCustomersAreLookedFor(t *testing.T) {
	pass, _ := keys.NewPassphrase([]byte("correct horse battery"))
	w, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "ws"), "Example Ltd", "Sari",
		store.Options{Passphrase: pass, Keychain: keys.None(), Cost: keystest.Cheap(), Floor: keystest.Cheap()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close(t.Context()) })
	var reader string
	if err := store.Update(t.Context(), w, "", event.Said{}, func(b *book.Book) error {
		if reader, err = b.Add(book.Customer, map[string]string{"name": "Zenit GmbH"}); err != nil {
			return err
		}
		if _, err = b.Change(reader, map[string]string{"name": "Zenit Holding"}); err != nil {
			return err
		}
		other, err := b.Add(book.Customer, map[string]string{"name": "Borealis AG", "domains": "borealis.example"})
		if err != nil {
			return err
		}
		if _, err = b.Change(other, map[string]string{"name": "Aurora AG", "domains": ""}); err != nil {
			return err
		}
		return b.Remove(other, "left")
	}); err != nil {
		t.Fatal(err)
	}
	others, err := otherCustomers(t.Context(), w, reader)
	if err != nil {
		t.Fatal(err)
	}
	names, _ := audience.NewNames(others)
	for text, want := range map[string]int{
		"mail to aurora": 1, "mail to Borealis": 1, "rina@borealis.example": 1, "Zenit GmbH, now Zenit Holding": 0,
	} {
		if hits := names.In("x", text); len(hits) != want {
			t.Errorf("%q: %v", text, hits)
		}
	}
}
