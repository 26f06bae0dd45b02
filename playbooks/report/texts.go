package report

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

// tongue is the language a document is written in.
type tongue string

// speak returns the tongue of a language code; English for one we do not have.
func speak(lang string) tongue {
	switch lang {
	case "id", "it":
		return tongue(lang)
	}
	return "en"
}

// say returns the text of a key; the key itself where there is none, so that a
// gap is seen.
func (t tongue) say(key string, args ...any) string {
	form, ok := texts()[key][string(t)]
	if !ok {
		return key
	}
	pairs := make([]string, 0, 2*len(args))
	for i, arg := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), fmt.Sprint(arg))
	}
	return strings.NewReplacer(pairs...).Replace(form)
}

// word translates one value of a closed list, like a state; what the list does
// not have, from a newer playbook perhaps, is shown as it is.
func (t tongue) word(list, value string) string {
	if form, ok := texts()[list+"."+value][string(t)]; ok {
		return form
	}
	return value
}
