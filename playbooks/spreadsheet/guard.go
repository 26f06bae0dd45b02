package spreadsheet

import "strings"

// formula are the first characters that make a spreadsheet compute a cell. The
// apostrophe is among them so that guarding can be undone without doubt.
const formula = "=+-@'\t\r"

// Guard puts an apostrophe before a cell that a spreadsheet would take for a
// formula.
func Guard(cell string) string {
	if cell != "" && strings.ContainsRune(formula, rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// Unguard takes it off again: Unguard(Guard(s)) is s.
func Unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formula, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}
