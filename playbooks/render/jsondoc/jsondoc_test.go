package jsondoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/canonical"
	"github.com/posko-ir/posko/playbooks/report"
)

func sample(rows int) report.Model {
	m := report.Model{
		Format: report.Format, Lang: "en", Organisation: "Contoh \u202e <b>&", Case: report.Head{Number: "A-7", Title: "é € \x01 \u2028"},
		Timeline: []report.Row{}, Verification: report.Verification{Entries: 1 << 40},
	}
	for i := range rows {
		m.Timeline = append(m.Timeline, report.Row{Entry: fmt.Sprintf("b3f1:%d", i), Kind: "note.added/1", Text: strings.Repeat("a word ", 100)})
	}
	return m
}

func render(t *testing.T, m report.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRenderIsCanonicalAndLossless(t *testing.T) {
	for name, m := range map[string]report.Model{"zero": {}, "some": sample(3)} {
		t.Run(name, func(t *testing.T) {
			got := render(t, m)
			line, ok := bytes.CutSuffix(got, []byte("\n"))
			if !ok {
				t.Error("no line feed at the end")
			}
			if err := canonical.Check(line); err != nil {
				t.Errorf("%v: %s", err, line)
			}
			var again report.Model
			if err := json.Unmarshal(line, &again); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(render(t, again), got) {
				t.Error("reading and writing again gives other bytes")
			}
		})
	}
}

func TestLongTimelineIsBeyondTheLimitOfOneValueAndStillWritten(t *testing.T) {
	got := render(t, sample(15000))
	if len(got) <= canonical.MaxBytes {
		t.Fatalf("the sample has only %d bytes", len(got))
	}
	if !bytes.Contains(got, []byte(`"b3f1:14999"`)) {
		t.Error("the last row is missing")
	}
}

type brokenWriter struct{}

var errBroken = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorIsReturned(t *testing.T) {
	for _, rows := range []int{0, 100} {
		if err := Render(brokenWriter{}, sample(rows)); !errors.Is(err, errBroken) {
			t.Errorf("%d rows: got %v, want the writer's error", rows, err)
		}
	}
}
