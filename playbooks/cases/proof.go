package cases

import (
	"slices"
	"strconv"
	"strings"

	"github.com/posko-ir/posko/playbooks/guide"
)

// Sight is what the program sees of one item that is given as proof.
type Sight struct {
	Name string
	Kind string // of its line in the manifest, or of its collection
	Size int64
	Head []byte // its first bytes; without them the name decides
}

// The words for what an item looks like.
const (
	looksCommand = "cmd"
	looksText    = "text"
	looksMail    = "mail"
	looksPhoto   = "photo"
	looksPage    = "page"
	looksTable   = "table"
	looksThing   = "thing"
	looksFile    = "file"
)

// proves lists the kinds of proof that an item of some look can be. It is
// generous: a screenshot reads a state back as well as a command does, and what
// was pasted may be a command's output. A file is never a command's output.
func proves(look string) []string {
	switch look {
	case looksCommand:
		return []string{"cmd", "read-back", "file"}
	case looksText:
		return []string{"text", "answer", "table", "cmd", "read-back", "file"}
	case looksMail:
		return []string{"mail", "file"}
	case looksPhoto:
		return []string{"photo", "page", "read-back", "file"}
	case looksPage:
		return []string{"page", "read-back", "file"}
	case looksTable:
		return []string{"table", "file"}
	case looksThing:
		return []string{"thing"}
	}
	return []string{"file"}
}

// looks says what an item looks like; nothing when there are no bytes of it. Only
// a thing proves without.
func (s Sight) looks() []string {
	switch {
	case s.Kind == "thing":
		return []string{looksThing}
	case s.Size <= 0:
		return nil
	case s.Kind == "output" || s.Kind == looksCommand || s.Kind == "command":
		return []string{looksCommand}
	case s.Kind == looksText:
		return []string{looksText}
	case s.Kind == "web":
		return []string{looksPage}
	}
	out := append(looksByName(s.Name), looksByHead(s.Head)...)
	if slices.Contains([]string{looksMail, looksPhoto, looksPage, looksTable}, s.Kind) {
		out = append(out, s.Kind)
	}
	if len(out) == 0 {
		return []string{looksFile}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// proof is what the cited items come to.
type proof struct {
	looks []string // without those of which there are no bytes
	kinds []string // of proof
	empty []string // the references that hold nothing
}

// weigh looks at every cited item. What the caller saw of it counts before what
// the case's entries say.
func (c *Case) weigh(result StepResult) proof {
	var p proof
	for _, ref := range result.Evidence {
		sights, ok := result.Seen[ref]
		if !ok {
			sights = c.sights(ref)
		}
		before := len(p.looks)
		for _, s := range sights {
			p.looks = append(p.looks, s.looks()...)
		}
		if len(p.looks) == before {
			p.empty = append(p.empty, ref)
			continue
		}
		name, _, _ := strings.Cut(ref, "/")
		if coll := find(c.Collections, name); coll != nil && coll.Seal != "" {
			p.kinds = append(p.kinds, "seal")
		}
	}
	slices.Sort(p.looks)
	p.looks = slices.Compact(p.looks)
	for _, look := range p.looks {
		p.kinds = append(p.kinds, proves(look)...)
	}
	return p
}

// sights is what the entries say of a cited item or collection. The members of a
// large collection are in its manifest only.
func (c *Case) sights(ref string) []Sight {
	name, line, isItem := strings.Cut(ref, "/")
	coll := find(c.Collections, name)
	if coll == nil {
		return nil
	}
	var list []Sight
	for _, i := range coll.Inline {
		if n := strconv.Itoa(i.N); !isItem && !coll.gone(name+"/"+n) || line == n {
			list = append(list, coll.sight(i))
		}
	}
	if len(coll.Inline) == 0 {
		list = append(list, Sight{Kind: coll.Collected.Kind, Size: coll.Bytes})
	}
	return list
}

// sight is an item as its collection tells of it: what was collected alone is
// what the collection is.
func (c Collection) sight(i Item) Sight {
	s := Sight{Name: i.Name, Kind: i.Kind, Size: i.Size}
	if c.Items == 1 || c.Collected.Kind == "thing" {
		s.Kind = c.Collected.Kind
	}
	return s
}

// demandProof refuses a result that does not prove what the step asks for. It
// returns the deviation to record when a person accepts what was given instead.
func (c *Case) demandProof(in *input, ref string, step *guide.Step, result StepResult, answered bool, more int) *proofAccepted {
	given := c.weigh(result)
	if more > 0 { // what is still to be collected is judged when it is there
		_, items := guide.ProofKinds()
		given.kinds = append(given.kinds, append(items, looksTable)...)
	}
	if c.Drill() { // a drill's sheet names it
		return nil
	}
	if more == 0 && len(given.empty) > 0 && len(given.looks) == 0 { // also where the answers alone are proof
		in.refuse("proof-empty", given.empty)
		return nil
	}
	if guide.ProofSatisfied(step, answered, given.kinds) {
		return nil
	}
	wanted := step.Proof.Kinds
	switch {
	case len(result.Evidence) == 0:
		in.refuse("proof-missing", ref, words(wanted))
	case result.AcceptProof == "":
		in.refuse("proof-kind", ref, words(wanted), words(given.looks))
	default:
		return &proofAccepted{
			stepRef: c.newStepRef(ref), Wanted: wanted, Given: given.looks, Evidence: slices.Clone(result.Evidence), Reason: in.reason(result.AcceptProof),
		}
	}
	return nil
}

// words are the codes of a closed list, to be translated when they are shown.
func words(codes []string) []word {
	out := make([]word, len(codes))
	for i, code := range codes {
		out[i] = word(code)
	}
	return out
}
