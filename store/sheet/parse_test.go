package sheet_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/posko-ir/posko/store/sheet"
)

// Two halves that this program does not write: of version 2, and the third of three.
const (
	zeros = `
2: 0000 0000 0000 0000  3MVB
3: 0000 0000 0000 0000  RJ93
4: 0000 0000 0000 0000  QVHD
5: 0000 0000 0000 0000  527T
6: 0000 0000 0000 0000  GH7E
7: 0000 0000 0000 0000  Y1VJ
8: 0000 0000 0000 0000  JK22
`
	later = "1: 080G 0080 0000 0000  J44J" + zeros
	third = "1: 041G 0080 0000 0000  TM9J" + zeros
)

// Two halves on somebody's paper. What was printed once is read for ever.
const (
	printed1 = `
1: 040G 00TH 5BVG K418  K101
2: 06J3 CHG1 45F7 JGKR  Q39Q
3: 2RDM S76N M0NS R283  6H6P
4: CMGV ZNTA FKZR JJ56  YRVE
5: AKR2 PX30 370Q WNZ0  1R99
6: 9B7D F6X6 09RA P36C  APP1
7: NMJE 7TW1 F51A 50A4  65R5
8: T27M PJBF W226 R8EN  X0YR
`
	printed2 = `
1: 0410 00TH 5BVG K418  W9HY
2: 06J3 CHG1 45F7 JGKR  Q39Q
3: 2RDM S76N M0NS T2R0  QH72
4: CMGV ZNTA FKZR JJ56  YRVE
5: AKR2 QKZ9 2WHZ 0NCA  DTAV
6: FV57 5SQ2 77VD WSM1  FF8W
7: NK80 F1NY G7M7 X3CB  Y1MF
8: KX2Z K9Z9 XJE4 424N  ZT16
`
	printedMark = "01215e794278161b4c9cd5a02b127cd7f1f8af6f46cc81c24c53d8cdaf2b46bd"
)

func TestPrintedHalvesAreReadForEver(t *testing.T) {
	s, err := sheet.Join(read(t, printed1), read(t, printed2))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", s.Fingerprint()); got != printedMark || s.Number != 3 || s.Workspace != sheet.TagOf("w1") ||
		s.Day.Format("2006-01-02") != "2026-11-21" {
		t.Errorf("sheet %d of %v, %s", s.Number, s.Day, got)
	}
}

func TestReadForgivesHowPeopleType(t *testing.T) {
	one, _ := split(t, make1(t, "w1", 7))
	want := text(one)
	aliases := strings.NewReplacer("0", "o", "1", "l")
	lines := one.Code()
	lines[0], lines[7] = lines[7], lines[0]
	var typed strings.Builder
	for _, line := range one.Code() {
		number, code, _ := strings.Cut(line, ":")
		typed.WriteString(number + " :" + aliases.Replace(code) + "\n")
	}
	for name, in := range map[string]string{
		"as printed":      want,
		"lower case":      strings.ToLower(want),
		"no spaces":       strings.ReplaceAll(want, " ", ""),
		"hyphens":         strings.ReplaceAll(want, " ", "-"),
		"long dashes":     strings.ReplaceAll(want, "  ", " \u2013 "),
		"fixed spaces":    strings.ReplaceAll(want, " ", "\u00a0"),
		"Windows":         "\ufeff" + strings.ReplaceAll(want, "\n", "\r\n"),
		"O and l":         typed.String(),
		"another order":   strings.Join(lines, "\n"),
		"with remarks":    "Posko: half 1 of 2\n\nWorkspace: abc\n" + want + "- keep it\n2026-11-21: made\n12: no line\n",
		"indented, blank": "\n  " + strings.ReplaceAll(want, "\n", "\n\n   "),
	} {
		h, err := sheet.Read(strings.NewReader(in))
		if err != nil || !reflect.DeepEqual(h.Code(), one.Code()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMistakeIsToldWithItsLine(t *testing.T) {
	_, two := split(t, make1(t, "w1", 1))
	code := two.Code()
	change := func(n int, to string) string {
		lines := two.Code()
		lines[n-1] = to
		return strings.Join(lines, "\n")
	}
	other := map[byte]string{'0': "1"}
	turned := func(line string, at int) string {
		with, ok := other[line[at]]
		if !ok {
			with = "0"
		}
		return line[:at] + with + line[at+1:]
	}
	for name, c := range map[string]struct {
		text string
		want sheet.LineError
	}{
		"typo in line 3":             {change(3, turned(code[2], 5)), sheet.LineError{Line: 3, Problem: sheet.Typo}},
		"typo in a checksum":         {change(8, turned(code[7], len(code[7])-1)), sheet.LineError{Line: 8, Problem: sheet.Typo}},
		"two letters changed places": {change(5, swapped(code[4])), sheet.LineError{Line: 5, Problem: sheet.Typo}},
		"line 2 typed as line 4":     {change(4, "4"+code[1][1:]), sheet.LineError{Line: 4, Problem: sheet.Typo}},
		"a letter missing":           {change(1, code[0][:len(code[0])-1]), sheet.LineError{Line: 1, Problem: sheet.Short}},
		"a letter too many":          {change(6, code[5]+"A"), sheet.LineError{Line: 6, Problem: sheet.Long}},
		"a U":                        {change(2, code[1][:4]+"U"+code[1][5:]), sheet.LineError{Line: 2, Problem: sheet.Letter}},
		"another script":             {change(2, code[1]+"\u0410"), sheet.LineError{Line: 2, Problem: sheet.Letter}},
		"an empty line":              {change(7, "7:"), sheet.LineError{Line: 7, Problem: sheet.Short}},
		"a line left out":            {change(7, ""), sheet.LineError{Line: 7, Problem: sheet.Missing}},
		"both halves in one file":    {text(two) + text(two), sheet.LineError{Line: 1, Problem: sheet.Twice}},
	} {
		_, err := sheet.Read(strings.NewReader(c.text))
		var at *sheet.LineError
		if !errors.As(err, &at) || *at != c.want {
			t.Errorf("%s: %v, want line %d %s", name, err, c.want.Line, c.want.Problem)
		}
		if err != nil && strings.Contains(err.Error(), code[2][3:8]) {
			t.Errorf("%s: the error quotes the half", name)
		}
	}
}

// swapped exchanges the first two letters beside each other that differ.
func swapped(line string) string {
	for i := len("5: "); ; i++ {
		if a, b := line[i], line[i+1]; a != b && a != ' ' && b != ' ' {
			return line[:i] + string(b) + string(a) + line[i+2:]
		}
	}
}

func TestReadRefusesWhatIsNoHalf(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":        {"", sheet.ErrNoHalf},
		"a letter":       {"Dear Ada,\nthe half is in the safe.\n", sheet.ErrNoHalf},
		"binary":         {"\x00\xff\xfe: \x80", sheet.ErrNoHalf},
		"far too long":   {strings.Repeat("x", 70_000), sheet.ErrNoHalf},
		"line 9":         {"9: AAAA", sheet.ErrNoHalf},
		"a later format": {later, sheet.ErrNewer},
		"half 3":         {third, sheet.ErrNoHalf},
	} {
		if _, err := sheet.Read(strings.NewReader(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is read comes back as it is printed, and that reads the same.
func FuzzRead(f *testing.F) {
	one, two := split(f, make1(f, "w1", 1))
	f.Add(text(one))
	f.Add("half 2\n" + strings.ToLower(text(two)))
	f.Add(strings.ReplaceAll(text(one), " ", "-"))
	f.Add(later)
	f.Add("3: O0Il")
	f.Fuzz(func(t *testing.T, in string) {
		h, err := sheet.Read(strings.NewReader(in))
		if err != nil {
			return
		}
		again, err := sheet.Read(strings.NewReader(text(h)))
		if err != nil || !reflect.DeepEqual(again, h) {
			t.Errorf("printed and read again: %v", err)
		}
	})
}
