package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
)

func TestAboutIsKnownBeforeAnythingIsComplete(t *testing.T) {
	v, id, stranger := newVault(t), hybrid(t), hybrid(t)
	b, err := v.Begin(id.Recipient())
	must(t, err)
	must(t, b.Describe([]byte("secret plan")))
	if err := b.Describe([]byte("again")); err == nil {
		t.Error("it was said twice")
	}
	_, err = b.Add(context.Background(), bytes.NewReader(sample(1, testLimit/3)))
	must(t, err)
	b.Suspend()
	list, err := v.Unfinished()
	must(t, err)
	if len(list) != 1 || list[0].Parts != 0 {
		t.Fatalf("unfinished: %+v", list)
	}
	data, err := v.About(b.ID(), id)
	must(t, err)
	if string(data) != "secret plan" {
		t.Errorf("about: %q", data)
	}
	var other *age.NoIdentityMatchError
	if _, err := v.About(b.ID(), stranger); !errors.As(err, &other) {
		t.Errorf("a stranger: %v", err)
	}
	sealed, err := os.ReadFile(filepath.Join(v.batchFolder(b.ID()), aboutName))
	must(t, err)
	if bytes.Contains(sealed, []byte("plan")) {
		t.Error("it can be read without a key")
	}
	again, noted, err := v.Resume(b.ID(), []age.Identity{id}, id.Recipient())
	must(t, err)
	if len(noted) != 0 {
		t.Errorf("noted %+v", noted)
	}
	if _, err := v.About(b.ID(), id); err != nil {
		t.Errorf("after resuming: %v", err)
	}
	_, err = again.Add(context.Background(), bytes.NewReader([]byte("x")))
	must(t, err)
	_, err = again.Seal(context.Background())
	must(t, err)
	must(t, again.Done())
	if exists(v.batchFolder(b.ID())) {
		t.Error("the batch is still there")
	}
}

func TestAboutRefuses(t *testing.T) {
	v, id := newVault(t), hybrid(t)
	_, err := v.About("../../x", id)
	wantError(t, err, ErrInvalid)
	b := begin(t, v, id)
	_, err = v.About(b.ID(), id)
	wantError(t, err, os.ErrNotExist)
	wantError(t, b.Describe(make([]byte, maxAbout+1)), ErrInvalid)
	must(t, b.Describe([]byte("x")))
	path := filepath.Join(v.batchFolder(b.ID()), aboutName)
	must(t, os.WriteFile(path, []byte("age-encryption.org/v1\n"), 0o600))
	if _, err := v.About(b.ID(), id); err == nil {
		t.Error("a damaged one was read")
	}
}
