package evidence

import (
	"strings"

	"github.com/posko-ir/posko/store/collect"
)

// displayName makes bytes from a file system into text for a title.
func displayName(name string) string { return short(collect.VisibleName(name), 180) }

func commandTitle(argv []string) string { return displayName(strings.Join(argv, " ")) }

func short(s string, limit int) string {
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return s
}
