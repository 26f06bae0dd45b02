package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
)

// place is where a wrapped key lies.
type place struct {
	tag    string
	gen    int
	holder string
}

// binding is what the ledger says of a wrapped key, and where.
type binding struct {
	at     event.ID
	sha256 string
}

// checkWraps holds the wrapped keys to the hashes that the ledger binds them by:
// a key that is gone or exchanged takes the whole case with it, or the way back
// after a loss.
func (w *Workspace) checkWraps(ctx context.Context, tx reader) ([]Alarm, error) {
	var people roster.Roster
	for e, err := range w.rows(ctx, tx, "subject = 0") {
		if err != nil {
			return nil, err
		}
		if e.Kind != "" {
			people.Apply(e.Event)
		}
	}
	bound, err := w.boundKeys(ctx, tx)
	if err != nil {
		return nil, err
	}
	sheet, _ := people.Sheet()
	var problems []Alarm
	for _, p := range slices.SortedFunc(maps.Keys(bound), comparePlaces) {
		if strings.HasPrefix(p.holder, "recovery-") && p.holder != sheet.Holder() {
			continue // a sheet that was replaced
		}
		var data []byte
		err := tx.QueryRowContext(ctx, "SELECT data FROM wrap JOIN subject ON subject.id = wrap.subject WHERE tag = ? AND gen = ? AND officer = ?",
			p.tag, p.gen, p.holder).Scan(&data)
		sum := sha256.Sum256(data)
		if want := bound[p]; err != nil || hex.EncodeToString(sum[:]) != want.sha256 {
			problems = append(problems, Alarm{Log: want.at.Log, Seq: want.at.Seq, Reason: lostKey(p), Tag: p.tag})
		}
	}
	return problems, nil
}

func lostKey(p place) string {
	whose := "a key of the case"
	if p.tag == "" {
		whose = "a key of the workspace"
	}
	if strings.HasPrefix(p.holder, "recovery-") {
		return whose + " for the recovery sheet is gone or exchanged: make a new sheet"
	}
	return whose + " is gone or exchanged"
}

func comparePlaces(a, b place) int {
	return cmp.Or(strings.Compare(a.tag, b.tag), cmp.Compare(a.gen, b.gen), strings.Compare(a.holder, b.holder))
}

// boundKeys reads what openings of cases, new sheets and recoveries say; the
// later one counts.
func (w *Workspace) boundKeys(ctx context.Context, tx reader) (map[place]binding, error) {
	bound := make(map[place]binding)
	where := "subject = 0 OR id IN (SELECT min(id) FROM entry WHERE subject <> 0 GROUP BY subject)"
	for e, err := range w.rows(ctx, tx, where) {
		if err != nil {
			return nil, err
		}
		for _, k := range roster.WrappedKeys(e.Event) {
			bound[place{k.Case, k.Gen, k.Holder}] = binding{e.ID, k.SHA256}
		}
		var opening struct {
			Keys []cases.WrappedKey `json:"keys"`
		}
		if e.Kind != kindCaseOpened || json.Unmarshal(e.Data, &opening) != nil {
			continue // damaged or unreadable: that alarm stands already
		}
		for _, k := range opening.Keys {
			bound[place{e.Case, k.Gen, k.Officer}] = binding{e.ID, k.SHA256}
		}
	}
	return bound, nil
}
