"""The tables of ``plans.sqlite``, and how those of an older version become these."""

from __future__ import annotations

import sqlite3

#: Raised when the tables change; with it comes a step in ``_STEPS`` from the version before.
SCHEMA_VERSION = 5
_HISTORY = """
CREATE TABLE versions (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL,
    sha256 TEXT NOT NULL, warnings TEXT NOT NULL, metadata TEXT NOT NULL, edited TEXT NOT NULL,
    words INTEGER NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL, text TEXT NOT NULL, parts TEXT NOT NULL
);
CREATE INDEX versions_id ON versions(id, key);
CREATE TABLE saved (
    id INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, plans TEXT, section TEXT,
    at TEXT NOT NULL, quotes TEXT NOT NULL
);
"""
_TEXTS = """
CREATE TABLE texts (
    plan INTEGER PRIMARY KEY REFERENCES plans(key) ON DELETE CASCADE, text TEXT NOT NULL, parts TEXT NOT NULL
);
"""
_TARGETS = """
CREATE TABLE targets (plan INTEGER PRIMARY KEY REFERENCES plans(key) ON DELETE CASCADE, rows TEXT NOT NULL);
"""
_WORD_VECTORS = """
CREATE TABLE word_vectors (
    passage INTEGER PRIMARY KEY REFERENCES passages(key) ON DELETE CASCADE, packed BLOB NOT NULL
);
"""
_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE plans (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    source TEXT NOT NULL, sha256 TEXT NOT NULL, warnings TEXT NOT NULL, metadata TEXT NOT NULL DEFAULT '{{}}',
    edited TEXT NOT NULL DEFAULT '[]', pages INTEGER, passages INTEGER NOT NULL DEFAULT 0, words INTEGER NOT NULL,
    names TEXT NOT NULL, generation INTEGER NOT NULL, changed INTEGER NOT NULL DEFAULT 0,
    since TEXT NOT NULL DEFAULT ''
);
{_TEXTS}
CREATE TABLE sections (
    plan INTEGER NOT NULL REFERENCES plans(key) ON DELETE CASCADE, n INTEGER NOT NULL,
    path TEXT NOT NULL, PRIMARY KEY (plan, n)
) WITHOUT ROWID;
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    plan INTEGER NOT NULL REFERENCES plans(key) ON DELETE CASCADE,
    section INTEGER, start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, role TEXT NOT NULL,
    cut_off INTEGER NOT NULL, record TEXT, text TEXT NOT NULL, indexed TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_plan ON passages(plan, key);
CREATE TABLE removals (plan INTEGER NOT NULL, first INTEGER, last INTEGER, generation INTEGER NOT NULL);
{_HISTORY}
{_TARGETS}
{_WORD_VECTORS}
"""
# From 2: texts in a table of their own, so that a list of plans does not read them; counts that were
# made at each look; what people set; versions and saved questions.
_FROM_2 = f"""
{_TEXTS}
INSERT INTO texts SELECT key, text, parts FROM plans;
ALTER TABLE plans ADD COLUMN metadata TEXT NOT NULL DEFAULT '{{}}';
ALTER TABLE plans ADD COLUMN edited TEXT NOT NULL DEFAULT '[]';
ALTER TABLE plans ADD COLUMN pages INTEGER;
ALTER TABLE plans ADD COLUMN passages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE plans ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE plans ADD COLUMN since TEXT NOT NULL DEFAULT '';
UPDATE plans SET pages = nullif(json_array_length(parts, '$.pages'), 0),
    passages = (SELECT count(*) FROM passages WHERE plan = plans.key), changed = generation;
ALTER TABLE plans DROP COLUMN text;
ALTER TABLE plans DROP COLUMN parts;
{_HISTORY}
"""
# From 3: targets; those of plans that are there already are found when asked for. From 4: word vectors, which
# passages that are there already do without until they are embedded again.
_STEPS = {2: _FROM_2, 3: _TARGETS, 4: _WORD_VECTORS}


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, inside a transaction."""
    _run(connection, _TABLES)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("schema", str(SCHEMA_VERSION)), ("generation", "0")])


def can_migrate(version: int) -> bool:
    """Whether the tables of ``version`` can be brought to ``SCHEMA_VERSION``."""
    return version < SCHEMA_VERSION and all(step in _STEPS for step in range(version, SCHEMA_VERSION))


def migrate(connection: sqlite3.Connection) -> None:
    """Bring older tables to ``SCHEMA_VERSION``, inside a transaction; nothing to do is no error."""
    (version,) = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    for step in range(int(version), SCHEMA_VERSION):
        _run(connection, _STEPS[step])
    connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(SCHEMA_VERSION),))


def _run(connection: sqlite3.Connection, statements: str) -> None:
    # one by one: executescript would commit first
    for statement in statements.split(";\n"):
        if statement.strip():
            connection.execute(statement)
