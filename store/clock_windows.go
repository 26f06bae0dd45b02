package store

import (
	"strconv"
	"time"

	"golang.org/x/sys/windows"
)

// sinceBoot has no boot id to read on Windows: the minute in which the machine
// came up serves, so a wall clock that is moved looks like another boot.
func sinceBoot() (string, time.Duration) {
	up := windows.DurationSinceBoot()
	return strconv.FormatInt(time.Now().Add(-up).Unix()/60, 36), up
}
