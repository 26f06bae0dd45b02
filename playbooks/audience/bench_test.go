package audience_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/audience"
)

// A log of a day, and the customers of a company that has many.
func BenchmarkInText(b *testing.B) {
	var names []audience.Name
	for i := range 500 {
		names = append(names, audience.Name{Of: "C", Text: fmt.Sprintf("Customer %d of many", i)})
	}
	n, _ := audience.NewNames(names)
	text := strings.Repeat("2026-11-22T09:00:00Z web01 GET /api/v1/items?q=%20x 200 rina@example.org\n", 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, text, err := n.InText("x", strings.NewReader(text)); err != nil || !text {
			b.Fatal(text, err)
		}
	}
}
