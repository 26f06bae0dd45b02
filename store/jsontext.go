package store

import (
	"encoding/json"
)

// stringValues are the string values in canonical JSON, keys left out, longer
// than a code word and shorter than a file. It is a scan and not a decoder: it
// runs over every entry of the ledger.
func stringValues(data []byte) []string {
	var out []string
	for i := 0; i < len(data); i++ {
		if data[i] != '"' {
			continue
		}
		start := i
		for i++; i < len(data) && data[i] != '"'; i++ {
			if data[i] == '\\' {
				i++
			}
		}
		if i >= len(data) {
			break
		}
		if i+1 < len(data) && data[i+1] == ':' { // a key
			continue
		}
		if i-start > maxSearchable {
			continue
		}
		var s string
		if err := json.Unmarshal(data[start:i+1], &s); err == nil && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// maxSearchable leaves the bytes of a stored playbook out of the search.
const maxSearchable = 96 << 10
