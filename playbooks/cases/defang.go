package cases

import "strings"

// Defang writes an indicator so that nothing turns it into a link and nobody
// clicks it by mistake: hxxps[://]evil[.]example. [Refang] undoes it.
func Defang(typ, value string) string {
	switch typ {
	case "ip", "domain", "host":
		return bracket(value, ".", ":")
	case "email":
		return bracket(value, ".", "@")
	case "url":
		scheme, rest, ok := strings.Cut(value, "://")
		if !ok {
			return bracket(value, ".")
		}
		authority, path := splitAuthority(rest)
		if strings.HasPrefix(scheme, "http") {
			scheme = "hxxp" + scheme[4:]
		}
		return scheme + "[://]" + bracket(authority, ".") + path
	}
	return value
}

func bracket(s string, marks ...string) string {
	for _, m := range marks {
		s = strings.ReplaceAll(s, m, "["+m+"]")
	}
	return s
}

// Refang undoes the usual ways of writing an indicator harmlessly, also when
// it was done twice.
func Refang(s string) string {
	r := strings.NewReplacer(
		"[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "(dot)", ".", "[DOT]", ".",
		"[:]", ":", "[://]", "://", "[@]", "@", "(@)", "@", "[at]", "@", "(at)", "@", "[AT]", "@",
	)
	for again := r.Replace(s); again != s; again = r.Replace(s) {
		s = again // each round is shorter
	}
	if len(s) >= 4 && strings.EqualFold(s[:4], "hxxp") {
		s = "http" + s[4:]
	}
	return s
}

// Labelled puts a value behind its label; a question has its own mark.
func Labelled(label, value string) string {
	if strings.HasSuffix(label, "?") {
		return label + " " + value
	}
	return label + ": " + value
}
