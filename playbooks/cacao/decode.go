package cacao

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// ErrNotPlaybook is returned for JSON that does not say it is a playbook.
var ErrNotPlaybook = errors.New("not a CACAO playbook")

// SpecVersion is the version of the specification this package reads.
const SpecVersion = "cacao-2.0"

// Parse reads a playbook. It fails only for bytes that are not JSON, are over the
// limits, or are no playbook at all; everything else that is wrong is a finding.
func Parse(data []byte) (*Playbook, []Finding, error) {
	if !utf8.Valid(data) {
		return nil, nil, fmt.Errorf("read playbook: text is not UTF-8: %w", ErrNotJSON)
	}
	root, err := parseValue(data)
	if err != nil {
		return nil, nil, fmt.Errorf("read playbook: %w", err)
	}
	if root.Kind != Object || root.Get("type").Text() != "playbook" {
		return nil, nil, fmt.Errorf("read playbook: no \"type\": \"playbook\": %w", ErrNotPlaybook)
	}
	if workflow := root.Get("workflow"); workflow != nil && len(workflow.Members) > MaxSteps {
		return nil, nil, fmt.Errorf("read playbook: %d steps: %w", len(workflow.Members), ErrTooLarge)
	}
	p := &Playbook{document: append([]byte(nil), data...), root: root, hash: Hash(data)}
	r := &Reader{}
	if root.start >= 3 && string(data[:3]) == byteOrderMark {
		r.Warnf("", "byte-order-mark", "save the file without a byte order mark")
	}
	duplicates(&r.findings, root, nil)
	p.decode(r)
	check(p, &r.findings)
	p.blockingFindings = r.findings.blocks
	return p, r.findings.sorted(), nil
}

// Hash returns the SHA-256 of a document in hex. It names a version of a playbook.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// duplicates notes every property that appears twice. Programs disagree on which
// of the two counts, so nothing is run that holds one.
func duplicates(f *findings, v *Value, at *trail) {
	seen := make(map[string]bool, len(v.Members))
	for _, m := range v.Members {
		inner := &trail{at, m.Name}
		if seen[m.Name] {
			f.blockf(inner.path(), "duplicate", "remove one of the two properties of this name: which of them counts is not defined")
		}
		seen[m.Name] = true
		duplicates(f, m.Value, inner)
	}
	for i, item := range v.Items {
		if item.Kind == Object || item.Kind == Array {
			duplicates(f, item, &trail{at, strconv.Itoa(i)})
		}
	}
}

// A trail is the way to a value. Its pointer is only written when it is needed,
// because a document can hold a million values under a long one.
type trail struct {
	outer *trail
	name  string
}

func (t *trail) path() string {
	if t == nil {
		return ""
	}
	return Child(t.outer.path(), t.name)
}

func (p *Playbook) decode(r *Reader) {
	f := r.Fields(p.root, "")
	f.Value("type")
	if version := f.Required("spec_version"); version != SpecVersion {
		r.findings.blockf(f.Path("spec_version"), "spec-version", "convert the playbook to %s", SpecVersion)
	}
	p.ID, p.Name, p.CreatedBy = f.Required("id"), f.Required("name"), f.Required("created_by")
	p.Created, p.Modified = f.Required("created"), f.Required("modified")
	p.Description = f.Text("description")
	p.ValidFrom, p.ValidUntil = f.Text("valid_from"), f.Text("valid_until")
	p.Revoked = f.Bool("revoked")
	p.Types, p.Activities = f.Texts("playbook_types"), f.Texts("playbook_activities")
	p.Labels, p.Markings = f.Texts("labels"), f.Texts("markings")
	p.Priority, _ = f.Int("priority", 0, 100)
	p.Severity, _ = f.Int("severity", 0, 100)
	p.Impact, _ = f.Int("impact", 0, 100)
	p.Variables = variables(r, f, "playbook_variables")
	p.WorkflowStart, p.WorkflowException = f.Required("workflow_start"), f.Text("workflow_exception")
	p.Agents, p.Targets = agents(r, f, "agent_definitions"), agents(r, f, "target_definitions")
	p.Definitions = definitions(r, f)
	p.Extensions = values(f, "playbook_extensions")
	p.MarkingDefs = values(f, "data_marking_definitions")
	if list := f.typed("signatures", Array); list != nil {
		p.Signatures = list.Items
	}
	for _, name := range []string{
		"playbook_processing_summary", "derived_from", "related_to",
		"industry_sectors", "external_references", "authentication_info_definitions",
	} {
		f.Value(name)
	}
	p.steps(r, f)
	f.Rest(Info)
}

func (p *Playbook) steps(r *Reader, f *Fields) {
	members := f.Members("workflow")
	p.byID = make(map[string]*Step, len(members))
	if len(members) == 0 {
		r.findings.blockf(f.Path("workflow"), "missing", "add a workflow with a start, an action and an end step")
	}
	for _, m := range members {
		fields := r.Fields(m.Value, Child(f.Path("workflow"), m.Name))
		if fields == nil || p.byID[m.Name] != nil {
			continue
		}
		step := decodeStep(r, m.Name, fields)
		p.Steps = append(p.Steps, step)
		p.byID[m.Name] = step
	}
}

func variables(r *Reader, f *Fields, name string) map[string]Variable {
	list := map[string]Variable{}
	for _, m := range f.Members(name) {
		v := r.Fields(m.Value, Child(f.Path(name), m.Name))
		if v == nil {
			continue
		}
		one := Variable{
			Type: v.Required("type"), Description: v.Text("description"),
			Constant: v.Bool("constant"), External: v.Bool("external"),
		}
		if value := v.Value("value"); value == nil || value.Kind == Null {
			one.Null = true
		} else {
			one.Value = v.Text("value")
		}
		v.Rest(Info)
		if _, twice := list[m.Name]; !twice {
			list[m.Name] = one
		}
	}
	return list
}

func agents(r *Reader, f *Fields, name string) map[string]Agent {
	list := map[string]Agent{}
	for _, m := range f.Members(name) {
		v := r.Fields(m.Value, Child(f.Path(name), m.Name))
		if v == nil {
			continue
		}
		// An agent has further properties by its type, so the rest is not judged.
		list[m.Name] = Agent{Type: v.Required("type"), Name: v.Required("name"), Description: v.Text("description")}
	}
	return list
}

func definitions(r *Reader, f *Fields) map[string]Definition {
	list := map[string]Definition{}
	for _, m := range f.Members("extension_definitions") {
		v := r.Fields(m.Value, Child(f.Path("extension_definitions"), m.Name))
		if v == nil {
			continue
		}
		if v.Text("type") != "extension-definition" {
			r.Errorf(v.Path("type"), "definition-type", "write \"extension-definition\" here")
		}
		v.Value("external_references")
		list[m.Name] = Definition{
			Name: v.Required("name"), Description: v.Text("description"),
			CreatedBy: v.Required("created_by"), Schema: v.Required("schema"), Version: v.Required("version"),
		}
		v.Rest(Info)
	}
	return list
}

func values(f *Fields, name string) map[string]*Value {
	list := map[string]*Value{}
	for _, m := range f.Members(name) {
		if list[m.Name] == nil {
			list[m.Name] = m.Value
		}
	}
	return list
}

func nonEmpty(all ...string) []string {
	list := make([]string, 0, len(all))
	for _, s := range all {
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}

func ordinal(i int) string { return strconv.Itoa(i + 1) }
