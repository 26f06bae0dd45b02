package pdf

import (
	"fmt"
	"strings"
	"time"

	"github.com/posko-ir/posko/playbooks/report"
)

func hash(i int) string { return strings.Repeat(fmt.Sprintf("%08x", i*2654435761), 8)[:64] }

// sample has every block there is.
func sample(rows int) report.Document {
	evidence := report.Table{Columns: []report.Column{
		{Title: "Item", Width: 0.8},
		{Title: "Name", Width: 2.2},
		{Title: "Size", Width: 0.9, Align: report.Right},
		{Title: "SHA-256", Width: 3.1, Mono: true},
		{Title: "Collected", Width: 2},
	}}
	for i := range rows {
		evidence.Rows = append(evidence.Rows, []string{
			fmt.Sprintf("E1/%d", i+1), fmt.Sprintf("auth-%d.log", i), fmt.Sprint(i * 977), hash(i), "Sari Dewi, 21 Nov 2026",
		})
	}
	return report.Document{
		Lang: "en", Organisation: "Contoh Perangkat Lunak", Number: "A-7", Title: "Customer data seen by a stranger",
		Subtitle: "Incident report", TLP: "amber+strict", Created: time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC),
		Words: report.Words{Page: "Page %d of %d", Missing: "A character written as \\u{…} is invisible or not in this document's font."},
		Meta:  []report.KeyValue{{Key: "State", Value: "contained"}, {Key: "Severity", Value: "high"}, {Key: "Ledger head", Value: hash(99), Mono: true}},
		Sections: []report.Section{
			{Title: "Summary", Blocks: []report.Block{
				report.Paragraph{Text: "An export of the customer table was taken from the reporting replica.\nAccess was cut 40 minutes after detection."},
				report.Callout{Kind: report.Warning, Title: "Recorded by one officer", Text: "Nobody has witnessed this record. " + strings.Repeat("What it says rests on this laptop alone. ", 4)},
				report.Callout{Kind: report.Info, Title: "Note", Text: "Times are UTC unless a zone is given."},
				report.List{Items: []string{"first thing", strings.Repeat("a long thing ", 20)}},
			}},
			{Title: "Evidence", Blocks: []report.Block{
				report.Heading{Text: "Items"},
				evidence,
				report.Paragraph{Text: "Quiet remark.", Quiet: true},
			}},
		},
	}
}
