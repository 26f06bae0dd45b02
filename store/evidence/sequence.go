package evidence

import (
	"iter"
	"maps"
	"slices"
)

func sequence[T any](list []T) iter.Seq[T] { return slices.Values(list) }

func pairs[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }
