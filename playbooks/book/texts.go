package book

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

func languages() []string { return []string{"en", "id", "it"} }

// column is an argument that is shown as the label of the column of that key.
type column string

// say returns the text of a key in a language, English when the language is
// not known and "" when the key is not.
func say(lang, key string, args ...any) string {
	entry := texts()[key]
	form, ok := entry[lang]
	if !ok {
		form = entry["en"]
	}
	pairs := make([]string, 0, 2*len(args))
	for i, arg := range args {
		if c, ok := arg.(column); ok {
			arg = Column{Key: string(c)}.Label(lang)
		}
		pairs = append(pairs, fmt.Sprintf("{%d}", i), fmt.Sprint(arg))
	}
	return strings.NewReplacer(pairs...).Replace(form)
}

// Refusal is the error of everything that a rule refuses: what is wrong, and
// what to do, both in English; Text gives another language.
type Refusal struct {
	Rule    string `json:"rule"` // stable name, "phone"
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`

	args []any
}

// Error returns the English message.
func (r *Refusal) Error() string { return r.Message }

// Text returns message and hint in a language: en, id or it.
func (r *Refusal) Text(lang string) (message, hint string) {
	return say(lang, "refuse."+r.Rule, r.args...), say(lang, "hint."+r.Rule, r.args...)
}

func refuse(rule string, args ...any) *Refusal {
	r := &Refusal{Rule: rule, args: args}
	r.Message, r.Hint = r.Text("en")
	return r
}
