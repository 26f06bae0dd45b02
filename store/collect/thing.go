package collect

// Thing is what a line of kind ThingKind says of evidence that has no bytes.
// The texts are UTF-8, in the form in which the case keeps them.
type Thing struct {
	Serial      string `json:"serial"`
	SealNumber  string `json:"seal_number"`
	State       string `json:"state"`
	Description string `json:"description"`
	Place       string `json:"place"`
	Keeper      string `json:"keeper"`
}

// ThingLine is line 1 of the manifest of a thing.
func ThingLine(title string, t Thing) Line {
	return Line{N: 1, Name: title, Kind: ThingKind, Thing: &t}
}

// thing writes what is known of a thing, in the order of the keys.
func (e *encoder) thing(t *Thing) {
	e.key("thing")
	e.b = append(e.b, '{')
	for _, m := range []struct{ key, value string }{
		{"description", t.Description},
		{"keeper", t.Keeper},
		{"place", t.Place},
		{"seal_number", t.SealNumber},
		{"serial", t.Serial},
		{"state", t.State},
	} {
		if m.value != "" {
			e.string(m.key, m.value)
		}
	}
	e.b = append(e.b, '}')
}
