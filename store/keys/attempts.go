package keys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

const (
	freeAttempts    = 3
	firstDelay      = 2 * time.Second
	longestDelay    = 15 * time.Minute
	longestDelayAt  = 13 // wrong tries from which the delay no longer grows
	maxAttempts     = 1_000_000_000
	maxAttemptsFile = 4 * kib
)

// FailedAttempts is what attempts.json counted since somebody last got in.
type FailedAttempts struct {
	Count   int       `json:"count"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Damaged bool      `json:"damaged"` // the file was unreadable once: Count is a stand-in
}

// attempts is the file. Since is the instant the delay counts from: Last, unless the clock was
// set back behind it afterwards.
type attempts struct {
	FailedAttempts
	Since time.Time `json:"since"`
}

// delayAfter is the delay after the given number of wrong passphrases: three are free, then it
// doubles from two seconds to a quarter of an hour.
func delayAfter(count int) time.Duration {
	switch {
	case count <= freeAttempts:
		return 0
	case count >= longestDelayAt:
		return longestDelay
	}
	return firstDelay << (count - freeAttempts - 1)
}

// wait is how long the delay still runs. restart says that the clock stands before the instant
// the delay counts from: it was set back, so the delay must begin anew at now. A clock set far
// forward ends the delay; that it moved is seen elsewhere.
func (a attempts) wait(now time.Time) (left time.Duration, restart bool) {
	delay := delayAfter(a.Count)
	if delay == 0 {
		return 0, false
	}
	if now.Before(a.Since) {
		return delay, true
	}
	return max(a.Since.Add(delay).Sub(now), 0), false
}

// parseAttempts accepts only what writeAttempts writes and what can have happened.
func parseAttempts(data []byte) (attempts, error) {
	var a attempts
	if err := json.Unmarshal(data, &a); err != nil {
		return attempts{}, errors.New("attempts file is not JSON")
	}
	again, err := json.Marshal(a)
	if err != nil || !bytes.Equal(append(again, '\n'), data) {
		return attempts{}, errors.New("attempts file is not in its own form")
	}
	if a.Count < 1 || a.Count > maxAttempts {
		return attempts{}, errors.New("attempts file counts nonsense")
	}
	return a, nil
}

// loadAttempts reads the file under the lock. No file means no wrong try. An unreadable file
// must neither lock out for ever nor forget: it is replaced, once, by a record that starts the
// longest delay now and says that it stands for a damaged one.
func loadAttempts(dir string, now time.Time) (attempts, error) {
	data, err := readFile(filepath.Join(dir, attemptsFile), maxAttemptsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return attempts{}, nil
	}
	if err != nil && !errors.Is(err, ErrDamaged) {
		return attempts{}, err
	}
	if err == nil {
		if a, err := parseAttempts(data); err == nil {
			return a, nil
		}
	}
	stand := attempts{FailedAttempts{Count: longestDelayAt, First: now, Last: now, Damaged: true}, now}
	return stand, writeAttempts(dir, stand)
}

func writeAttempts(dir string, a attempts) error {
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode attempts: %w", err)
	}
	return writeFile(dir, attemptsFile, append(data, '\n'))
}

// checkDelay returns *DelayError while a delay runs, and the attempts otherwise. Under the lock.
func checkDelay(dir string, now time.Time) (attempts, error) {
	a, err := loadAttempts(dir, now)
	if err != nil {
		return attempts{}, err
	}
	left, restart := a.wait(now)
	if restart {
		a.Since = now
		if err := writeAttempts(dir, a); err != nil {
			return attempts{}, err
		}
	}
	if left > 0 {
		return attempts{}, &DelayError{RetryAfter: left}
	}
	return a, nil
}

// countWrong makes one more wrong try durable and only then returns the answer for the person.
func countWrong(dir string, a attempts, now time.Time) error {
	if a.Count == 0 {
		a.First = now
	}
	a.Count = min(a.Count+1, maxAttempts)
	a.Last, a.Since = now, now
	if err := writeAttempts(dir, a); err != nil {
		return fmt.Errorf("count a wrong passphrase: %w", err)
	}
	return &WrongPassphraseError{Count: a.Count, RetryAfter: delayAfter(a.Count)}
}

// ClearAttempts forgets the attempts that an Unlocked reported, after they became an entry of
// the ledger. Wrong tries that came in between stay counted.
func ClearAttempts(ctx context.Context, dir string, recorded FailedAttempts) error {
	if recorded.Count == 0 {
		return nil
	}
	return withLock(ctx, dir, func() error {
		data, err := readFile(filepath.Join(dir, attemptsFile), maxAttemptsFile)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		a, err := parseAttempts(data)
		if err != nil {
			return nil // the next unlock deals with the damage and says so
		}
		if !a.First.Equal(recorded.First) {
			return nil // another process recorded those; these are newer
		}
		if a.Count <= recorded.Count {
			return removeFile(dir, attemptsFile)
		}
		a.Count -= recorded.Count
		a.First, a.Damaged = a.Last, false // when the first of the rest came is not known
		return writeAttempts(dir, a)
	})
}
