package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"github.com/posko-ir/posko/playbooks/event"
	"github.com/posko-ir/posko/playbooks/roster"
	"github.com/posko-ir/posko/store/keys"
	"github.com/posko-ir/posko/store/sheet"
)

// Errors of recovering. Match with errors.Is.
var (
	// ErrOtherSheet is returned for halves of another workspace than the backup.
	ErrOtherSheet = errors.New("the halves are of another workspace than this backup; compare the workspace that is printed on them")
	// ErrOldSheet is returned for halves that were replaced before the backup was made.
	ErrOldSheet = errors.New("these halves are of an old sheet, which was replaced before this backup was made; bring the halves of the newer sheet, or name an older backup file with --from")
	// ErrBeforeSheet is returned for a backup that is older than the sheet.
	ErrBeforeSheet = errors.New("this backup was made before the sheet of these halves, which cannot open it; name a later backup file with --from, or bring the halves of the sheet before")
	// ErrNoSheet is returned for a backup that was made before any sheet.
	ErrNoSheet = errors.New("this backup was made before there was a recovery sheet: only the old laptop's keychain and passphrase open it ('workspace restore'); name a later backup file with --from")
)

// RecoverOptions are for Recover.
type RecoverOptions struct {
	Options               // with a new passphrase
	Exported []Checkpoint // what a bag says that the lost laptop had
}

// Recovered says what a recovery did.
type Recovered struct {
	Sheet  int    `json:"sheet"`
	Backup string `json:"backup"`
	Lost   []Loss `json:"lost"` // entries that existed and are in no backup at hand
}

// Recover brings a backup back on a machine that has neither the keychain nor
// the passphrase that it was made with: the two halves of a recovery sheet open
// it. from is the backup's folder, of which the newest is taken, or one file in
// it; to must be new or empty, and is left as it was when anything fails.
//
// The officer keeps id and name. All keys are new: the old signing keys were
// never backed up, so nothing can be signed as before, and the roster says from
// which head on signatures by them do not count. A new log cites the old head.
func Recover(ctx context.Context, from, to string, halves [2]*sheet.Half, o RecoverOptions) (*Workspace, Recovered, error) {
	whole, err := sheet.Join(halves[0], halves[1])
	if err != nil {
		return nil, Recovered{}, err
	}
	file, err := chosenBackup(from)
	if err != nil {
		return nil, Recovered{}, err
	}
	if err := sameWorkspace(filepath.Dir(file), whole); err != nil {
		return nil, Recovered{}, err
	}
	if err := emptyFolder(to); err != nil {
		return nil, Recovered{}, err
	}
	info, err := unpack(file, to, whole.Identity)
	if err != nil {
		return nil, Recovered{}, errors.Join(whySheet(file, whole, err), emptyAgain(to))
	}
	done := Recovered{Sheet: whole.Number, Backup: filepath.Base(file), Lost: []Loss{}}
	w, err := comeBack(ctx, filepath.Dir(file), to, whole, info, &done, o)
	if err != nil {
		return nil, Recovered{}, errors.Join(err, emptyAgain(to))
	}
	return w, done, nil
}

// chosenBackup is a file that was named, or the newest of a folder.
func chosenBackup(from string) (string, error) {
	info, err := os.Stat(from)
	if err != nil {
		return "", fmt.Errorf("look for the backup: %w", err)
	}
	if named, _ := filepath.Match(backupPattern, filepath.Base(from)); named && info.Mode().IsRegular() {
		return from, nil
	}
	return newestBackup(from)
}

// sameWorkspace looks at the identity file beside the backup, which says in
// clear whose it is. A backup opens without it.
func sameWorkspace(folder string, s *sheet.Sheet) error {
	data, err := os.ReadFile(filepath.Join(folder, identityFile))
	if err != nil {
		return nil // a backup opens without it
	}
	if whose, err := keys.PeekIdentity(data); err == nil && sheet.TagOf(whose.Workspace) != s.Workspace {
		return ErrOtherSheet
	}
	return nil
}

var sheetInName = regexp.MustCompile(`-s([0-9]{1,5})\.age$`)

// whySheet says why a sheet does not open a backup. The number in the name is
// only a hint, and used for nothing else.
func whySheet(file string, s *sheet.Sheet, err error) error {
	var none *age.NoIdentityMatchError
	if !errors.As(err, &none) {
		return err
	}
	found := sheetInName.FindStringSubmatch(file)
	if found == nil {
		return ErrNoSheet
	}
	number, _ := strconv.Atoi(found[1]) // digits
	switch {
	case number > s.Number:
		return fmt.Errorf("%w (halves of sheet %d, the backup needs sheet %d)", ErrOldSheet, s.Number, number)
	case number < s.Number:
		return fmt.Errorf("%w (halves of sheet %d, the backup needs sheet %d)", ErrBeforeSheet, s.Number, number)
	}
	return err
}

// comeBack makes new keys, hands everything over to them and opens the workspace.
func comeBack(ctx context.Context, from, to string, s *sheet.Sheet, info *backupInfo, done *Recovered, o RecoverOptions) (*Workspace, error) {
	if sheet.TagOf(info.Workspace) != s.Workspace {
		return nil, ErrOtherSheet
	}
	w := newWorkspace(to, info.Workspace, o.Options)
	var err error
	if w.db, err = openDatabase(ctx, to); err != nil {
		return nil, err
	}
	keysAnew, err := w.takeOver(ctx, s, info, o.Options)
	if err == nil {
		err = w.load(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, w.db.close())
	}
	if err := w.recordRecovery(ctx, from, info, keysAnew, done, o); err != nil {
		return nil, errors.Join(err, w.Close(ctx))
	}
	return w, nil
}

// recordRecovery brings the evidence and makes the entry that starts the new log.
func (w *Workspace) recordRecovery(ctx context.Context, from string, info *backupInfo, wrapped []roster.Wrapped, done *Recovered, o RecoverOptions) error {
	if len(w.logs) == 0 {
		return fmt.Errorf("%w: there is no log in it", ErrBackup)
	}
	if err := w.bringEvidence(ctx, from); err != nil {
		return err
	}
	seen, err := w.findLoss(ctx, o.Exported, done)
	if err != nil {
		return err
	}
	me, head := w.keys.Officer(), w.Heads()[len(w.logs)-1]
	return Update(ctx, w, "", event.Said{}, func(r *roster.Roster) error {
		return r.Recover(roster.Recovery{
			Officer: info.Officer, Authority: authorityLine(me.Authority), Recipient: me.Recipient.String(),
			Sheet: done.Sheet, Backup: done.Backup, Head: cited(head), Seen: seen, Keys: wrapped,
		})
	})
}

// takeOver opens every key with the sheet, wraps them to a new age identity and
// makes the officer's keys around it. It works on the file alone; nothing is
// loaded yet. The keys come last: cut off before, the folder opens for nobody,
// and says so; cut off after, it opens with an alarm.
func (w *Workspace) takeOver(ctx context.Context, s *sheet.Sheet, info *backupInfo, o Options) ([]roster.Wrapped, error) {
	opened, err := w.openAll(ctx, s, info)
	if err != nil {
		return nil, err
	}
	own := opened[0]
	if own == nil || !bytes.HasPrefix(own.anchor(), s.Anchor[:]) {
		return nil, fmt.Errorf("%w: it does not hold the workspace that the sheet was made for", ErrBackup)
	}
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, fmt.Errorf("make age identity: %w", err)
	}
	wrapped, err := w.wrapAgain(ctx, opened, info.Officer, identity.Recipient())
	if err != nil {
		return nil, err
	}
	w.keys, err = keys.EnrolNew(ctx, w.KeysDir(), identity, keys.CreateOptions{
		WorkspaceID: w.id, OfficerID: info.Officer, Name: info.Name, Anchor: own.anchor(),
		Passphrase: o.Passphrase, Keychain: o.Keychain, Cost: o.Cost, Floor: o.Floor,
	})
	if err != nil {
		return nil, fmt.Errorf("enrol new key: %w", err)
	}
	return wrapped, nil
}

func (w *Workspace) wrapAgain(ctx context.Context, opened map[int64]*secrets, holder string, to age.Recipient) ([]roster.Wrapped, error) {
	tags, err := tagsIn(ctx, w.db.read)
	if err != nil {
		return nil, err
	}
	var wraps []wrap
	for _, row := range slices.Sorted(maps.Keys(opened)) {
		x, err := newWrap(row, tags[row], opened[row], holder, to)
		if err != nil {
			return nil, err
		}
		wraps = append(wraps, x)
	}
	tx, err := w.db.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("wrap keys: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // no-op after Commit
	if err := putWraps(ctx, tx, wraps); err != nil {
		return nil, err
	}
	return bindings(wraps), fileError(tx.Commit())
}

// openAll opens each subject's newest key: with the sheet, or where that row is
// damaged or missing with the old identity, which is in the backup too. What
// neither opens stays as it is, and checkWraps says so.
func (w *Workspace) openAll(ctx context.Context, s *sheet.Sheet, info *backupInfo) (map[int64]*secrets, error) {
	with := []age.Identity{s.Identity}
	if old, err := age.ParseHybridIdentity(strings.TrimSpace(info.Identity)); err == nil {
		with = append(with, old)
	}
	rows, err := w.db.read.QueryContext(ctx, "SELECT subject, data FROM wrap ORDER BY subject, gen")
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	defer func() { _ = rows.Close() }() // its error is rows.Err
	opened := make(map[int64]*secrets)
	for rows.Next() {
		var subject int64
		var data []byte
		if err := rows.Scan(&subject, &data); err != nil {
			return nil, fmt.Errorf("read keys: %w", err)
		}
		if key, err := unwrap(data, with...); err == nil {
			opened[subject] = key
		}
	}
	return opened, rows.Err()
}
