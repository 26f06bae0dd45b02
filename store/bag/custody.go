package bag

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/store/ledger"
)

// CustodyEvent is one line of the chain of custody.
type CustodyEvent struct {
	At       string       // when it happened, with its zone
	Recorded string       // when it was written down, if that is another time
	Who      string       // the officer
	Action   string       // collected, verified, sealed, exported, …
	Item     string       // E1/3, or E1 for a whole collection, or empty for the case
	Name     string       // what the item was called; any bytes
	SHA256   *ledger.Hash // of the item's bytes
	Why      string
	Entry    string // LOG:SEQ of the entry that says so
}

// custodyRecord is CustodyEvent as custody.json holds it.
type custodyRecord struct {
	At       string       `json:"at"`
	Recorded string       `json:"recorded,omitempty"`
	Who      string       `json:"who"`
	Action   string       `json:"action"`
	Item     string       `json:"item,omitempty"`
	Name     string       `json:"name,omitempty"`
	NameB64  string       `json:"name_b64,omitempty"` // the name's bytes when they are not UTF-8
	SHA256   *ledger.Hash `json:"sha256,omitempty"`
	Why      string       `json:"why,omitempty"`
	Entry    string       `json:"entry,omitempty"`
}

func (e CustodyEvent) record() custodyRecord {
	r := custodyRecord{
		At: valid(e.At), Recorded: valid(e.Recorded), Who: valid(e.Who), Action: valid(e.Action), Item: valid(e.Item),
		Name: valid(e.Name), SHA256: e.SHA256, Why: valid(e.Why), Entry: valid(e.Entry),
	}
	if !utf8.ValidString(e.Name) {
		r.NameB64 = base64.StdEncoding.EncodeToString([]byte(e.Name))
	}
	return r
}

// name is the item's name as bytes.
func (r custodyRecord) name() string {
	if raw, err := base64.StdEncoding.DecodeString(r.NameB64); r.NameB64 != "" && err == nil {
		return string(raw)
	}
	return r.Name
}

func (r custodyRecord) check() error {
	raw, err := base64.StdEncoding.DecodeString(r.NameB64)
	switch {
	case r.At == "" || r.Who == "" || r.Action == "":
		return errors.New("a custody event without time, person or action")
	case err != nil || r.NameB64 != "" && (utf8.Valid(raw) || visible(string(raw)) != r.Name):
		return errors.New("a custody event whose two forms of the name differ")
	}
	return nil
}

const custodyHead = `CHAIN OF CUSTODY

One line an event, in the order of custody.json. What cannot be printed is shown as \u{...} or \x..
NAME is what the item was called where it was found.

`

const custodyRow = "%-40s  %-20s  %-12s  %-10s  %-64s  %s | %s\n"

// custodyWriter writes custody.json and custody.txt side by side. Verify uses
// it too, to see that both say the same.
type custodyWriter struct {
	json, text io.Writer
	drill      bool // the readable one says so
	n          int64
}

func (w *custodyWriter) begin() error {
	if _, err := io.WriteString(w.json, "["); err != nil {
		return err
	}
	head := custodyHead
	if w.drill {
		head = drillMark + "\n\n" + head
	}
	_, err := fmt.Fprintf(w.text, head+custodyRow, "WHEN", "WHO", "DID", "ITEM", "SHA-256", "NAME", "WHY")
	return err
}

func (w *custodyWriter) add(r custodyRecord) error {
	if err := r.check(); err != nil {
		return err
	}
	data, err := canonical.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode custody event: %w", err)
	}
	if w.n++; w.n > 1 {
		data = append([]byte{','}, data...)
	}
	if _, err := w.json.Write(data); err != nil {
		return err
	}
	hash := "-"
	if r.SHA256 != nil {
		hash = r.SHA256.String()
	}
	_, err = fmt.Fprintf(w.text, custodyRow, cell(r.At), cell(r.Who), cell(r.Action), cell(r.Item), hash, cell(r.name()), cell(r.Why))
	return err
}

func (w *custodyWriter) end() error {
	_, err := io.WriteString(w.json, "]")
	return err
}

// cell keeps a value inside its column: the separator is shown as an escape too.
func cell(s string) string {
	if s == "" {
		return "-"
	}
	return strings.ReplaceAll(visible(s), "|", `\u{007c}`)
}

// eachCustody reads custody.json, element by element so that its length does
// not matter, and refuses elements that are not canonical records.
func eachCustody(r io.Reader, do func(custodyRecord) error) error {
	limit := &io.LimitedReader{R: r, N: maxLine} // of one event: the decoder keeps it whole
	dec := json.NewDecoder(limit)
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errors.New("not a list of custody events")
	}
	for dec.More() {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return fmt.Errorf("read custody event: %w", err)
		}
		limit.N = maxLine
		var rec custodyRecord
		if err := canonical.Decode(raw, &rec); err != nil {
			return fmt.Errorf("read custody event: %w", err)
		}
		if err := do(rec); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("read custody events: %w", err)
	}
	return nil
}
