package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"modernc.org/sqlite" // also registers the driver, named "sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// applicationID marks the file as Posko's ("Psko").
const applicationID = 0x50736b6f

// databaseName is the file inside the workspace folder.
const databaseName = "posko.db"

// Errors about the file. Match with errors.Is.
var (
	// ErrNoWorkspace is returned when the folder holds no workspace.
	ErrNoWorkspace = errors.New("no workspace here; create one with 'poskoctl workspace create', or check the folder")
	// ErrNewerSchema is returned for a file that a later program wrote.
	ErrNewerSchema = errors.New("the workspace was written by a newer Posko; update this program")
	// ErrIO is returned when the disk under the workspace refuses; nothing in it
	// is damaged by that.
	ErrIO = errors.New("the workspace's disk cannot be read or written: is it full, read-only or unplugged? nothing is lost; mend that and try again")
	// ErrNotPosko is returned for a database that is not a workspace.
	ErrNotPosko = errors.New("posko.db is not a workspace of Posko, or it is damaged")
)

//go:embed schema/*.sql
var schema embed.FS

// database is one writer connection and a pool of readers on one file. Every
// pragma stands in the DSN, because one that is executed reaches a single
// pooled connection.
type database struct {
	path  string
	write *sql.DB
	read  *sql.DB

	// What every append needs, parsed once on the one writer connection.
	insertEntry, setCheckpoint, dataVersion *sql.Stmt
}

const commonPragmas = "&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)" +
	"&_pragma=cell_size_check(1)&_pragma=temp_store(2)"

func dsn(path, mode string) string {
	escaped := (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
	if mode == "ro" {
		return "file:" + escaped + "?mode=ro" + commonPragmas + "&_pragma=query_only(1)"
	}
	return "file:" + escaped + "?mode=" + mode + "&_txlock=immediate&_defensive=1&_dqs=0" + commonPragmas +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=recursive_triggers(1)" +
		"&_pragma=secure_delete(1)&_pragma=journal_size_limit(67108864)"
}

func openDatabase(ctx context.Context, dir string) (*database, error) {
	path := filepath.Join(dir, databaseName)
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoWorkspace
	case err != nil:
		return nil, fmt.Errorf("find workspace: %w", err)
	case info.Size() == 0:
		return nil, ErrNotPosko
	}
	return connect(ctx, path, "rw")
}

func createDatabase(ctx context.Context, dir string) (*database, error) {
	path := filepath.Join(dir, databaseName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create workspace file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("create workspace file: %w", err)
	}
	return connect(ctx, path, "rwc")
}

func connect(ctx context.Context, path, mode string) (*database, error) {
	d := &database{path: path}
	var err error
	if d.write, err = sql.Open("sqlite", dsn(path, mode)); err != nil {
		return nil, fmt.Errorf("open workspace file: %w", err)
	}
	d.write.SetMaxOpenConns(1)
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(err, d.close())
	}
	if d.read, err = sql.Open("sqlite", dsn(path, "ro")); err != nil {
		return nil, errors.Join(fmt.Errorf("open workspace file: %w", err), d.close())
	}
	// A scan takes a second connection for the keys it meets: room for several.
	d.read.SetMaxOpenConns(8)
	if err := d.prepare(ctx); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *database) prepare(ctx context.Context) error {
	for _, p := range []struct {
		to    **sql.Stmt
		query string
	}{
		{&d.insertEntry, "INSERT INTO entry (id, subject, leaf, body, nodes) VALUES (?, ?, ?, ?, ?)"},
		{&d.setCheckpoint, "UPDATE log SET checkpoint = ? WHERE id = ?"},
		{&d.dataVersion, "PRAGMA data_version"},
	} {
		stmt, err := d.write.PrepareContext(ctx, p.query) //nolint:sqlclosecheck // kept; close closes it
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		*p.to = stmt
	}
	return nil
}

func (d *database) close() error {
	var errs []error
	for _, stmt := range []*sql.Stmt{d.insertEntry, d.setCheckpoint, d.dataVersion} {
		if stmt != nil {
			errs = append(errs, stmt.Close())
		}
	}
	for _, db := range []*sql.DB{d.read, d.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// migrate brings the file to the newest schema, one transaction a step, each
// step with its version in the same transaction. A copy is made first.
func (d *database) migrate(ctx context.Context) error {
	steps, err := fs.ReadDir(schema, "schema")
	if err != nil {
		return fmt.Errorf("list schema: %w", err)
	}
	version, err := d.version(ctx)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return fmt.Errorf("%w (schema %d, this program knows %d)", ErrNewerSchema, version, len(steps))
	}
	if version > 0 && version < len(steps) {
		if err := d.keepCopy(ctx, d.path+".before-"+strconv.Itoa(len(steps))); err != nil {
			return fmt.Errorf("copy before migrating: %w", err)
		}
	}
	for n := version; n < len(steps); n++ {
		if err := d.step(ctx, "schema/"+steps[n].Name(), n+1); err != nil {
			return err
		}
	}
	return nil
}

// keepCopy replaces what an interrupted migration may have left.
func (d *database) keepCopy(ctx context.Context, path string) error {
	partial := path + ".partial"
	if err := os.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.copyTo(ctx, partial); err != nil {
		return err
	}
	return os.Rename(partial, path)
}

func (d *database) version(ctx context.Context) (int, error) {
	var app, version, tables int
	if err := d.write.QueryRowContext(ctx, "SELECT * FROM pragma_application_id, pragma_user_version").Scan(&app, &version); err != nil {
		return 0, fmt.Errorf("read workspace file: %w", fileError(err))
	}
	if err := d.write.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, fmt.Errorf("read workspace file: %w", fileError(err))
	}
	if app != applicationID && tables > 0 || version < 0 {
		return 0, ErrNotPosko
	}
	return version, nil
}

func (d *database) step(ctx context.Context, file string, version int) error {
	text, err := schema.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read schema: %w", err)
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("migrate to schema %d: %w", version, err)
	}
	defer func() { _ = tx.Rollback() }() // no-op after Commit
	marks := fmt.Sprintf("\nPRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, version)
	if _, err := tx.ExecContext(ctx, string(text)+marks); err != nil {
		return fmt.Errorf("migrate to schema %d: %w", version, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("migrate to schema %d: %w", version, err)
	}
	return nil
}

// copyTo writes a consistent copy of the whole file to a path that must not exist.
func (d *database) copyTo(ctx context.Context, path string) error {
	if _, err := d.write.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return fmt.Errorf("copy workspace file: %w", err)
	}
	return os.Chmod(path, 0o600)
}

// snapshot begins a transaction that sees the file as it is now, whatever others
// append meanwhile: entries and the checkpoint over them must be of one moment.
func (d *database) snapshot(ctx context.Context) (*sql.Tx, error) {
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("begin reading: %w", err)
	}
	return tx, nil
}

func (d *database) meta(ctx context.Context, key string) (string, error) {
	var value string
	err := d.write.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = ?", key).Scan(&value)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", key, fileError(err))
	}
	return value, nil
}

// rowID is the entry's primary key.
func rowID(log int64, seq uint64) int64 { return log<<40 | int64(seq) }

func splitRowID(id int64) (log int64, seq uint64) { return id >> 40, uint64(id & (1<<40 - 1)) }

// fileError sorts what SQLite says into what a person can do about it: a full
// disk, a disk that cannot be read or written, a file that is no database.
func fileError(err error) error {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return err
	}
	switch failed.Code() & 0xff {
	case sqlitelib.SQLITE_FULL:
		return fmt.Errorf("%w (%w)", ErrDiskFull, err)
	case sqlitelib.SQLITE_IOERR, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_PERM:
		return fmt.Errorf("%w (%w)", ErrIO, err)
	case sqlitelib.SQLITE_NOTADB, sqlitelib.SQLITE_CORRUPT:
		return fmt.Errorf("%w (%w)", ErrNotPosko, err)
	}
	return err
}

// Exists reports whether dir holds a workspace, before a passphrase is asked for.
func Exists(dir string) error {
	info, err := os.Stat(filepath.Join(dir, databaseName))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w (%s)", ErrNoWorkspace, dir)
	}
	if err == nil && info.Size() == 0 {
		return ErrNotPosko
	}
	return err
}
