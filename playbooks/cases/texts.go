package cases

import (
	_ "embed" // texts.json
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed texts.json
var textsJSON []byte

// texts holds key, then language, then text; {0}, {1} … stand for arguments.
var texts = sync.OnceValue(func() map[string]map[string]string {
	table := map[string]map[string]string{}
	if json.Unmarshal(textsJSON, &table) != nil {
		return nil // a test holds that this cannot happen
	}
	return table
})

// word is an argument that is itself translated, by the key "word.…".
type word string

// phrase is a text with its arguments, translated when it is shown.
type phrase struct {
	key  string
	args []any
}

// text returns the text of a key in a language, English when the language is
// not known and "" when the key is not.
func text(lang, key string, args ...any) string {
	entry := texts()[key]
	form, ok := entry[lang]
	if !ok {
		form = entry["en"]
	}
	pairs := make([]string, 0, 2*len(args))
	for i, arg := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), shown(lang, arg))
	}
	return strings.NewReplacer(pairs...).Replace(form)
}

// spoken is an argument that has a text in each language.
type spoken map[string]string

// shown writes an argument; what people typed is made safe to read.
func shown(lang string, arg any) string {
	switch a := arg.(type) {
	case word:
		if s := text(lang, "word."+string(a)); s != "" {
			return s
		}
		return Visible(string(a))
	case []word:
		parts := make([]string, len(a))
		for i, w := range a {
			parts[i] = shown(lang, w)
		}
		return strings.Join(parts, ", ")
	case spoken:
		return Visible(first(a[lang], a["en"]))
	case phrase:
		return text(lang, a.key, a.args...)
	case []phrase:
		parts := make([]string, len(a))
		for i, p := range a {
			parts[i] = shown(lang, p)
		}
		return strings.Join(parts, "; ")
	case []string:
		return Visible(strings.Join(a, ", "))
	case string:
		return Visible(a)
	}
	return fmt.Sprint(arg)
}
