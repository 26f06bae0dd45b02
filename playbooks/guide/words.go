package guide

import "slices"

// The types an answer can have.
const (
	TypeText    = "text"
	TypeLines   = "lines"
	TypeBool    = "bool"
	TypeChoice  = "choice"
	TypeInteger = "integer"
	TypeNumber  = "number"
	TypeRange   = "range"
	TypeInstant = "instant"
)

// Lanes lists the lanes that run side by side, in the order they are shown.
func Lanes() []string { return []string{"investigate", "contain", "communicate", "recover"} }

// Roles lists the roles a step can be given to.
func Roles() []string {
	return []string{
		"lead", "technical", "privacy", "communication", "counsel",
		"hr", "finance", "executive", "owner", "second",
	}
}

// AnswerTypes lists the types an answer can have.
func AnswerTypes() []string {
	return []string{
		TypeText, TypeLines, TypeBool, TypeChoice,
		TypeInteger, TypeNumber, TypeRange, TypeInstant,
	}
}

// Kinds lists the kinds of case a playbook can be for.
func Kinds() []string {
	return []string{"incident", "offboarding", "disclosure", "review", "drill", KindFragment}
}

// Facts lists the facts every case knows; a playbook may declare others.
func Facts() []string {
	return []string{
		"opened", "occurred_from", "occurred_to", "detected", "suspected", "told", "aware",
		"determined", "classified", "contained", "restored", "reported", "closed",
		"high_risk_decided", "new_fact", "first_due", "sent",
	}
}

// Planned lists the facts that are known before they happen; every other fact lies
// behind whoever enters it.
func Planned() []string { return []string{"first_due", "leaving"} }

// ContactRoles lists what a contact in the book can be for us.
func ContactRoles() []string {
	return []string{
		"insurer", "counsel", "police", "csirt", "forensics", "authority", "bank",
		"provider", "press", "staff", "other",
	}
}

// BookWords lists what a step can point to in the book: a whole register, or the
// contacts of one role as contact:ROLE.
func BookWords() []string {
	words := []string{"system", "contact", "customer", "supplier"}
	for _, role := range ContactRoles() {
		words = append(words, "contact:"+role)
	}
	return words
}

// ProofKinds lists the kinds of proof a step can demand: first those that an
// answer or a note gives too, then those that need an item of evidence.
func ProofKinds() (given, items []string) {
	return []string{"answer", "text", "decision", "call", "people", "table"},
		[]string{"file", "mail", "page", "photo", "cmd", "read-back", "thing", "seal"}
}

func isGiven(kind string) bool {
	given, _ := ProofKinds()
	return slices.Contains(given, kind)
}

func known(kind string) bool {
	given, items := ProofKinds()
	return slices.Contains(given, kind) || slices.Contains(items, kind)
}

// ProofSatisfied reports whether the step's demand for proof is met: a kind of
// the first class by an answer or a note, any kind by an item of evidence that
// is of this kind; items lists the kinds that the items are. Any one kind is
// enough. A step without a demand, or one that says why no proof can exist, is
// satisfied as it is.
func ProofSatisfied(step *Step, answered bool, items []string) bool {
	if step == nil || step.Proof == nil || len(step.Proof.Kinds) == 0 {
		return true
	}
	return answered && slices.ContainsFunc(step.Proof.Kinds, isGiven) ||
		slices.ContainsFunc(step.Proof.Kinds, func(kind string) bool { return known(kind) && slices.Contains(items, kind) })
}
