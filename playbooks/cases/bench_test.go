package cases_test

import (
	"encoding/json"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
	"github.com/posko-ir/posko/playbooks/library"
)

func BenchmarkSteps(b *testing.B) {
	var all [][]byte
	for _, p := range library.All() {
		all = append(all, p.Bytes)
	}
	p, ok := library.ByShort("breach")
	if !ok {
		b.Fatal("no breach")
	}
	d := openDesk(b)
	d.add(func(c *cases.Case) (string, error) { return c.StartRun(p.Bytes, all...) })
	snapshot, err := json.Marshal(d.c)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(snapshot)), "B/snapshot")
	for b.Loop() {
		var c cases.Case
		if err := json.Unmarshal(snapshot, &c); err != nil {
			b.Fatal(err)
		}
		if len(c.Steps("en", d.wall)) == 0 {
			b.Fatal("no steps")
		}
	}
}

func BenchmarkDescribe(b *testing.B) {
	d := rich(b)
	for b.Loop() {
		for _, e := range d.all {
			if cases.Describe(e, "it").Text == "" {
				b.Fatal("no text")
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(d.all)), "ns/row")
}
