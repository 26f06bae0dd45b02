package wire

import (
	"slices"
	"testing"

	"github.com/posko-ir/posko/playbooks/library"
)

func TestImportedPlaybookStandsInForTheLibrarys(t *testing.T) {
	shipped := []Playbook{{ID: "a", Short: "breach", Bytes: []byte("1")}, {ID: "b", Short: "mail", Bytes: []byte("2")}}
	for name, c := range map[string]struct {
		in   Playbook
		want []Playbook
	}{
		"the same bytes": {Playbook{ID: "b", Bytes: []byte("2"), Imported: true}, shipped},
		"a newer version": {
			Playbook{ID: "a", Bytes: []byte("9"), Imported: true},
			[]Playbook{{ID: "a", Short: "breach", Bytes: []byte("9"), Imported: true}, shipped[1]},
		},
		"another one": {
			Playbook{ID: "c", Bytes: []byte("3"), Imported: true},
			append(slices.Clone(shipped), Playbook{ID: "c", Bytes: []byte("3"), Imported: true}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := shelve(slices.Clone(shipped), c.in)
			same := slices.EqualFunc(got, c.want, func(x, y Playbook) bool {
				return x.ID == y.ID && x.Short == y.Short && x.Imported == y.Imported && string(x.Bytes) == string(y.Bytes)
			})
			if !same {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
	if p, err := FindPlaybook(shelve(slices.Clone(shipped), Playbook{ID: "a", Bytes: []byte("9"), Imported: true}), "breach"); err != nil || !p.Imported {
		t.Errorf("by the short name: %+v, %v", p, err)
	}
}

func TestCaseKindComesFromThePlaybook(t *testing.T) {
	for short, want := range map[string]string{"breach": "incident", "leaver": "offboarding", "opening": ""} {
		p, _ := library.ByShort(short)
		if got := (Playbook{Bytes: p.Bytes}).CaseKind(); got != want {
			t.Errorf("%s is for a case of kind %q, want %q", short, got, want)
		}
	}
	if got := (Playbook{Bytes: []byte("{")}).CaseKind(); got != "" {
		t.Errorf("broken bytes are for a case of kind %q", got)
	}
}
