package cases

import "slices"

// Proves reports whether what the program sees can be proof of a kind.
func Proves(s Sight, kind string) bool {
	return slices.ContainsFunc(s.looks(), func(look string) bool { return slices.Contains(proves(look), kind) })
}
