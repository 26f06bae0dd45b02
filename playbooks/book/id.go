package book

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var idForm = regexp.MustCompile(`^(SYS|CON|CUS|SUP)-[A-Z]+[1-9][0-9]*'*$`)

// ID brings what a person types as a record's id into its form and reports
// whether it can be one.
func ID(typed string) (string, bool) {
	id := strings.ToUpper(strings.TrimSpace(typed))
	return id, idForm.MatchString(id)
}

// letterless stands for the letter of a log whose first entry is damaged.
const letterless = "X"

// series begins the ids that a log gives out in a register.
func (b *Book) series(log, register string) string {
	letter := b.Letters[log]
	if letter == "" {
		letter = letterless
	}
	return prefix(register) + "-" + letter
}

func (b *Book) next(register string) string {
	series := b.series(b.rec.Log(), register)
	return fmt.Sprintf("%s%d", series, b.Made[series]+1)
}

func (b *Book) made(series string, n int) {
	if b.Made == nil {
		b.Made = map[string]int{}
	}
	b.Made[series] = max(b.Made[series], n)
}

// numbered splits an id into its series and its number.
func numbered(id string) (series string, n int) {
	series = strings.TrimRight(strings.TrimRight(id, "'"), "0123456789")
	n, err := strconv.Atoi(strings.TrimRight(id[len(series):], "'"))
	if err != nil || n > 1e9 {
		return series, 0
	}
	return series, n
}
