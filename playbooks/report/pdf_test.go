package report_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posko-ir/posko/playbooks/render/pdf"
	"github.com/posko-ir/posko/playbooks/report"
)

// TestPDFHoldsEveryText reads the PDF back with an independent program: every
// word of the document is there, in each language, and our own texts need no
// character that the fonts lack.
func TestPDFHoldsEveryText(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is missing; install it: apt-get install poppler-utils")
	}
	var all []report.Document
	for _, lang := range []string{"en", "id", "it"} {
		all = append(all, report.Build(incident(t, "drill").input(lang)), form(lang, true).Document(), form(lang, false).Document())
	}
	for _, d := range all {
		lang := d.Lang
		var b bytes.Buffer
		if err := pdf.Render(&b, d); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "report.pdf")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		out, err := exec.CommandContext(ctx, tool, "-raw", "-enc", "UTF-8", file, "-").CombinedOutput()
		cancel()
		if err != nil {
			t.Fatalf("pdftotext: %v: %s", err, out)
		}
		text := strings.Join(strings.Fields(string(out)), "")
		for _, s := range d.Sections {
			for _, want := range words(s) {
				want = strings.Join(strings.Fields(report.Visible(want)), "")
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q is not in the PDF", lang, want)
				}
			}
		}
		if n, want := strings.Count(text, `\u{`), strings.Count(text, `\u{202E}`)+strings.Count(text, `\u{…}`); n != want {
			t.Errorf("%s: %d characters written out, want %d", lang, n, want)
		}
	}
}
