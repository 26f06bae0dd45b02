package cases_test

import (
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
)

// An export that was begun is unfinished until an entry says what became of it,
// once, and that is still said when the case is closed.
func TestExportIsUnfinishedUntilSomebodySays(t *testing.T) {
	d := openDesk(t)
	begin := func(to string) string {
		return d.add(func(c *cases.Case) (string, error) { return c.BeginExport(to, "court", heads) })
	}
	d.refused("missing", func(c *cases.Case) error { return id(c.BeginExport("", "court", heads)) })
	d.refused("one-line", func(c *cases.Case) error { return id(c.BeginExport("/a\nb", "court", heads)) })
	first, second := begin("/media/a"), begin("/media/b")
	d.refused("reason", func(c *cases.Case) error { return c.DropExport(first, "") })
	d.refused("no-export", func(c *cases.Case) error { return c.DropExport("X9", "not there") })
	d.do(func(c *cases.Case) error { return c.FinishExport(first) })
	d.refused("no-export", func(c *cases.Case) error { return c.FinishExport(first) })
	d.do(func(c *cases.Case) error { return c.Close() })
	third := begin("/media/c")
	d.do(func(c *cases.Case) error { return c.DropExport(second, "wiped the stick") })
	left := d.c.UnfinishedExports()
	if len(left) != 1 || left[0].ID != third || left[0].To != "/media/c" || left[0].Heads[0].Size != 12 {
		t.Errorf("left %+v", left)
	}
	if s := d.c.Summary(); len(s.Exporting) != 1 || s.Exporting[0] != left[0].Entry.String() {
		t.Errorf("the line says %+v", s.Exporting)
	}
}
