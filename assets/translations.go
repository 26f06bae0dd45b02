package assets

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

//go:embed translations/*.json
var translations embed.FS

// Languages are those that everything is written in.
func Languages() []string { return []string{"en", "id", "it"} }

// Texts are the program's own words in one language, by dotted key.
type Texts map[string]string

// Translations reads the texts of a language.
func Translations(lang string) (Texts, error) {
	if !slices.Contains(Languages(), lang) {
		return nil, fmt.Errorf("no language %q; there are %s", lang, strings.Join(Languages(), ", "))
	}
	data, err := translations.ReadFile("translations/" + lang + ".json")
	if err != nil {
		return nil, fmt.Errorf("read translations: %w", err)
	}
	var t Texts
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, fmt.Errorf("read translations: %w", err)
	}
	return t, nil
}

// Say returns the text of a key with its places filled in; a key without a text
// shows itself.
func (t Texts) Say(key string, args ...any) string {
	text, ok := t[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}
