package collect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/posko-ir/posko/store/vault"
)

var (
	// ErrNothingRead says that no root gave anything.
	ErrNothingRead = errors.New("nothing could be read")
	// ErrRootGone says that a file or folder that was being collected is not there any
	// more, as after its disk was unplugged. Suspend the batch and resume it
	// when the disk is back.
	ErrRootGone = errors.New("what is being collected is not there any more")
)

// Options says what to collect.
type Options struct {
	Batch *vault.Batch
	Roots []string
	// Exclude holds absolute paths that are recorded as skipped: the workspace
	// itself, when it lies in what is collected.
	Exclude []string
	// Earlier is what [vault.Vault.Resume] returned.
	Earlier []vault.Noted
	// Progress, if set, is called at most about five times a second.
	Progress func(Progress)
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	// open replaces how files are opened, in tests.
	open func(dir *folder, name string) (opened, error)
}

// Result is what was collected. It is complete only if Collect returned no
// error; with [ErrNothingRead] it says why.
type Result struct {
	Roots          []Root
	Lines          []Line
	Skipped        []Skipped
	Files          int64 // with bytes in the vault
	Bytes          int64
	Reused         int64 // files that an earlier run had read
	Started, Ended time.Time
}

// Collect stores everything below the roots in the batch. Errors of single
// members are in Result.Skipped; an error means that the batch failed, ctx
// ended, or nothing could be read. The caller stores the manifest
// ([NewManifestReader]) and seals the batch.
func Collect(ctx context.Context, o Options) (Result, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.open == nil {
		o.open = func(dir *folder, name string) (opened, error) { return dir.handle.open(name) }
	}
	c := &collector{
		options: o, meter: newMeter(o.Progress, o.Now), owners: newOwners(), jobs: make(chan job, 64),
	}
	c.result.Started = o.Now()
	if err := errors.Join(c.absoluteRoots(), c.remember(o.Earlier)); err != nil {
		return Result{}, fmt.Errorf("collect: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	if o.Progress != nil {
		running.Go(func() { c.lookAhead(ctx) })
	}
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 4) {
		workers.Go(func() { c.work(ctx, cancel) })
	}
	for _, root := range c.options.Roots {
		c.walkRoot(ctx, root)
	}
	close(c.jobs)
	workers.Wait()
	err := context.Cause(ctx)
	cancel(nil) // the look ahead may not be done
	running.Wait()
	if err == nil {
		err = c.rootsThere()
	}
	if err != nil {
		return Result{}, fmt.Errorf("collect: %w", err)
	}
	c.meter.end()
	return c.assemble()
}

// collector is one run of Collect.
type collector struct {
	options Options
	meter   *meter
	owners  *owners
	earlier map[sourceKey][]Line
	jobs    chan job

	items, folders []*slot // in order; only the walk appends
	entered        []entered

	mu     sync.Mutex // guards result and the slots' refusals
	result Result
	read   int64 // members that were read: files, links, folders
}

// slot is a line with what belongs to it until lines are numbered.
type slot struct {
	line    Line
	older   []Line
	refused string // why it is in the list of skipped
}

// refuse puts the member into the list of skipped.
func (s *slot) refuse(why string, notes ...Note) {
	s.refused = why
	s.line.Notes = append(s.line.Notes, notes...)
}

func (c *collector) countRead() {
	c.mu.Lock()
	c.read++
	c.mu.Unlock()
}

func (c *collector) absoluteRoots() error {
	roots := slices.Clone(c.options.Roots)
	for i := range roots {
		var err error
		if roots[i], err = filepath.Abs(roots[i]); err != nil {
			return err
		}
	}
	c.options.Roots = roots
	return nil
}

// walkRoot records one of the paths that were asked for.
func (c *collector) walkRoot(ctx context.Context, path string) {
	root := Root{Path: path}
	number := len(c.result.Roots) + 1
	err := c.enterRoot(ctx, &root, number)
	c.result.Roots = append(c.result.Roots, root)
	if err != nil {
		c.mu.Lock()
		c.result.Skipped = append(c.result.Skipped, Skipped{Root: number, Name: ".", Reason: reason(err)})
		c.mu.Unlock()
	}
}

func (c *collector) enterRoot(ctx context.Context, root *Root, number int) error {
	abs := root.Path
	resolved, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return err
	}
	if resolved != abs {
		root.Resolved = resolved
	}
	info, err := os.Lstat(resolved)
	if err != nil {
		return err
	}
	w := walk{collector: c, root: number, path: abs, resolved: resolved}
	if info.IsDir() {
		dir, err := openFolder(resolved)
		if err != nil {
			return err
		}
		c.entered = append(c.entered, entered{resolved, info})
		w.folder(ctx, dir, nil, ".", 0)
		return nil
	}
	dir, err := openFolder(filepath.Dir(resolved))
	if err != nil {
		return err
	}
	defer dir.release()
	w.path, w.resolved = filepath.Dir(abs), filepath.Dir(resolved)
	w.member(ctx, dir, ".", filepath.Base(resolved), 0)
	return nil
}

// entered is a root folder as it was found.
type entered struct {
	path string
	info os.FileInfo
}

// rootsThere looks for the root folders again. Without this a disk that was
// unplugged would look like many files that cannot be read.
func (c *collector) rootsThere() error {
	for _, e := range c.entered {
		now, err := os.Stat(e.path)
		if err != nil || !os.SameFile(e.info, now) {
			return fmt.Errorf("%s: %w", e.path, ErrRootGone)
		}
	}
	return nil
}

// assemble numbers the lines: content first, then folders.
func (c *collector) assemble() (Result, error) {
	r := &c.result
	c.addGone()
	r.Lines = make([]Line, 0, len(c.items)+len(c.folders))
	for _, s := range append(c.items, c.folders...) {
		for _, old := range s.older {
			c.append(old)
		}
		n := c.append(s.line)
		if s.refused != "" {
			r.Skipped = append(r.Skipped, Skipped{N: n, Root: s.line.Root, Name: s.line.Name, Reason: s.refused})
		}
	}
	r.Ended = c.options.Now()
	if c.read == 0 {
		return *r, fmt.Errorf("collect: %w%s", ErrNothingRead, c.whyNothing())
	}
	return *r, nil
}

// whyNothing names the paths and the reasons. When nothing was read, no folder
// was either, so whatever was skipped is one of the paths asked for.
func (c *collector) whyNothing() string {
	const most = 3
	var b strings.Builder
	for i, s := range c.result.Skipped {
		if i == most {
			fmt.Fprintf(&b, "; and %d more", len(c.result.Skipped)-most)
			break
		}
		path := s.Name
		if s.Root > 0 && s.Root <= len(c.result.Roots) {
			path = c.result.Roots[s.Root-1].Path
		}
		separator := ": "
		if i > 0 {
			separator = "; "
		}
		fmt.Fprintf(&b, "%s%s: %s", separator, ValidName(path), s.Reason)
	}
	return b.String()
}

func (c *collector) append(l Line) int64 {
	r := &c.result
	l.N = int64(len(r.Lines)) + 1
	r.Lines = append(r.Lines, l)
	if l.Stored {
		r.Files++
		r.Bytes += l.Object.Size
	}
	return l.N
}

func (c *collector) excluded(root, rel string) bool {
	return slices.ContainsFunc(c.options.Exclude, func(x string) bool { return x == filepath.Join(root, rel) })
}
