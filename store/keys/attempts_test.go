package keys_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posko-ir/posko/store/keys"
)

// guesser tries passphrases on one folder under a clock of its own.
type guesser struct {
	t     *testing.T
	dir   string
	clock *testClock
}

func newGuesser(t *testing.T) *guesser {
	g := &guesser{t: t, dir: newDir(t), clock: newClock()}
	create(t, g.dir, keys.None())
	return g
}

func (g *guesser) try(text string) (*keys.Unlocked, error) {
	o := unlockOptions(g.t, keys.None(), text)
	o.Now = g.clock.Now
	return keys.Unlock(g.t.Context(), g.dir, o)
}

// wrong tries a wrong passphrase and returns the delay that follows; it must be counted as number n.
func (g *guesser) wrong(n int) time.Duration {
	g.t.Helper()
	_, err := g.try(wrong)
	var counted *keys.WrongPassphraseError
	if !errors.As(err, &counted) || counted.Count != n {
		g.t.Fatalf("try %d: %v", n, err)
	}
	return counted.RetryAfter
}

// delayed expects that even the right passphrase must wait.
func (g *guesser) delayed(want time.Duration) {
	g.t.Helper()
	_, err := g.try(right)
	var delay *keys.DelayError
	if !errors.As(err, &delay) || !errors.Is(err, keys.ErrDelayed) || delay.RetryAfter != want {
		g.t.Fatalf("got %v, want a delay of %v", err, want)
	}
}

// opens expects the right passphrase to open, after so many wrong ones.
func (g *guesser) opens(count int) keys.FailedAttempts {
	g.t.Helper()
	u, err := g.try(right)
	if err != nil {
		g.t.Fatal(err)
	}
	if u.FailedAttempts().Count != count {
		g.t.Fatalf("%d attempts reported, want %d", u.FailedAttempts().Count, count)
	}
	return u.FailedAttempts()
}

func (g *guesser) clear(recorded keys.FailedAttempts) {
	g.t.Helper()
	if err := keys.ClearAttempts(g.t.Context(), g.dir, recorded); err != nil {
		g.t.Fatal(err)
	}
}

func (g *guesser) file() string { return filepath.Join(g.dir, "attempts.json") }

func TestAttempts_DelayGrowsAndEnds(t *testing.T) {
	g := newGuesser(t)
	first := g.clock.Now()
	want := []time.Duration{0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900}
	for i, seconds := range want {
		got := g.wrong(i + 1)
		if got != seconds*time.Second {
			t.Fatalf("delay after %d tries: %v, want %v s", i+1, got, int(seconds))
		}
		if got > 0 {
			g.delayed(got)
			g.clock.Turn(got - time.Millisecond)
			g.delayed(time.Millisecond)
			g.clock.Turn(time.Millisecond)
		}
	}
	last := g.clock.Now().Add(-15 * time.Minute)
	failed := g.opens(len(want))
	if !failed.First.Equal(first) || !failed.Last.Equal(last) || failed.Damaged {
		t.Errorf("reported %+v", failed)
	}
	g.opens(len(want)) // they stay until the store has recorded them
	g.clear(failed)
	noAttempts(t, g.dir)
	g.opens(0)
}

func TestAttempts_ADelayedTryIsNotCounted(t *testing.T) {
	g := newGuesser(t)
	for n := range 4 {
		g.wrong(n + 1)
	}
	for range 5 {
		if _, err := g.try(wrong); !errors.Is(err, keys.ErrDelayed) || errors.Is(err, keys.ErrWrongPassphrase) {
			t.Fatal(err)
		}
	}
	g.clock.Turn(2 * time.Second)
	g.opens(4)
}

func TestAttempts_ClockSetBack(t *testing.T) {
	g := newGuesser(t)
	for n := range 4 {
		g.wrong(n + 1)
	}
	g.clock.Turn(-24 * time.Hour)
	g.delayed(2 * time.Second) // counts from now ...
	g.clock.Turn(time.Second)
	g.delayed(time.Second) // ... and goes on
	g.clock.Turn(time.Second)
	failed := g.opens(4)
	if failed.Last.Before(g.clock.Now()) {
		t.Error("setting the clock back rewrote when the last try was")
	}
}

func TestAttempts_ClockSetForward(t *testing.T) {
	g := newGuesser(t)
	for n := range 4 {
		g.wrong(n + 1)
	}
	g.clock.Turn(365 * 24 * time.Hour)
	g.opens(4)
}

func TestAttempts_DamagedFile(t *testing.T) {
	tests := map[string]string{
		"empty":       "",
		"garbage":     "\x00\x01",
		"negative":    `{"count":-1,"first":"2026-11-21T14:02:00Z","last":"2026-11-21T14:02:00Z","damaged":false,"since":"2026-11-21T14:02:00Z"}` + "\n",
		"other form":  `{"count": 1}`,
		"too long":    strings.Repeat(" ", 1<<16),
		"far too big": `{"count":99999999999999999999}`,
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			g := newGuesser(t)
			if err := os.WriteFile(g.file(), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			g.delayed(15 * time.Minute) // not forgotten ...
			g.clock.Turn(10 * time.Minute)
			g.delayed(5 * time.Minute)
			g.clock.Turn(5 * time.Minute)
			failed := g.opens(13) // ... and not for ever
			if !failed.Damaged {
				t.Error("the damage is not reported")
			}
			g.clear(failed)
			g.opens(0)
		})
	}
}

func TestAttempts_UncountedWhenTheDiskRefuses(t *testing.T) {
	g := newGuesser(t)
	if err := os.MkdirAll(g.file()+".tmp/in the way", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := g.try(wrong); err == nil || errors.Is(err, keys.ErrWrongPassphrase) {
		t.Errorf("an answer without a count: %v", err)
	}
	g.opens(0)
}

func TestClearAttempts_KeepsWhatItDidNotSee(t *testing.T) {
	g := newGuesser(t)
	g.wrong(1)
	g.wrong(2)
	seen := g.opens(2)
	g.clock.Turn(time.Second)
	g.wrong(3) // comes in before the store recorded the two
	g.clear(seen)
	rest := g.opens(1)
	g.clear(seen) // another process that saw the same two
	g.opens(1)
	g.clear(keys.FailedAttempts{})
	g.opens(1)
	g.clear(rest)
	g.opens(0)
}

func TestAttempts_ManyAtOnce(t *testing.T) {
	g := newGuesser(t)
	const guesses = 20
	var mu sync.Mutex
	counted, delayed := 0, 0
	var wg sync.WaitGroup
	for range guesses {
		wg.Go(func() {
			_, err := g.try(wrong)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, keys.ErrWrongPassphrase):
				counted++
			case errors.Is(err, keys.ErrDelayed):
				delayed++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if counted != 4 || delayed != guesses-4 {
		t.Errorf("%d of %d guesses were tried, %d delayed", counted, guesses, delayed)
	}
	g.clock.Turn(time.Hour)
	g.opens(4)
}

// guessVariable names the folder on which a process started by TestAttempts_ManyProcesses guesses.
const guessVariable = "POSKO_TEST_GUESS_DIR"

func TestAttempts_ManyProcesses(t *testing.T) {
	if dir := os.Getenv(guessVariable); dir != "" {
		if _, err := unlock(t, dir, keys.None(), wrong); !errors.Is(err, keys.ErrWrongPassphrase) && !errors.Is(err, keys.ErrDelayed) {
			t.Error(err)
		}
		return
	}
	g := newGuesser(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestAttempts_ManyProcesses$")
			cmd.Env = append(os.Environ(), guessVariable+"="+g.dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	g.clock.Turn(time.Minute)
	g.opens(4) // three free tries and the one that starts the delay; the rest had to wait
}
