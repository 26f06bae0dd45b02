package run

import (
	"strconv"
	"strings"

	"github.com/posko-ir/posko/playbooks/cacao"
	"github.com/posko-ir/posko/playbooks/guide"
)

// labelSteps gives every step but start and end a short name that is unique in
// the playbook: the number of the guide, and for the others the next whole number
// that no guide uses, in document order.
func labelSteps(p *cacao.Playbook) map[string]string {
	labels, taken := map[string]string{}, map[string]bool{}
	for _, s := range p.Steps {
		number := s.Extensions[guide.ExtensionID].Get("number").Text()
		if s.Type != cacao.Start && s.Type != cacao.End && guide.ValidNumber(number) && !taken[number] {
			labels[s.ID], taken[number] = number, true
		}
	}
	next := 1
	for _, s := range p.Steps {
		if labels[s.ID] != "" || s.Type == cacao.Start || s.Type == cacao.End {
			continue
		}
		for taken[strconv.Itoa(next)] {
			next++
		}
		labels[s.ID] = strconv.Itoa(next)
		taken[labels[s.ID]] = true
	}
	return labels
}

// refOf names a step in a frame: the prefix of the called playbook, the label,
// and the rounds of the loops around it unless all are in their first.
func (f *Frame) refOf(label string) string {
	ref := f.Prefix + label
	first := true
	rounds := make([]string, len(f.Loop))
	for i, round := range f.Loop {
		first = first && round == 1
		rounds[i] = strconv.Itoa(round)
	}
	if first {
		return ref
	}
	return ref + "#" + strings.Join(rounds, ".")
}

// freeRef makes a ref unique. Only a step that two branches share needs it.
func (r *Run) freeRef(ref string) string {
	if _, taken := r.refs[ref]; !taken {
		return ref
	}
	for n := max(2, r.copies[ref]); ; n++ {
		other := ref + "~" + strconv.Itoa(n)
		if _, taken := r.refs[other]; !taken {
			r.copies[ref] = n + 1
			return other
		}
	}
}
