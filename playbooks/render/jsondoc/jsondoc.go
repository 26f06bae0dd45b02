// Package jsondoc writes a report as JSON for programs: the model that the
// documents for people are made of, under the name in its field "format".
//
// The bytes are the canonical form of RFC 8785 with a line feed after them, so
// that the same model gives the same bytes in every program that writes it.
package jsondoc

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/report"
)

// Render writes m to w as canonical JSON. The members and the elements of the
// lists are brought into canonical form one at a time: a long timeline is
// beyond the size that package canonical takes at once.
func Render(w io.Writer, m report.Model) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	out := bufio.NewWriter(w)
	separator := "{"
	for _, key := range slices.Sorted(maps.Keys(members)) {
		_, _ = fmt.Fprintf(out, "%s%q:", separator, key) // kept by the writer, returned by Flush
		separator = ","
		if err := member(out, members[key]); err != nil {
			return fmt.Errorf("encode report, %s: %w", key, err)
		}
	}
	_, _ = out.WriteString("}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func member(out *bufio.Writer, raw json.RawMessage) error {
	if raw[0] != '[' {
		return value(out, raw)
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return err
	}
	_ = out.WriteByte('[')
	for i, element := range elements {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		if err := value(out, element); err != nil {
			return err
		}
	}
	return out.WriteByte(']')
}

func value(out *bufio.Writer, raw json.RawMessage) error {
	text, err := canonical.Transform(raw)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}
