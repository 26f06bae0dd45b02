CREATE INDEX entry_subject ON entry (subject, id);
CREATE TABLE entry (
    id      INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL REFERENCES subject (id),
    leaf    BLOB NOT NULL,
    body    BLOB,
    nodes   BLOB NOT NULL CHECK (length(nodes) >= 32 AND length(nodes) % 32 = 0)
) STRICT;
CREATE TABLE log (
    id         INTEGER PRIMARY KEY,
    log        TEXT NOT NULL UNIQUE,
    device     BLOB NOT NULL CHECK (length(device) = 32),
    checkpoint BLOB NOT NULL
) STRICT;
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot (
    subject INTEGER NOT NULL REFERENCES subject (id),
    kind    TEXT NOT NULL,
    data    BLOB NOT NULL,
    PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE subject (
    id  INTEGER PRIMARY KEY,
    tag TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE witnessed (
    log  INTEGER NOT NULL REFERENCES log (id),
    size INTEGER NOT NULL,
    note BLOB NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (log, size, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE wrap (
    subject INTEGER NOT NULL REFERENCES subject (id),
    gen     INTEGER NOT NULL,
    officer TEXT NOT NULL,
    data    BLOB NOT NULL,
    PRIMARY KEY (subject, gen, officer)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry
WHEN NEW.id <> OLD.id OR NEW.subject <> OLD.subject OR NEW.leaf <> OLD.leaf OR NEW.nodes <> OLD.nodes OR NEW.body IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_keep BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
