// Package guide is Posko's extension of CACAO 2.0: what a playbook step asks of a
// person beside its command. A step says who does it, until when, what must be
// answered, what counts as proof and who may waive it.
//
// The extension stands under [ExtensionID] in step_extensions of action and
// playbook-action steps and in playbook_extensions of the playbook, is declared
// in extension_definitions, and is described as JSON Schema in
// guide.schema.json beside this file. Another CACAO program ignores it and still
// runs the playbook.
//
// Rules of this package: it is pure (no I/O, no clock); what cannot be read
// becomes a finding and never a failure; English stands in the CACAO fields, other
// languages in the extension, so that one playbook has one hash.
package guide

// ExtensionID is the identifier under which a playbook declares this extension.
const ExtensionID = "extension-definition--5c1f0a7e-3d52-4b8e-9a44-6d7f2be0c913"

// Schema is the address that extension_definitions names for this extension.
const Schema = "https://github.com/posko-ir/posko/blob/main/playbooks/guide/guide.schema.json"

// Version is the version of the extension this package reads and writes.
const Version = "1.0.0"

// FourEyes is the one approval policy: a second person approves exactly these bytes.
const FourEyes = "four-eyes"

// KindFragment marks a playbook that is only started by others (opening, closing).
const KindFragment = "fragment"

// A Step is what the extension says about one action or playbook-action step.
type Step struct {
	Number    string   `json:"number"`
	Lane      string   `json:"lane"`
	Role      string   `json:"role"`
	Due       string   `json:"due,omitempty"`
	Every     string   `json:"every,omitempty"`
	Law       bool     `json:"law,omitempty"`
	Mandatory bool     `json:"mandatory,omitempty"`
	Proof     *Proof   `json:"proof,omitempty"`
	Answers   []Answer `json:"answers,omitempty"`
	Waive     *Waive   `json:"waive,omitempty"`
	Approval  string   `json:"approval,omitempty"`
	Action    string   `json:"action,omitempty"`
	Suggest   []string `json:"suggest,omitempty"`
	Book      []string `json:"book,omitempty"`
}

// A Proof names the kinds of proof of which any one satisfies the step, or says
// why none can exist.
type Proof struct {
	Kinds       []string `json:"kinds,omitempty"`
	NoneBecause string   `json:"none_because,omitempty"`
}

// A Waive names the role that may skip a mandatory step, always with a reason.
type Waive struct {
	Role string `json:"role"`
}

// An Answer is one typed field that the person fills in.
type Answer struct {
	Key      string   `json:"key"`
	Type     string   `json:"type"`
	Label    string   `json:"label"`
	Required bool     `json:"required,omitempty"`
	Choices  []Choice `json:"choices,omitempty"`
	Variable string   `json:"variable,omitempty"`
	Fact     string   `json:"fact,omitempty"`
	When     []string `json:"when,omitempty"`
}

// A Choice is one value of an answer of type choice.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// A Playbook is what the extension says about the playbook as a whole.
type Playbook struct {
	Kind     string          `json:"kind,omitempty"`
	Short    string          `json:"short,omitempty"`
	Facts    []Fact          `json:"facts,omitempty"`
	Symptoms []string        `json:"symptoms,omitempty"`
	Drill    *Drill          `json:"drill,omitempty"`
	Text     map[string]Text `json:"text,omitempty"`
}

// A Fact is an instant of the case that the playbook declares beside the known ones.
type Fact struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// A Drill is what the playbook brings along for practising it: a made-up story,
// the facts that hold when it begins, and the news that arrive as it goes on.
type Drill struct {
	Scenario string      `json:"scenario"`
	Facts    []DrillFact `json:"facts,omitempty"`
	Injects  []Inject    `json:"injects,omitempty"`
}

// A DrillFact is a made-up instant of the case, relative to its opening.
type DrillFact struct {
	Key string `json:"key"`
	At  string `json:"at"`
}

// An Inject is a made-up piece of news that arrives some time after the opening.
type Inject struct {
	Key  string `json:"key"`
	At   string `json:"at"`
	Text string `json:"text"`
}

// A Text is the playbook in one other language; what is empty stays English.
type Text struct {
	Name        string              `json:"name,omitempty"`
	Description string              `json:"description,omitempty"`
	Symptoms    []string            `json:"symptoms,omitempty"`
	Facts       map[string]string   `json:"facts,omitempty"`
	Scenario    string              `json:"scenario,omitempty"`
	Injects     map[string]string   `json:"injects,omitempty"`
	Steps       map[string]StepText `json:"steps,omitempty"`
}

// A StepText is the text of one step in one language. Answers holds labels by
// answer key, Choices labels by answer key and choice value.
type StepText struct {
	Name        string                       `json:"name,omitempty"`
	Description string                       `json:"description,omitempty"`
	Answers     map[string]string            `json:"answers,omitempty"`
	Choices     map[string]map[string]string `json:"choices,omitempty"`
	NoneBecause string                       `json:"none_because,omitempty"`
}
