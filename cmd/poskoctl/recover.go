package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"github.com/posko-ir/posko/cmd/internal/wire"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store"
	"github.com/posko-ir/posko/store/bag"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/sheet"
)

func (a *app) workspaceRecover() *cobra.Command {
	var from, to, half1, half2, exported string
	c := &cobra.Command{
		Use:   "recover --from BACKUP --half1 FILE --half2 FILE --to DIR",
		Short: "Bring a backup back without the old keychain and passphrase", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case half1 == "" || half2 == "":
				return a.wrong("usage.halves")
			case from == "" || to == "":
				return a.wrong("usage.recover")
			}
			halves, err := a.readHalves(half1, half2)
			if err != nil {
				return err
			}
			known, err := readExported(cmd.Context(), exported)
			if err != nil {
				return err
			}
			return a.recover(cmd, from, to, halves, known)
		},
	}
	c.Flags().StringVar(&from, "from", "", "the backup's folder, or one backup file in it")
	c.Flags().StringVar(&to, "to", "", "a new or empty folder")
	c.Flags().StringVar(&half1, "half1", "", "the file with one half")
	c.Flags().StringVar(&half2, "half2", "", "the file with the other half")
	c.Flags().StringVar(&exported, "exported", "", "a bag from the lost laptop: says what is missing since the backup")
	return c
}

func (a *app) recover(cmd *cobra.Command, from, to string, halves [2]*sheet.Half, known []store.Checkpoint) error {
	p, err := a.passphrase(cmd.Context(), "cli.passphrase.new", true)
	if err != nil {
		return err
	}
	defer p.Wipe()
	k, err := wire.Keychain(a.keychain)
	if err != nil {
		return usage(err)
	}
	var done store.Recovered
	a.open, done, err = store.Recover(cmd.Context(), from, to, halves, store.RecoverOptions{Options: wire.Options(p, k), Exported: known})
	if err != nil {
		return err
	}
	i, err := a.infoOf(cmd.Context())
	if err != nil {
		return err
	}
	if i.Recovered = &done; a.json {
		return a.object(i)
	}
	lines := append([]string{a.say("cli.recovered", done.Backup, done.Sheet)}, a.infoText(i)...)
	for _, l := range done.Lost {
		lines = append(lines, a.say("cli.recovered.lost", l.From, l.To-1, nonEmpty(l.Letter, l.Log)[0], a.say("cli.recovered.by."+l.Witness)))
	}
	return a.print(append(lines, a.say("cli.recovered.words"))...)
}

// readHalves reads both halves, in any order. Whether they fit is known before a
// passphrase is asked for.
func (a *app) readHalves(paths ...string) (halves [2]*sheet.Half, err error) {
	for i, path := range paths {
		if halves[i], err = a.readHalf(path); err != nil {
			return halves, err
		}
	}
	_, err = sheet.Join(halves[0], halves[1])
	return halves, err
}

func (a *app) readHalf(path string) (*sheet.Half, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, a.say("usage.halves"))
	}
	defer func() { _ = f.Close() }() // only read
	h, err := sheet.Read(f)
	var at *sheet.LineError
	switch {
	case errors.As(err, &at):
		return nil, sayError(a.say("error.half-line", path, at.Line, a.say("cli.half."+string(at.Problem))))
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

// readExported verifies a bag and takes the heads that it carries.
func readExported(ctx context.Context, dir string) ([]store.Checkpoint, error) {
	if dir == "" {
		return nil, nil
	}
	r, err := bag.Verify(ctx, dir, bag.Pin{}, bag.Options{})
	if err != nil {
		return nil, fmt.Errorf("--exported: %w", err)
	}
	out := make([]store.Checkpoint, len(r.Checkpoints))
	for i, c := range r.Checkpoints {
		out[i] = store.Checkpoint{Head: c.Head, Device: c.Device}
	}
	return out, nil
}

// sheetInfo is the recovery sheet that counts.
type sheetInfo struct {
	Number int        `json:"number"`
	Made   time.Time  `json:"made"`
	Words  string     `json:"words"`
	Used   *time.Time `json:"used,omitempty"`
	Backup bool       `json:"backup"` // the last backup opens with it
}

// retiredInfo is a key that was given up with a lost laptop.
type retiredInfo struct {
	Words   string `json:"words"`
	Log     string `json:"log"`
	Entries uint64 `json:"entries"` // its signatures count up to here
}

// recoveryInfo fills in what is known of sheets and of keys that were given up.
func (i *info) recoveryInfo(r *roster.Roster) {
	if s, ok := r.Sheet(); ok {
		i.Recovery = fmt.Sprintf("sheet %d", s.Number)
		i.Sheet = &sheetInfo{Number: s.Number, Made: s.Made, Words: s.Words, Used: s.Used}
		if n := len(r.Backups); n > 0 {
			i.Sheet.Backup = strings.HasSuffix(r.Backups[n-1].File, fmt.Sprintf("-s%d.age", s.Number))
		}
	}
	for _, o := range r.Officers {
		for _, old := range o.Retired {
			key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(old.Authority))
			if err != nil {
				continue // a fold takes what it gets
			}
			words := keys.Words(key)
			i.Retired = append(i.Retired, retiredInfo{strings.Join(words[:], " "), r.Letter(old.Head.Log), old.Head.Size})
		}
	}
}

func (a *app) recoveryText(i info) []string {
	var lines []string
	switch {
	case i.Sheet == nil && i.Keychain:
		lines = append(lines, a.say("cli.info.recovery"))
	case i.Sheet == nil:
		lines = append(lines, a.say("cli.info.recovery.nokeychain"))
	default:
		lines = append(lines, a.say("cli.info.sheet", i.Sheet.Number, onClock(i.Sheet.Made), i.Sheet.Words))
		if i.Sheet.Used != nil {
			lines = append(lines, a.say("cli.info.sheet.used", onClock(*i.Sheet.Used)))
		}
		if i.Backup != nil && !i.Sheet.Backup { // without any, another line says so
			lines = append(lines, a.say("cli.info.sheet.nobackup"))
		}
	}
	for _, old := range i.Retired {
		lines = append(lines, a.say("cli.info.retired", old.Entries, old.Log, old.Words))
	}
	return lines
}
