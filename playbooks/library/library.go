// Package library holds the playbooks that Posko ships: the shared opening and
// closing, and one playbook for each kind of incident, leaving or report. They are
// CACAO 2.0 JSON files beside this one, in English, with Indonesian and Italian in
// our extension (see package guide), so that one playbook in three languages has
// one hash.
//
// Rules the playbooks keep, held by the tests of this package:
//
//   - The name of a step is one sentence in the imperative, under 90 characters in
//     every language; the description says how, what to watch for and what the
//     proof must show.
//   - Opening, lanes and independent steps run side by side: nobody waits to
//     isolate a machine until the clocks have been compared. The closing comes
//     when the lanes have ended, beside notices and watches that go on for weeks.
//   - A condition reads a variable that has a value from the start and that an
//     answer of the same playbook sets. "Not known yet" leads to the step wherever
//     leaving it out could do harm.
//   - A playbook that is run by itself brings a drill about nobody real, whose facts
//     make clocks run at once. A step that phones somebody points into the book.
//   - Due times are our targets. A step marked as law repeats a legal or
//     contractual duty whose real time is computed elsewhere.
//
// To add a playbook: write NAME.json here, mint every id once as UUIDv4 and never
// change it, use the words of GLOSSARY.md, add it to the ids and the list below, and
// its plan to plan_test.go. To change a released one: set modified
// anew, and playbook_version in every playbook that calls it. A running case keeps
// the bytes it started with.
package library

import (
	"embed"

	"github.com/posko-ir/posko/playbooks/cacao"
)

// The ids of the shipped playbooks.
const (
	Opening     = "playbook--88094ed3-8079-4dff-a4de-39630ddd1438"
	Breach      = "playbook--a352dd1a-b840-4c51-bb0e-d99d239c926d"
	Takeover    = "playbook--5733ee47-6fe6-4095-ab07-d92c3e06b25e"
	Payment     = "playbook--2ca4d563-2ad9-4282-8592-10d0dc121961"
	Ransomware  = "playbook--7c319f4a-70ff-4fa4-af42-d4f651275daf"
	Insider     = "playbook--2bc05f20-e5f0-404f-ad7f-958a7bdfa693"
	Device      = "playbook--b26cc5da-6440-4d48-a16f-6740a41e29dd"
	Outage      = "playbook--1a17becf-2b8f-4b5a-8fc2-27938185f94f"
	DDoS        = "playbook--d500bce9-394a-46aa-ab26-27b61ba9cc7a"
	Leaver      = "playbook--2ca55824-7316-4995-9aa2-9ee5b3546f35"
	LeaverCause = "playbook--45d847df-b369-4898-955a-921ca464511d"
	Closing     = "playbook--ec9d5961-6bf4-4265-bd7e-80ac70e36da8"
)

//go:embed *.json
var files embed.FS

// A Playbook is one shipped playbook as it lies in its file.
type Playbook struct {
	Short string // the name typed on the command line
	ID    string // the CACAO id
	Bytes []byte // the JSON document; the caller's own copy
	Hash  string // SHA-256 of Bytes, in hexadecimal
}

// All returns every playbook in the order of the printed list.
func All() []Playbook {
	var all []Playbook
	for _, known := range list() {
		if p, ok := load(known.short, known.id); ok {
			all = append(all, p)
		}
	}
	return all
}

// ByShort finds a playbook by its short name.
func ByShort(short string) (Playbook, bool) {
	for _, known := range list() {
		if known.short == short {
			return load(known.short, known.id)
		}
	}
	return Playbook{}, false
}

// ByID finds a playbook by its CACAO id.
func ByID(id string) (Playbook, bool) {
	for _, known := range list() {
		if known.id == id {
			return load(known.short, known.id)
		}
	}
	return Playbook{}, false
}

type entry struct{ short, id string }

func list() []entry {
	return []entry{
		{"opening", Opening},
		{"breach", Breach},
		{"takeover", Takeover},
		{"payment", Payment},
		{"ransomware", Ransomware},
		{"insider", Insider},
		{"device", Device},
		{"outage", Outage},
		{"ddos", DDoS},
		{"leaver", Leaver},
		{"leaver-cause", LeaverCause},
		{"closing", Closing},
	}
}

// load reads one file. It can only fail for a name that has no file,
// which a test rules out.
func load(short, id string) (Playbook, bool) {
	data, err := files.ReadFile(short + ".json")
	if err != nil {
		return Playbook{}, false
	}
	return Playbook{Short: short, ID: id, Bytes: data, Hash: cacao.Hash(data)}, true
}
