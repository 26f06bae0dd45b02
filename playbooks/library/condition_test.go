package library

import (
	"slices"
	"testing"

	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/stix"
)

// taken gives the first step of each branch that is open when some answers are set
// and the rest stands as at the start.
func taken(t *testing.T, g *guide.Guide, set map[string]string) []string {
	t.Helper()
	var numbers []string
	for _, s := range g.Source.Steps {
		if s.Condition == "" {
			continue
		}
		expr, err := stix.Parse(s.Condition)
		if err != nil {
			t.Fatalf("%s: %v", s.ID, err)
		}
		ok, err := expr.Eval(func(name string) (stix.Value, bool) {
			v, known := g.Source.Variables[name]
			text := v.Value
			if answer, answered := set[name]; answered {
				text = answer
			}
			return stix.Value{Type: v.Type, Text: text}, known
		})
		if err != nil {
			t.Fatalf("%s: %v", s.ID, err)
		}
		if ok {
			numbers = append(numbers, g.Step(s.OnTrue).Number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

func TestBranchesOpen(t *testing.T) {
	for _, c := range []struct {
		name, short string
		set         map[string]string
		want        []string
	}{
		{"at the start", "breach", nil, []string{"11", "13", "14", "15", "4"}},
		{"controller alone", "breach", map[string]string{"__role__": "controller"}, []string{"11", "13", "14", "4"}},
		{"one customer saw another's data", "breach", map[string]string{"__role__": "controller", "__cross_tenant__": "yes"}, []string{"11", "13", "14", "15", "4"}},
		{"a sample was seen", "breach", map[string]string{"__dump_seen__": "yes"}, []string{"11", "13", "14", "15", "3", "4"}},
		{"aware", "breach", map[string]string{"__aware__": "aware"}, []string{"11", "13", "14", "15"}},
		{"notified and complete", "breach", map[string]string{"__notify__": "notify", "__filing__": "complete"}, []string{"12", "13", "15", "4"}},
		{"no high risk", "breach", map[string]string{"__high_risk__": "no"}, []string{"11", "14", "15", "4"}},
		{"no high risk, law demands", "breach", map[string]string{"__high_risk__": "law", "__keys_safe__": "yes"}, []string{"11", "13", "14", "15", "4"}},
		{"risk unknown, key safe", "breach", map[string]string{"__keys_safe__": "yes"}, []string{"11", "14", "15", "4"}},
		{"at the start", "takeover", nil, []string{"13", "14", "9"}},
		{"no money, no rights, no data", "takeover", map[string]string{"__money__": "no", "__admin_rights__": "no", "__personal_data__": "no"}, nil},
		{"at the start", "payment", nil, []string{"12", "13", "15"}},
		{"our mailbox, recall refused", "payment", map[string]string{"__mailbox__": "ours", "__recall__": "refused"}, []string{"12", "13"}},
		{"a look-alike, no data, money back", "payment", map[string]string{"__mailbox__": "lookalike", "__personal_data__": "no", "__recall__": "returned"}, nil},
		{"at the start", "ransomware", nil, []string{"17", "9"}},
		{"clean point named, in contact", "ransomware", map[string]string{"__clean_point__": "named", "__contact__": "contact", "__personal_data__": "no"}, []string{"16"}},
		{"no clean backup, pays", "ransomware", map[string]string{"__clean_point__": "none", "__contact__": "pay"}, []string{"16", "17"}},
		{"at the start", "insider", nil, []string{"16", "6"}},
		{"limited quietly", "insider", map[string]string{"__measure__": "limit"}, []string{"15", "16", "6"}},
		{"cut, no personal data", "insider", map[string]string{"__measure__": "cut", "__personal_data__": "no"}, []string{"14"}},
		{"the suspicion fell away", "insider", map[string]string{"__measure__": "none", "__personal_data__": "no"}, []string{"17"}},
		{"at the start", "device", nil, []string{"13", "14", "9"}},
		{"unreadable and given up", "device", map[string]string{"__posko__": "no", "__personal_data__": "no", "__device__": "given_up"}, nil},
		{"came back", "device", map[string]string{"__posko__": "yes", "__device__": "back"}, []string{"12", "14", "9"}},
		{"at the start", "outage", nil, []string{"16", "5", "6", "8", "9"}},
		{"going back, no provider", "outage", map[string]string{"__provider__": "no", "__way__": "rollback", "__undo__": "yes"}, []string{"16", "6", "7", "8", "9"}},
		{"cannot be undone", "outage", map[string]string{"__way__": "rollback", "__undo__": "no"}, []string{"16", "5", "6", "7", "9"}},
		{"restored, data untouched", "outage", map[string]string{"__service__": "restored", "__provider__": "no", "__undo__": "untouched", "__personal_data__": "no"}, []string{"8"}},
		{"at the start", "ddos", nil, []string{"14", "15", "9"}},
		{"demand, still going", "ddos", map[string]string{"__demand__": "yes"}, []string{"15", "8", "9"}},
		{"quiet, no demand, no data", "ddos", map[string]string{"__attack__": "quiet", "__demand__": "no", "__personal_data__": "no"}, nil},
		{"at the start", "leaver", nil, nil},
		{"a part may go", "leaver", map[string]string{"__deletion__": "part"}, []string{"11"}},
		{"everything may go", "leaver", map[string]string{"__deletion__": "delete"}, []string{"11"}},
		{"at the start", "leaver-cause", nil, []string{"11", "20"}},
		{"no keys, nothing copied", "leaver-cause", map[string]string{"__officer__": "no", "__copied__": "no"}, nil},
		{"keys, signs of copying", "leaver-cause", map[string]string{"__officer__": "yes", "__copied__": "yes"}, []string{"11", "20"}},
	} {
		t.Run(c.short+"/"+c.name, func(t *testing.T) {
			p, _ := ByShort(c.short)
			if got := taken(t, open(t, p), c.set); !slices.Equal(got, c.want) {
				t.Errorf("open are %v, want %v", got, c.want)
			}
		})
	}
}
