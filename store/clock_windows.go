package store

import (
	"strconv"
	"time"

	"golang.org/x/sys/windows"
)

// bootID has no id to read on Windows: the minute in which the machine came up
// serves, so a wall clock that is moved looks like another boot.
func bootID() string {
	return strconv.FormatInt(time.Now().Add(-sinceBoot()).Unix()/60, 36)
}

func sinceBoot() time.Duration { return windows.DurationSinceBoot() }
