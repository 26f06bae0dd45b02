package book

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/guide"
	"github.com/posko-ir/posko/playbooks/spreadsheet"
)

var placeholder = regexp.MustCompile(`\{\d\}|%d`)

func places(s string) []string {
	found := placeholder.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestTextsAreCompleteInThreeLanguages(t *testing.T) {
	for key, entry := range texts() {
		for _, lang := range languages() {
			if strings.TrimSpace(entry[lang]) == "" || !slices.Equal(places(entry[lang]), places(entry["en"])) {
				t.Errorf("%s in %s: %q", key, lang, entry[lang])
			}
		}
		if len(entry) != 3 {
			t.Errorf("%s has other languages", key)
		}
		if group, rule, _ := strings.Cut(key, "."); (group == "refuse" || group == "hint") && (texts()["refuse."+rule] == nil || texts()["hint."+rule] == nil) {
			t.Errorf("%s has no counterpart", key)
		}
	}
}

// usedTexts are the keys that tables and sources name.
func usedTexts(t *testing.T) []string {
	used := []string{"value.yes", "value.no"}
	for _, register := range Registers() {
		used = append(used, "register."+register)
		for _, c := range Columns(register) {
			used = append(used, "column."+c.Key, "type."+c.Type)
			if c.Type != TypeLine && c.Type != TypeText {
				used = append(used, "refuse."+c.Type)
			}
		}
	}
	for _, role := range guide.ContactRoles() {
		used = append(used, "role."+role)
	}
	for _, rule := range []string{
		spreadsheet.TooBig, spreadsheet.TooManyRows, spreadsheet.TooWide, spreadsheet.CellTooLong, spreadsheet.Undecodable, spreadsheet.NotText, spreadsheet.BadQuotes, spreadsheet.Empty,
	} {
		used = append(used, "refuse.csv-"+rule)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`refuse\("([a-z-]+[a-z])"|"(paper\.[a-z.]+)"`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(string(source), -1) {
			if m[1] != "" {
				used = append(used, "refuse."+m[1])
			} else {
				used = append(used, m[2])
			}
		}
	}
	for _, reason := range []string{"unreadable", "newer", "unknown-record", "removed-already"} {
		used = append(used, "conflict."+reason)
	}
	return used
}

func TestEveryTextIsThereAndEveryTextIsUsed(t *testing.T) {
	used := usedTexts(t)
	for _, key := range used {
		if texts()[key] == nil {
			t.Errorf("no text for %s", key)
		}
	}
	for key := range texts() {
		if _, rule, hint := strings.Cut(key, "hint."); !slices.Contains(used, key) && !(hint && slices.Contains(used, "refuse."+rule)) {
			t.Errorf("%s is not used", key)
		}
	}
}

// A header must mean one column, whatever the language.
func TestHeadersMeanOneColumn(t *testing.T) {
	for _, register := range Registers() {
		for _, c := range Columns(register) {
			names := append([]string{c.Key, strings.ToUpper(c.Key)}, c.Also...)
			for _, lang := range languages() {
				names = append(names, c.Label(lang), " "+c.Label(lang)+":*")
			}
			for _, name := range names {
				for _, other := range Columns(register) {
					if other.named(name) != (other.Key == c.Key) {
						t.Errorf("%s: %q of %s means %s as well, or nothing", register, name, c.Key, other.Key)
					}
				}
			}
		}
	}
}

func TestColumnsAreLikeTheGuide(t *testing.T) {
	for _, word := range guide.BookWords() {
		register, role, _ := strings.Cut(word, ":")
		if Columns(register) == nil || RegisterLabel("it", register) == "" || role != "" && texts()["role."+role] == nil {
			t.Errorf("a step may point to %s, which the book does not have", word)
		}
	}
	if Columns("printer") != nil || prefix("printer") != "" {
		t.Error("there is a register of printers")
	}
}
