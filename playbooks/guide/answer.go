package guide

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/posko-ir/posko/playbooks/instant"
)

// ErrAnswer is returned for an answer that does not fit its field. The message
// around it says what to type.
var ErrAnswer = errors.New("answer does not fit")

// maxAnswer bounds one answer.
const maxAnswer = 64 << 10

// CheckAnswer reads what a person typed and returns the canonical value: text
// without the space around it, lines without empty ones, true or false, the
// value of the choice, a number (an integer counts something: zero or more), LOW-HIGH for a range, an instant with its
// seconds and zone. An optional answer may be empty.
func CheckAnswer(a *Answer, raw string) (string, error) {
	typed := strings.TrimSpace(raw)
	switch {
	case typed == "" && a.Required:
		return "", refuse(a, "type something: this answer is required")
	case typed == "":
		return "", nil
	case len(typed) > maxAnswer:
		return "", refuse(a, "type less than 64 KiB; add a file as evidence instead")
	case !utf8.ValidString(typed) || strings.ContainsRune(typed, 0):
		return "", refuse(a, "type text in UTF-8")
	}
	return readTyped(a, typed)
}

func readTyped(a *Answer, typed string) (string, error) {
	switch a.Type {
	case TypeText:
		return typed, nil
	case TypeLines:
		return cleanLines(typed), nil
	case TypeBool:
		return readBool(a, typed)
	case TypeChoice:
		return readChoice(a, typed)
	case TypeInteger:
		return readInteger(a, typed)
	case TypeNumber:
		return readNumber(a, typed)
	case TypeRange:
		return readRange(a, typed)
	case TypeInstant:
		at, err := instant.Parse(typed)
		if err != nil {
			return "", fmt.Errorf("answer %s: %w: %w", a.Key, ErrAnswer, err)
		}
		return at.String(), nil
	}
	return "", refuse(a, "the playbook asks for a type of answer that this program does not know")
}

func refuse(a *Answer, say string, args ...any) error {
	return fmt.Errorf("answer %s: %s: %w", a.Key, fmt.Sprintf(say, args...), ErrAnswer)
}

func cleanLines(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// readBool takes yes and no in the three languages of the program.
func readBool(a *Answer, s string) (string, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "y", "ya", "sì", "si":
		return "true", nil
	case "false", "no", "n", "tidak":
		return "false", nil
	}
	return "", refuse(a, "type yes or no")
}

func readChoice(a *Answer, s string) (string, error) {
	values := make([]string, 0, len(a.Choices))
	for _, c := range a.Choices {
		if c.Value == s {
			return s, nil
		}
		values = append(values, c.Value)
	}
	for _, c := range a.Choices {
		if strings.EqualFold(c.Value, s) || strings.EqualFold(c.Label, s) {
			return c.Value, nil
		}
	}
	return "", refuse(a, "type one of: %s", strings.Join(values, ", "))
}

func readInteger(a *Answer, s string) (string, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "+"), 10, 63)
	if err != nil {
		return "", refuse(a, "type a whole number, zero or more, without separators, for example 1200")
	}
	return strconv.FormatUint(n, 10), nil
}

func readNumber(a *Answer, s string) (string, error) {
	x, err := strconv.ParseFloat(s, 64)
	plain := strings.Trim(s, "+-.0123456789") == ""
	if err != nil || !plain || math.IsInf(x, 0) {
		return "", refuse(a, "type a number with a dot, for example 2.5")
	}
	return strconv.FormatFloat(x, 'f', -1, 64), nil
}

var rangeShape = regexp.MustCompile(`^(\d{1,18})(?:\s*(?:-|–|\.\.)\s*(\d{1,18}))?$`)

// readRange takes LOW-HIGH or one number for both ends.
func readRange(a *Answer, s string) (string, error) {
	parts := rangeShape.FindStringSubmatch(s)
	if parts == nil {
		return "", refuse(a, "type a range of whole numbers, for example 100-250")
	}
	if parts[2] == "" {
		parts[2] = parts[1]
	}
	low, _ := strconv.ParseInt(parts[1], 10, 64)
	high, _ := strconv.ParseInt(parts[2], 10, 64)
	if low > high {
		return "", refuse(a, "type the smaller number first")
	}
	return fmt.Sprintf("%d-%d", low, high), nil
}

// A FactSource says where the instant of a fact comes from.
type FactSource int

// The sources: the answer sets no fact, sets it to its own value, or sets it to
// the time at which the step happened.
const (
	NoFact FactSource = iota
	FactFromValue
	FactFromEvent
)

// SetsFact says whether the canonical value sets the answer's fact, and to what.
func (a *Answer) SetsFact(value string) FactSource {
	switch {
	case a.Fact == "" || value == "":
		return NoFact
	case a.Type == TypeInstant:
		return FactFromValue
	}
	for _, when := range a.When {
		if when == value {
			return FactFromEvent
		}
	}
	return NoFact
}
