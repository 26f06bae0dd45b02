package cases

// Refusal is the error of everything that a rule refuses. Message says what is
// wrong and Hint what to do, both in English; Text gives another language.
type Refusal struct {
	Rule    string `json:"rule"` // stable name, "closed"
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`

	args []any
}

// Error returns the English message.
func (r *Refusal) Error() string { return r.Message }

// Text returns message and hint in a language: en, id or it.
func (r *Refusal) Text(lang string) (message, hint string) {
	return text(lang, "refuse."+r.Rule, r.args...), text(lang, "hint."+r.Rule, r.args...)
}

func refuse(rule string, args ...any) *Refusal {
	r := &Refusal{Rule: rule, args: args}
	r.Message, r.Hint = r.Text("en")
	return r
}
