package store

import (
	"encoding/json"
)

// stringValues are the string values in canonical JSON that a person might look
// for: keys are left out, and so is what only programs read. It is a scan and not
// a decoder: it runs over every entry of the ledger.
func stringValues(data []byte) []string {
	var out []string
	var key []byte
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
		if i+1 < len(data) && data[i+1] == ':' {
			key = data[start+1 : i]
			continue
		}
		if machineMade(string(key)) || i-start > maxSearchable {
			continue
		}
		var s string
		if err := json.Unmarshal(data[start:i+1], &s); err == nil && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// machineMade names the fields whose values no person wrote or reads.
func machineMade(key string) bool {
	switch key {
	case "bytes", "manifest", "signature", "key", "hash", "officer", "segment", "batch", "extents":
		return true
	}
	return false
}

// maxSearchable keeps a hostile body from filling the index.
const maxSearchable = 96 << 10
