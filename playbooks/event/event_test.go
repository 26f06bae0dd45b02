package event_test

import (
	"errors"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/instant"
)

type noteAdded struct {
	Text string `json:"text"`
}

func (noteAdded) Kind() string { return "note.added/1" }

func TestRecordQueuesStampsAndApplies(t *testing.T) {
	wall := time.Date(2026, 11, 21, 13, 2, 0, 0, time.UTC)
	at, _ := instant.Parse("2026-11-21T13:30+01:00")
	rec := event.NewRecorder(event.Stamp{ID: event.ID{Log: "l", Seq: 7}, Wall: wall, Actor: "o"}, event.Said{At: at, Source: "B"})
	var applied []event.Event
	for range 2 {
		if err := rec.Record(noteAdded{"x"}, func(e event.Event) { applied = append(applied, e) }); err != nil {
			t.Fatal(err)
		}
	}
	if len(applied) != 2 || applied[1].Seq != 8 || applied[0].Kind != "note.added/1" {
		t.Fatalf("applied %+v", applied)
	}
	if got := applied[0].Happened(); !got.Equal(at.Time()) {
		t.Errorf("happened %s, want the event time", got)
	}
	plain, err := event.EncodeBody(applied[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"at":"2026-11-21T13:30:00+01:00","data":{"text":"x"},"source":"B"}`; string(plain) != want {
		t.Errorf("body %s, want %s", plain, want)
	}
	back, err := event.DecodeBody(applied[0].Stamp, "note.added/1", plain)
	if err != nil || back.Source != "B" || string(back.Data) != `{"text":"x"}` {
		t.Errorf("decoded %+v, %v", back, err)
	}
}

func TestReadOnlyRefuses(t *testing.T) {
	var rec *event.Recorder
	if err := rec.Record(noteAdded{"x"}, func(event.Event) { t.Fatal("applied") }); !errors.Is(err, event.ErrNoRecorder) {
		t.Fatalf("got %v", err)
	}
}
