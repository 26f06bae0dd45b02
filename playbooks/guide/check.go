package guide

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/posko-ir/posko/playbooks/cacao"
)

// check judges what the shape of the properties does not say.
func check(g *Guide, r *cacao.Reader) {
	if len(g.steps) == 0 && g.Source.Extensions[ExtensionID] == nil {
		return
	}
	facts := slices.Clone(Facts())
	checkPlaybook(g, r)
	for _, f := range g.Playbook.Facts {
		facts = append(facts, f.Key)
	}
	if g.Playbook.Drill != nil {
		checkDrill(g.Playbook.Drill, facts, r)
	}
	numbers := map[string]bool{}
	for _, s := range g.Source.Steps {
		step := g.steps[s.ID]
		if step == nil {
			continue
		}
		c := checker{reader: r, path: StepPath(s.ID), facts: facts, source: g.Source}
		if numbers[step.Number] {
			r.Errorf(c.path+"/number", "guide-number", "number %q is used twice; give each step its own", step.Number)
		}
		numbers[step.Number] = true
		c.step(step)
	}
	for _, lang := range slices.Sorted(maps.Keys(g.Playbook.Text)) {
		checkText(g, r, lang)
	}
}

func checkPlaybook(g *Guide, r *cacao.Reader) {
	p, path := g.Playbook, PlaybookPath()
	oneOf(r, path+"/kind", p.Kind, Kinds())
	if p.Short != "" && !matches(p.Short, 32, lower, lower+digits+"-") {
		r.Errorf(path+"/short", "guide-short", "use lower-case letters, digits and hyphens, at most 32")
	}
	for i, f := range p.Facts {
		at := path + "/facts/" + strconv.Itoa(i) + "/key"
		if !factKey(f.Key) {
			r.Errorf(at, "guide-fact", "name the fact with letters, digits and _")
		}
		twice := slices.ContainsFunc(p.Facts[:i], func(other Fact) bool { return other.Key == f.Key })
		if twice || slices.Contains(Facts(), f.Key) {
			r.Errorf(at, "guide-fact", "the fact %q is known already; choose another name", f.Key)
		}
	}
}

// checkDrill judges the story that is played: its times count from the opening,
// the facts lie before it and the news after.
func checkDrill(d *Drill, facts []string, r *cacao.Reader) {
	path := PlaybookPath() + "/drill"
	for i, f := range d.Facts {
		at := path + "/facts/" + strconv.Itoa(i)
		if !slices.Contains(facts, f.Key) || f.Key == "opened" {
			r.Errorf(at+"/key", "guide-fact", "the fact %q is not known; declare it in the playbook's facts", f.Key)
		}
		if due, err := ParseDue(f.At); err != nil || due.Fact != "opened" || due.Offset > 0 {
			r.Errorf(at+"/at", "guide-drill", "write opened-DURATION, for example opened-20m")
		}
	}
	for i, news := range d.Injects {
		at := path + "/injects/" + strconv.Itoa(i)
		twice := slices.ContainsFunc(d.Injects[:i], func(other Inject) bool { return other.Key == news.Key })
		if twice || news.Key != "" && !matches(news.Key, 64, lower, lower+digits+"_") {
			r.Errorf(at+"/key", "guide-drill", "give each inject a name of its own with lower-case letters, digits and _")
		}
		if due, err := ParseDue(news.At); err != nil || due.Fact != "opened" || due.Offset < 0 {
			r.Errorf(at+"/at", "guide-drill", "write opened+DURATION, for example opened+10m")
		}
	}
}

// A checker judges one step.
type checker struct {
	reader *cacao.Reader
	path   string
	facts  []string
	source *cacao.Playbook
}

func (c checker) step(s *Step) {
	if s.Number != "" && !ValidNumber(s.Number) {
		c.reader.Errorf(c.path+"/number", "guide-number", "use at most 8 letters and digits")
	}
	oneOf(c.reader, c.path+"/lane", s.Lane, Lanes())
	oneOf(c.reader, c.path+"/role", s.Role, Roles())
	oneOf(c.reader, c.path+"/approval", s.Approval, []string{FourEyes})
	c.times(s)
	c.proof(s)
	if s.Waive != nil {
		oneOf(c.reader, c.path+"/waive/role", s.Waive.Role, Roles())
		if !s.Mandatory {
			c.reader.Warnf(c.path+"/waive", "guide-waive", "only a mandatory step needs waive; remove one or add the other")
		}
	}
	if group, name, ok := strings.Cut(s.Action, "."); s.Action != "" &&
		(!ok || !matches(group, 32, lower, lower) || !matches(name, 32, lower, lower+"_")) {
		c.reader.Errorf(c.path+"/action", "guide-action", "name a built-in action like evidence.seal")
	}
	for i, name := range s.Book {
		oneOf(c.reader, c.path+"/book/"+strconv.Itoa(i), name, BookWords())
	}
	for i, id := range s.Suggest {
		if !strings.HasPrefix(id, "playbook--") {
			c.reader.Errorf(c.path+"/suggest/"+strconv.Itoa(i), "guide-suggest", "name a playbook by its id")
		}
	}
	for i := range s.Answers {
		twice := slices.ContainsFunc(s.Answers[:i], func(a Answer) bool { return a.Key == s.Answers[i].Key })
		if twice {
			c.reader.Errorf(c.answerPath(i)+"/key", "guide-answer", "the key %q is used twice in this step", s.Answers[i].Key)
		}
		c.answer(c.answerPath(i), &s.Answers[i])
	}
}

func (c checker) answerPath(i int) string { return c.path + "/answers/" + strconv.Itoa(i) }

func (c checker) times(s *Step) {
	if s.Due != "" {
		due, err := ParseDue(s.Due)
		if err != nil {
			c.reader.Errorf(c.path+"/due", "guide-due", "write FACT+DURATION, for example aware+24h (units m, h, d)")
		} else {
			c.known(c.path+"/due", due.Fact)
		}
	}
	if s.Every != "" {
		if _, err := ParseEvery(s.Every); err != nil {
			c.reader.Errorf(c.path+"/every", "guide-due", "write a period, for example 14d (units m, h, d)")
		}
	}
	if s.Law && s.Due == "" {
		c.reader.Warnf(c.path+"/law", "guide-due", "a duty needs a due time; add due")
	}
}

func (c checker) known(path, fact string) {
	if !slices.Contains(c.facts, fact) {
		c.reader.Errorf(path, "guide-fact", "the fact %q is not known; declare it in the playbook's facts", fact)
	}
}

func (c checker) proof(s *Step) {
	path := c.path + "/proof"
	switch {
	case s.Proof == nil:
		c.reader.Warnf(c.path, "guide-proof", "say what proves this step, or none_because")
	case len(s.Proof.Kinds) == 0 && s.Proof.NoneBecause == "":
		c.reader.Errorf(path, "guide-proof", "name the kinds of proof, or say none_because")
	case len(s.Proof.Kinds) > 0 && s.Proof.NoneBecause != "":
		c.reader.Errorf(path, "guide-proof", "use either kinds or none_because")
	default:
		for i, kind := range s.Proof.Kinds {
			given, items := ProofKinds()
			oneOf(c.reader, path+"/kinds/"+strconv.Itoa(i), kind, append(given, items...))
		}
	}
}

func (c checker) answer(path string, a *Answer) {
	if a.Key != "" && !matches(a.Key, 64, lower, lower+digits+"_") {
		c.reader.Errorf(path+"/key", "guide-answer", "name the answer with lower-case letters, digits and _")
	}
	oneOf(c.reader, path+"/type", a.Type, AnswerTypes())
	if (a.Type == TypeChoice) != (len(a.Choices) > 0) {
		c.reader.Errorf(path+"/choices", "guide-answer", "give choices to an answer of type choice, and to no other")
	}
	values := make([]string, 0, len(a.Choices))
	for i, choice := range a.Choices {
		at := path + "/choices/" + strconv.Itoa(i) + "/value"
		if choice.Value != "" && !matches(choice.Value, 64, lower+upper+digits, lower+upper+digits+"_-") {
			c.reader.Errorf(at, "guide-answer", "use letters, digits, _ and - for the value")
		}
		if slices.Contains(values, choice.Value) {
			c.reader.Errorf(at, "guide-answer", "the value %q is used twice", choice.Value)
		}
		values = append(values, choice.Value)
	}
	if a.Variable != "" {
		c.variable(path+"/variable", a)
	}
	c.setsFact(path, a, values)
}

func (c checker) variable(path string, a *Answer) {
	v, ok := c.source.Variables[a.Variable]
	switch {
	case !ok:
		c.reader.Errorf(path, "guide-variable", "declare %s in playbook_variables", a.Variable)
	case v.Constant:
		c.reader.Errorf(path, "guide-variable", "%s is a constant; no answer can set it", a.Variable)
	case !fits(a.Type, v.Type):
		c.reader.Errorf(path, "guide-variable", "an answer of type %s does not fit a variable of type %s", a.Type, v.Type)
	}
}

// fits says whether the canonical value of an answer can be a value of the variable's type.
func fits(answer, variable string) bool {
	switch variable {
	case "bool":
		return answer == TypeBool
	case "integer", "long":
		return answer == TypeInteger
	case "float":
		return answer == TypeInteger || answer == TypeNumber
	}
	return true
}

func (c checker) setsFact(path string, a *Answer, values []string) {
	if a.Fact == "" {
		if len(a.When) > 0 {
			c.reader.Errorf(path+"/when", "guide-fact", "when needs a fact to set")
		}
		return
	}
	c.known(path+"/fact", a.Fact)
	switch a.Type {
	case TypeInstant:
		if len(a.When) > 0 {
			c.reader.Errorf(path+"/when", "guide-fact", "an instant sets the fact to its value; remove when")
		}
		return
	case TypeBool:
		values = []string{"true", "false"}
	case TypeChoice:
	default:
		c.reader.Errorf(path+"/fact", "guide-fact", "only an answer of type instant, choice or bool can set a fact")
		return
	}
	if len(a.When) == 0 {
		c.reader.Errorf(path, "guide-fact", "say in when which values set the fact")
	}
	for i, value := range a.When {
		oneOf(c.reader, path+"/when/"+strconv.Itoa(i), value, values)
	}
}

// ValidNumber reports whether s can be the number of a step: at most 8 letters and digits.
func ValidNumber(s string) bool {
	return matches(s, 8, lower+upper+digits, lower+upper+digits)
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

// matches says whether s is not empty, not longer than most, begins with a
// character of first and goes on with characters of rest.
func matches(s string, most int, first, rest string) bool {
	return s != "" && len(s) <= most && strings.IndexByte(first, s[0]) >= 0 && strings.Trim(s[1:], rest) == ""
}

// oneOf notes a value outside a vocabulary; a missing one is noted where it is read.
func oneOf(r *cacao.Reader, path, value string, words []string) {
	if value != "" && !slices.Contains(words, value) {
		r.Errorf(path, "guide-word", "use one of: %s", strings.Join(words, ", "))
	}
}
