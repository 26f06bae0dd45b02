package collect

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/posko-ir/posko/store/vault"
)

// ErrNoCommand says that there is nothing to run.
var ErrNoCommand = errors.New("no such command")

// afterEnd is how long output is waited for once the command ended.
const afterEnd = 5 * time.Second

// recordedVariables are the parts of the environment that say how a command
// was found and how it writes; the rest may hold secrets.
func recordedVariables() []string { return []string{"PATH", "LANG", "TZ"} }

// CommandOptions says what to run.
type CommandOptions struct {
	Batch *vault.Batch
	// Argv is the command and its arguments; no shell is involved.
	Argv []string
	// Dir is the working directory; empty means the current one.
	Dir string
	// Limit is the most bytes kept of each output; 0 means no limit. The
	// command runs on when it is reached.
	Limit int64
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Command is what ran and what it said. Lines 1 and 2 of its manifest are
// standard output and standard error.
type Command struct {
	Argv   []string
	Path   string // of the program, links resolved
	SHA256 vault.Hash
	Dir    string
	Env    map[string]string // PATH, LANG and TZ, as far as they are set
	Start  time.Time
	End    time.Time
	Exit   int    // -1 if a signal ended it
	Signal string // its name, if one did
	Killed bool   // by ctx
	Lines  []Line
}

// RunCommand runs a program and stores what it writes. A program that fails is
// a result, not an error. The program's file is hashed just before it runs; who
// can replace it in that moment can fool the record.
//
// When ctx ends, the program and, on Unix, its process group are killed, and
// what it wrote is kept.
func RunCommand(ctx context.Context, o CommandOptions) (Command, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	found, done, err := describeCommand(o)
	if err != nil {
		return Command{}, err
	}
	cmd := exec.CommandContext(ctx, found, o.Argv[1:]...)
	cmd.Args[0] = o.Argv[0]
	cmd.Dir = done.Dir
	ownGroup(cmd)
	pipes, writers, err := outputs(cmd)
	if err != nil {
		return Command{}, fmt.Errorf("run command: %w", err)
	}
	done.Start = o.Now().UTC()
	err = cmd.Start()
	closeAll(writers) // the child has its own
	if err != nil {
		closeAll(pipes)
		return Command{}, fmt.Errorf("run command: %w", err)
	}
	lines, err := storeOutputs(context.WithoutCancel(ctx), o, pipes, cmd)
	closeAll(pipes)
	done.End, done.Lines = o.Now().UTC(), lines
	done.Exit, done.Signal = cmd.ProcessState.ExitCode(), signalOf(cmd.ProcessState)
	done.Killed = ctx.Err() != nil
	if err != nil {
		return Command{}, fmt.Errorf("run command: %w", err)
	}
	return done, nil
}

// describeCommand finds the program and says everything that is known before it
// runs. It is started under the name it was found by, which programs look at.
func describeCommand(o CommandOptions) (found string, c Command, err error) {
	if len(o.Argv) == 0 || o.Argv[0] == "" {
		return "", c, fmt.Errorf("run command: %w", ErrNoCommand)
	}
	if found, err = exec.LookPath(o.Argv[0]); err != nil {
		return "", c, fmt.Errorf("find %q: %w: %w", o.Argv[0], ErrNoCommand, err)
	}
	c = Command{Argv: o.Argv, Env: map[string]string{}}
	if found, err = filepath.Abs(found); err == nil {
		c.Path, err = filepath.EvalSymlinks(found)
	}
	if err != nil {
		return "", c, fmt.Errorf("find %q: %w", o.Argv[0], err)
	}
	if c.SHA256, err = hashFile(c.Path); err != nil {
		return "", c, fmt.Errorf("hash program: %w", err)
	}
	if c.Dir, err = filepath.Abs(o.Dir); err != nil {
		return "", c, fmt.Errorf("find working directory: %w", err)
	}
	for _, name := range recordedVariables() {
		if v, ok := os.LookupEnv(name); ok {
			c.Env[name] = v
		}
	}
	return found, c, nil
}

func hashFile(path string) (vault.Hash, error) {
	f, err := os.Open(path)
	if err != nil {
		return vault.Hash{}, err
	}
	defer func() { _ = f.Close() }() // only read from
	digest := sha256.New()
	if _, err := io.Copy(digest, f); err != nil {
		return vault.Hash{}, err
	}
	return vault.Hash(digest.Sum(nil)), nil
}

// outputs gives the command two pipes of our own: those of exec are closed by
// Wait, which may come before they are read.
func outputs(cmd *exec.Cmd) (readers, writers []*os.File, err error) {
	for _, to := range []*io.Writer{&cmd.Stdout, &cmd.Stderr} {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(append(readers, writers...))
			return nil, nil, err
		}
		*to = w
		readers, writers = append(readers, r), append(writers, w)
	}
	return readers, writers, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// storeOutputs reads both outputs side by side until the command ended.
func storeOutputs(ctx context.Context, o CommandOptions, pipes []*os.File, cmd *exec.Cmd) ([]Line, error) {
	titles := []string{"stdout", "stderr"}
	lines, errs := make([]Line, len(pipes)), make([]error, len(pipes))
	var reading sync.WaitGroup
	for i, p := range pipes {
		reading.Go(func() {
			in := &limited{from: p, limit: o.Limit}
			lines[i], errs[i] = AddReader(ctx, o.Batch, titles[i], Output, in, o.Now())
			_, _ = io.Copy(io.Discard, in.from) // a full pipe would stop the command
			lines[i].N, lines[i].SourceSize = int64(i+1), in.seen
			if in.cut {
				lines[i].note(Limited)
			}
		})
	}
	_ = cmd.Wait() // how it ended is in its state
	// A grandchild that left the group may keep a pipe open for ever.
	ended := make(chan struct{})
	go func() { reading.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(afterEnd):
		for _, p := range pipes {
			if p.SetReadDeadline(time.Now()) != nil {
				_ = p.Close() // no deadlines on pipes here
			}
		}
		<-ended
	}
	return lines, errors.Join(errs...)
}

// limited passes up to limit bytes and then ends.
type limited struct {
	from  io.Reader
	limit int64
	seen  int64
	cut   bool
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	if l.limit > 0 {
		if l.seen >= l.limit {
			var one [1]byte
			n, err := l.from.Read(one[:])
			l.cut = l.cut || n > 0
			if n > 0 {
				err = io.EOF
			}
			return 0, err
		}
		p = p[:min(int64(len(p)), l.limit-l.seen)]
	}
	n, err := l.from.Read(p)
	l.seen += int64(n)
	return n, err
}
