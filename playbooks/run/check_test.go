package run

import (
	"strings"
	"testing"
)

func TestCheckNotesConditionsThatCannotBeRead(t *testing.T) {
	found := Check(book(t, "main", `
		var __x__ integer 1
		start s next=a
		if a cond=__x__:value=1 true=e1 next=b
		if b cond=soon true=e2 next=c
		while c cond=__x__:value= true=e3 next=d
		switch d on=__x__:value :1=e4 next=f
		switch f on=x :1=e5 next=e
		end e1
		end e2
		end e3
		end e4
		end e5
		end e`))
	var got []string
	for _, f := range found {
		_, field, _ := strings.Cut(strings.TrimPrefix(f.Path, "/workflow/"), "/")
		got = append(got, field)
		if f.Blocks || f.Message == "" {
			t.Errorf("finding %+v", f)
		}
	}
	if s := strings.Join(got, " "); s != "condition condition switch" {
		t.Errorf("findings %v", found)
	}
}
