-- The ledger and what it needs. Nothing here may disagree with the entries.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A subject is what entries are about: 0 the workspace, else a case by its
-- random tag.
CREATE TABLE subject (
    id  INTEGER PRIMARY KEY,
    tag TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO subject (id, tag) VALUES (0, '');

-- checkpoint is the newest signed one of the log.
CREATE TABLE log (
    id         INTEGER PRIMARY KEY,
    log        TEXT NOT NULL UNIQUE,
    device     BLOB NOT NULL CHECK (length(device) = 32),
    checkpoint BLOB NOT NULL
) STRICT;

-- id is log.id * 2^40 + seq. body is NULL once it was destroyed. nodes are the
-- tree hashes that became final with the entry (see store/ledger.Frontier).
CREATE TABLE entry (
    id      INTEGER PRIMARY KEY,
    subject INTEGER NOT NULL REFERENCES subject (id),
    leaf    BLOB NOT NULL,
    body    BLOB,
    nodes   BLOB NOT NULL CHECK (length(nodes) >= 32 AND length(nodes) % 32 = 0)
) STRICT;
CREATE INDEX entry_subject ON entry (subject, id);

CREATE TRIGGER entry_keep BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry
WHEN NEW.id <> OLD.id OR NEW.subject <> OLD.subject OR NEW.leaf <> OLD.leaf OR NEW.nodes <> OLD.nodes OR NEW.body IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

-- Checkpoints that left the laptop, for ever.
CREATE TABLE witnessed (
    log  INTEGER NOT NULL REFERENCES log (id),
    size INTEGER NOT NULL,
    note BLOB NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (log, size, what)
) STRICT, WITHOUT ROWID;

-- A subject's secrets, wrapped to an officer with age. Deleting the rows of a
-- case destroys what it says.
CREATE TABLE wrap (
    subject INTEGER NOT NULL REFERENCES subject (id),
    gen     INTEGER NOT NULL,
    officer TEXT NOT NULL,
    data    BLOB NOT NULL,
    PRIMARY KEY (subject, gen, officer)
) STRICT, WITHOUT ROWID;

-- The one cache. May be emptied at any time.
CREATE TABLE snapshot (
    subject INTEGER NOT NULL REFERENCES subject (id),
    kind    TEXT NOT NULL,
    data    BLOB NOT NULL,
    PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;
