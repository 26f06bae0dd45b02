package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/book"
)

// Only a clear yes is one, in the language of the question.
func TestConfirm(t *testing.T) {
	for _, tt := range []struct {
		lang, typed string
		want        bool
	}{
		{"en", "y\n", true},
		{"en", " YES\n", true},
		{"en", "y", true},
		{"en", "\n", false},
		{"en", "", false},
		{"en", "yup\n", false},
		{"it", "sì\n", true},
		{"it", "y\n", false},
		{"id", "ya\n", true},
	} {
		var errs bytes.Buffer
		a := &app{streams: streams{in: strings.NewReader(tt.typed), err: &errs}, lang: tt.lang, texts: allTexts(t)[tt.lang]}
		if got, err := a.confirm(t.Context(), "Sure?"); got != tt.want || err != nil || !strings.Contains(errs.String(), "Sure?") {
			t.Errorf("%s %q: %v, %v", tt.lang, tt.typed, got, err)
		}
		if a.asking() {
			t.Error("a text is taken for a terminal")
		}
	}
	silent, _ := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := &app{streams: streams{in: silent, err: io.Discard}}
	if yes, err := a.confirm(ctx, "Sure?"); yes || !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v, %v", yes, err)
	}
}

func TestAPreviewOfManyRowsCountsTheRest(t *testing.T) {
	var out bytes.Buffer
	a := &app{streams: streams{out: &out}, texts: allTexts(t)["en"]}
	var in intake
	in.list.Separator = ","
	for i := range shownNew + 7 {
		in.plan.Rows = append(in.plan.Rows, book.PlanRow{Row: i + 2, What: book.RowNew, Name: "x"})
	}
	in.plan.Rows = append(in.plan.Rows, book.PlanRow{Row: 99, What: book.RowChanged, Name: "last\u202e", ID: "CUS-A1"})
	if err := a.preview(&in); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"and 7 more", "row 51 ", `row 99  CUS-A1  last\u{202e}`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "row 52 ") {
		t.Error("all new rows are named")
	}
}

// Each register's commands take its columns, and nothing that collides with a
// global flag.
func TestEveryColumnHasAFlag(t *testing.T) {
	root := (&app{}).root()
	for _, register := range book.Registers() {
		c, _, err := root.Find([]string{"book", "add", register})
		if err != nil {
			t.Fatal(err)
		}
		for _, col := range book.Columns(register) {
			flag := strings.ReplaceAll(col.Key, "_", "-")
			if c.Flags().Lookup(flag) == nil || root.PersistentFlags().Lookup(flag) != nil {
				t.Errorf("book add %s has no flag of its own --%s", register, flag)
			}
		}
	}
}
