package canonical_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/canonical"
)

type record struct {
	Action string `json:"action"`
	Count  int    `json:"count"`
	Note   string `json:"note,omitempty"`
}

func TestAttack08_DuplicateVariantAndUnknownKeys(t *testing.T) {
	for name, data := range map[string]string{
		"duplicate":      `{"action":"close","action":"delete","count":1}`,
		"case variant":   `{"ACTION":"delete","action":"close","count":1}`,
		"only variant":   `{"Action":"delete","count":1}`,
		"unknown":        `{"action":"close","count":1,"extra":true}`,
		"escaped key":    `{"\u0061ction":"close","count":1}`,
		"null for value": `{"action":null,"count":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			var got record
			if err := canonical.Decode([]byte(data), &got); err == nil {
				t.Fatalf("accepted %s as %+v", data, got)
			}
		})
	}
}

func TestAttack09_NonCanonicalTrailingAndBigNumbers(t *testing.T) {
	for name, data := range map[string]string{
		"space":            `{"action": "close","count":1}`,
		"order":            `{"count":1,"action":"close"}`,
		"trailing value":   `{"action":"close","count":1}{}`,
		"trailing newline": "{\"action\":\"close\",\"count\":1}\n",
		"float spelling":   `{"action":"close","count":1.0}`,
		"2^53+1":           `{"action":"close","count":9007199254740993}`,
		"not UTF-8":        "{\"action\":\"\xff\",\"count\":1}",
		"empty":            "",
	} {
		t.Run(name, func(t *testing.T) {
			var got record
			if err := canonical.Decode([]byte(data), &got); err == nil {
				t.Fatalf("accepted %q as %+v", data, got)
			}
		})
	}
}

func TestDecodeAcceptsItsOwnBytes(t *testing.T) {
	want := record{Action: "close", Count: 3, Note: "ä\u2028\"\\"}
	data, err := canonical.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got record
	if err := canonical.Decode(data, &got); err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("[", canonical.MaxDepth+1) + strings.Repeat("]", canonical.MaxDepth+1)
	if err := canonical.Check([]byte(deep)); !errors.Is(err, canonical.ErrLimit) {
		t.Errorf("depth: got %v", err)
	}
	big := bytes.Repeat([]byte(" "), canonical.MaxBytes+1)
	if err := canonical.Check(big); !errors.Is(err, canonical.ErrLimit) {
		t.Errorf("size: got %v", err)
	}
	inString := `"` + strings.Repeat("[", 200) + `"`
	if err := canonical.Check([]byte(inString)); err != nil {
		t.Errorf("brackets inside a string are not depth: %v", err)
	}
}

func TestTextIsNFC(t *testing.T) {
	if got, want := canonical.Text(" Cafe\u0301\n"), "Caf\u00e9"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,2,{"b":null}]}`, `1e21`, `-0`, `"\u0000"`, `[[[[`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if canonical.Check(data) != nil {
			return
		}
		again, err := canonical.Transform(data)
		if err != nil || !bytes.Equal(again, data) {
			t.Fatalf("canonical %q became %q (%v)", data, again, err)
		}
	})
}
