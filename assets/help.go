package assets

import (
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed help/*.json
var helps embed.FS

// Help gives the command line's help in a language: what each English text of
// it is there. The English texts stand in the source, so that English has none
// here; and a text that was changed there loses its translation, not its truth.
func Help(lang string) (map[string]string, error) {
	if lang == "en" {
		return nil, nil
	}
	data, err := helps.ReadFile("help/" + lang + ".json")
	if err != nil {
		return nil, fmt.Errorf("read help texts: %w", err)
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, fmt.Errorf("read help texts: %w", err)
	}
	return texts, nil
}
