package shelf_test

import (
	"bytes"
	"testing"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/library"
	"github.com/posko-ir/posko/playbooks/shelf"
)

func TestImportKeepsBytesAndReplacesById(t *testing.T) {
	first, _ := library.ByShort("breach")
	later := bytes.Replace(first.Bytes, []byte(`"modified": "20`), []byte(`"modified": "21`), 1)
	if bytes.Equal(first.Bytes, later) {
		t.Fatal("the fixture has no such timestamp")
	}
	s, rec := new(shelf.Shelf), event.NewRecorder(event.Stamp{}, event.Said{})
	s.Attach(rec)
	for _, data := range [][]byte{first.Bytes, first.Bytes, later} {
		if _, err := s.Import(data); err != nil {
			t.Fatal(err)
		}
	}
	if len(rec.Queued()) != 2 || len(s.Books) != 1 || s.Books[0].Bytes != string(later) {
		t.Errorf("%d events, %d books", len(rec.Queued()), len(s.Books))
	}
	again := new(shelf.Shelf)
	again.Apply(event.Event{Kind: "workspace.founded/1", Data: []byte(`{}`)})
	for _, e := range rec.Queued() {
		again.Apply(e)
	}
	if b, ok := again.Find(first.ID[:20]); !ok || b.Hash != s.Books[0].Hash {
		t.Errorf("found %+v, %v", b, ok)
	}
}

func TestImportRefusesWhatCannotRun(t *testing.T) {
	s, rec := new(shelf.Shelf), event.NewRecorder(event.Stamp{}, event.Said{})
	s.Attach(rec)
	for name, data := range map[string]string{"not JSON": "{", "no workflow": `{"type":"playbook","id":"playbook--1"}`} {
		if _, err := s.Import([]byte(data)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if len(rec.Queued()) != 0 {
		t.Error("a refusal recorded something")
	}
}
