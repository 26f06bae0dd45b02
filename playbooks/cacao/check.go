package cacao

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// check judges what the specification demands of the properties, then the graph.
func check(p *Playbook, f *findings) {
	checkIDs(p, f)
	checkTimes(p, f)
	checkMetadata(p, f)
	checkDefinitions(p, f)
	for _, name := range sortedKeys(p.Variables) {
		checkVariable(f, Child("/playbook_variables", name), name, p.Variables[name])
	}
	for _, s := range p.Steps {
		checkStep(p, s, f)
	}
	checkGraph(p, f)
	checkUses(p, f)
}

func checkIDs(p *Playbook, f *findings) {
	checkID(f, "/id", p.ID, "playbook")
	checkID(f, "/created_by", p.CreatedBy, "identity")
	for name, ids := range map[string]map[string]Agent{"agent": p.Agents, "target": p.Targets} {
		for _, id := range sortedKeys(ids) {
			checkID(f, Child("/"+name+"_definitions", id), id, "")
		}
	}
	for _, id := range sortedKeys(p.Definitions) {
		checkID(f, Child("/extension_definitions", id), id, "extension-definition")
	}
}

// checkID judges an identifier; kind may be empty when any type will do. A
// missing identifier is noted where it is read.
func checkID(f *findings, path, id, kind string) {
	if id == "" {
		return
	}
	switch shapeOf(id) {
	case idWrong:
		f.errorf(path, "identifier", "write an identifier like playbook--UUID (UUID version 4 or 5), not %q", shorten(id))
		return
	case idNewer:
		f.warnf(path, "uuid-version", "other programs reject this identifier; use a UUID of version 4 or 5")
	}
	if got, _ := splitID(id); kind != "" && got != kind {
		f.errorf(path, "identifier-type", "use an identifier of type %q here, not %q", kind, shorten(got))
	}
}

func checkTimes(p *Playbook, f *findings) {
	created, okCreated := checkTime(f, "/created", p.Created)
	modified, okModified := checkTime(f, "/modified", p.Modified)
	if okCreated && okModified && modified.Before(created) {
		f.errorf("/modified", "time-order", "set modified to a time not before created")
	}
	from, okFrom := checkTime(f, "/valid_from", p.ValidFrom)
	until, okUntil := checkTime(f, "/valid_until", p.ValidUntil)
	if okFrom && okUntil && !until.After(from) {
		f.errorf("/valid_until", "time-order", "set valid_until to a time after valid_from")
	}
	if p.Revoked {
		f.warnf("/revoked", "revoked", "the author revoked this playbook; look for another")
	}
}

func checkTime(f *findings, path, s string) (at time.Time, ok bool) {
	if s == "" {
		return time.Time{}, false
	}
	at, precise, ok := timestampOf(s)
	switch {
	case !ok:
		f.errorf(path, "timestamp", "write a UTC time like 2026-11-21T13:02:00.000Z, not %q", shorten(s))
	case !precise:
		f.warnf(path, "timestamp-precision", "write exactly three digits for the fraction of a second")
	}
	return at, ok
}

func checkMetadata(p *Playbook, f *findings) {
	for _, name := range []string{
		"playbook_types", "playbook_activities", "derived_from", "related_to", "industry_sectors",
		"labels", "external_references", "markings", "signatures",
	} {
		if v := p.root.Get(name); v != nil && v.Kind == Array && len(v.Items) == 0 {
			f.warnf("/"+name, "empty-list", "leave the property out when the list is empty")
		}
	}
	if len(p.Types) > 0 && len(p.Activities) == 0 {
		f.infof("/playbook_types", "no-activities", "name at least one of playbook_activities beside playbook_types")
	}
	for i, id := range p.Markings {
		if p.MarkingDefs[id] == nil {
			f.errorf(Child("/markings", strconv.Itoa(i)), "dangling-marking", "define the marking %q in data_marking_definitions", shorten(id))
		}
	}
}

// secretNames are the properties of authentication information that hold a secret.
func secretNames() []string {
	return []string{"password", "token", "private_key", "client_secret", "oauth_header"}
}

func checkDefinitions(p *Playbook, f *findings) {
	for _, id := range sortedKeys(p.Extensions) {
		if _, ok := p.Definitions[id]; !ok {
			f.errorf(Child("/playbook_extensions", id), "extension-undeclared", "declare this extension in extension_definitions")
		}
	}
	const name = "authentication_info_definitions"
	secrets := p.root.Get(name)
	if secrets == nil {
		return
	}
	for _, m := range secrets.Members {
		for _, one := range m.Value.Members {
			if slices.Contains(secretNames(), one.Name) && one.Value.Text() != "" && !strings.HasPrefix(one.Value.Text(), "__") {
				f.warnf(Child(Child("/"+name, m.Name), one.Name), "secret", "the file holds a credential in the clear: change it and use a variable")
			}
		}
	}
}

func checkVariable(f *findings, path, name string, v Variable) {
	if !isVariableName(name) {
		f.errorf(path, "variable-name", "name the variable __name__ with letters, digits, _ and - (at most 200)")
	}
	switch v.Type {
	case "bool", "dictionary", "float", "hexstring", "integer", "ipv4-addr", "ipv6-addr", "long",
		"mac-addr", "hash", "md5-hash", "sha256-hash", "string", "uri", "uuid", "":
	default:
		f.infof(Child(path, "type"), "variable-type", "the type %q is not in the vocabulary and is treated as string", shorten(v.Type))
	}
	if v.Constant && v.Null {
		f.warnf(path, "constant-empty", "give the constant a value")
	}
}

// shorten keeps a hostile name from filling a message.
func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
