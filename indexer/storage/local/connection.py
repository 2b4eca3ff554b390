"""One ``plans.sqlite``: its tables, transactions, and connections, one a thread; with WAL readers never wait."""

from __future__ import annotations

import inspect
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from indexer.errors import LibraryError
from indexer.storage.rows import checksum, damaged

#: Goes up when the tables change, together with a step in ``_STEPS`` from the version before.
SCHEMA_VERSION = 9
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
# From 2: texts in a table of their own, so that a list of plans does not read them; counts; what people set;
# versions and saved questions.
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


def _checksum_of(*columns: str) -> str:
    """SQL for the checksum of ``columns`` as they are stored: a text that is not UTF-8 has one, too."""
    return f"checksum({', '.join(f'CAST({column} AS BLOB)' for column in columns)})"


#: The text of a passage with what it holds of a table; passages that were added before tables were kept have none.
_PASSAGE_TEXT = "p.text || coalesce(p.excerpt, '')"
#: What each checksum is of. A column that is changed on disk without its checksum is noticed when it is read.
_PLAN_COLUMNS = (
    "id",
    "title",
    "source",
    "sha256",
    "warnings",
    "metadata",
    "edited",
    "pages",
    "passages",
    "words",
    "names",
)
PLAN_SUM = _checksum_of(*_PLAN_COLUMNS, "generation", "changed", "since")
TEXT_SUM = _checksum_of("texts.text", "parts")
TARGETS_SUM = _checksum_of("targets.rows")
_PASSAGE_COLUMNS = ("plans.title", "path", "start", '"end"', "page", "role", "cut_off", "record", _PASSAGE_TEXT)
PASSAGE_SUM = _checksum_of("p.plan", *_PASSAGE_COLUMNS)
INDEXED_SUM = _checksum_of("p.indexed")
VECTOR_SUM = _checksum_of("p.vector")
WORDS_SUM = _checksum_of("packed")
_VERSION_COLUMNS = ("title", "source", "sha256", "warnings", "metadata", "edited", "words", "since", "until")
VERSION_SUM = _checksum_of("id", *_VERSION_COLUMNS)
VERSION_TEXT_SUM = _checksum_of("text", "parts")
_SAVED_SUM_BEFORE = _checksum_of("question", "plans", "section", "at", "quotes")  # until 7
SAVED_SUM = _checksum_of("question", "plans", "section", "at", "quotes", "owner")
SUMMED_PASSAGES = """passages p
    JOIN plans ON plans.key = p.plan
    LEFT JOIN sections s ON s.plan = p.plan AND s.n = p.section
    LEFT JOIN word_vectors w ON w.passage = p.key"""
#: Statements that store the checksums of plans and of passages; to be ended by WHERE.
STORE_PLAN_SUMS = f"""
INSERT OR REPLACE INTO plan_sums SELECT plans.key, {PLAN_SUM}, {TEXT_SUM}, {TARGETS_SUM} FROM plans
    JOIN texts ON texts.plan = plans.key LEFT JOIN targets ON targets.plan = plans.key"""
STORE_PASSAGE_SUMS = f"""
INSERT INTO passage_sums SELECT p.key, {PASSAGE_SUM}, {INDEXED_SUM}, {VECTOR_SUM}, {WORDS_SUM} FROM {SUMMED_PASSAGES}"""
_CHECKSUMS = f"""
CREATE TABLE plan_sums (
    plan INTEGER PRIMARY KEY REFERENCES plans(key) ON DELETE CASCADE,
    plan_sum INTEGER NOT NULL, text_sum INTEGER NOT NULL, targets_sum INTEGER NOT NULL
);
CREATE TABLE passage_sums (
    passage INTEGER PRIMARY KEY REFERENCES passages(key) ON DELETE CASCADE, passage_sum INTEGER NOT NULL,
    indexed_sum INTEGER NOT NULL, vector_sum INTEGER NOT NULL, words_sum INTEGER NOT NULL
);
ALTER TABLE versions ADD COLUMN version_sum INTEGER;
ALTER TABLE versions ADD COLUMN text_sum INTEGER;
ALTER TABLE saved ADD COLUMN saved_sum INTEGER;
{STORE_PLAN_SUMS};
{STORE_PASSAGE_SUMS.replace(_PASSAGE_TEXT, "p.text")};
UPDATE versions SET version_sum = {VERSION_SUM}, text_sum = {VERSION_TEXT_SUM};
UPDATE saved SET saved_sum = {_SAVED_SUM_BEFORE};
"""
_EXCERPTS = "ALTER TABLE passages ADD COLUMN excerpt TEXT"
_OWNERS = f"""
ALTER TABLE saved ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE saved SET saved_sum = {SAVED_SUM} WHERE saved_sum IS {_SAVED_SUM_BEFORE};
"""
# What was added to these checksums is taken as it is where they agree without it.
_WIDER_SUMS = f"""
UPDATE plan_sums SET plan_sum = (SELECT {PLAN_SUM} FROM plans WHERE key = plan)
    WHERE plan_sum IS (SELECT {_checksum_of(*_PLAN_COLUMNS)} FROM plans WHERE key = plan);
UPDATE passage_sums SET passage_sum = (SELECT {PASSAGE_SUM} FROM {SUMMED_PASSAGES} WHERE p.key = passage_sums.passage)
    WHERE passage_sum IS
    (SELECT {_checksum_of(*_PASSAGE_COLUMNS)} FROM {SUMMED_PASSAGES} WHERE p.key = passage_sums.passage);
UPDATE versions SET version_sum = {VERSION_SUM} WHERE version_sum IS {_checksum_of(*_VERSION_COLUMNS)};
"""
# From 3: targets, which are extracted when first asked for. From 4: word vectors, which older passages lack until
# they are embedded again. From 5: checksums of what is there. From 6: what passages hold of tables. From 7: whose a
# saved question is. From 8: checksums of a plan's dates, of which plan a passage is, and of which a version.
_STEPS = {2: _FROM_2, 3: _TARGETS, 4: _WORD_VECTORS, 5: _CHECKSUMS, 6: _EXCERPTS, 7: _OWNERS, 8: _WIDER_SUMS}


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables, inside a transaction."""
    _execute(connection, f"{_TABLES};\n{_CHECKSUMS};\n{_EXCERPTS};\n{_OWNERS}")
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("schema", str(SCHEMA_VERSION)), ("generation", "0")])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring older tables to ``SCHEMA_VERSION``, inside a transaction; does nothing to those of this version."""
    (version,) = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    for step in range(int(version), SCHEMA_VERSION):
        _execute(connection, _STEPS[step])
    connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(SCHEMA_VERSION),))


def _execute(connection: sqlite3.Connection, statements: str) -> None:
    # one by one: executescript would commit first
    for statement in statements.split(";\n"):
        if statement.strip():
            connection.execute(statement)


#: Causes that lie with the disk or the folder, not with the file (see sqlite.org/rescode.html).
_OF_THE_DISK = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
#: Causes that lie with what the file holds, and how SQLite words those that have no code of their own.
_OF_THE_FILE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_OF_A_VALUE = ("Could not decode", "malformed JSON")
_C = TypeVar("_C", bound=type)
_P = ParamSpec("_P")
_T = TypeVar("_T")


def raise_on_corruption(backend: _C) -> _C:
    """Class decorator: public methods raise LibraryError where the file cannot be read or turns out to be damaged."""

    def checked(method: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(method)
        def call(*args: _P.args, **options: _P.kwargs) -> _T:
            try:
                return method(*args, **options)
            except sqlite3.DatabaseError as error:
                if _cause(error) in _OF_THE_DISK:  # a thread's first call opens the file again
                    raise _unopenable(args[0].location, error) from error  # type: ignore[attr-defined]
                if not is_corruption(error):
                    raise
                raise LibraryError(
                    f"The library {args[0].location} is damaged ({error}). Restore it from a copy, or delete its "  # type: ignore[attr-defined]
                    "folder and add the plans again."
                ) from error

        return call

    for name, member in list(vars(backend).items()):
        if not name.startswith("_") and inspect.isfunction(member):
            setattr(backend, name, checked(member))
    return backend


def is_corruption(error: sqlite3.DatabaseError) -> bool:
    """Whether the cause lies with what the file holds."""
    return _cause(error) in _OF_THE_FILE or any(wording in str(error) for wording in _OF_A_VALUE)


def _unopenable(location: object, error: sqlite3.DatabaseError) -> LibraryError:
    return LibraryError(
        f"{location} cannot be opened ({error}). Check the disk's free space, the folder's permissions and how many "
        "files may be open at once (ulimit -n)."
    )


def _cause(error: sqlite3.DatabaseError) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the cause, the rest its details


class _ThreadConnection:
    """A connection that is closed with its thread: a web server asks from a new one at every click."""

    def __init__(self, path: Path) -> None:
        try:
            self.connection = self._connect(str(path))
            self.connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            # A disk that is full or read-only has no room for the log; the file is read as it is then, unless
            # there is a log with changes.
            log = path.with_name(path.name + "-wal")
            if not path.exists() or (log.exists() and log.stat().st_size):
                raise
            if hasattr(self, "connection"):
                self.connection.close()
            self.connection = self._connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        self.connection.create_function("checksum", -1, checksum, deterministic=True)
        self.connection.execute("PRAGMA foreign_keys=ON")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("PRAGMA secure_delete=ON")  # purged text must not linger in free pages

    @staticmethod
    def _connect(database: str, *, uri: bool = False) -> sqlite3.Connection:
        return sqlite3.connect(database, uri=uri, isolation_level=None, check_same_thread=False, timeout=30)

    def __del__(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()


class Connections:
    """One database file; an older one is upgraded when it is opened."""

    def __init__(self, path: Path, *, create: bool) -> None:
        """Open the file. Raises LibraryError when it cannot be opened, is damaged or of another format."""
        self.path = path
        self._local = threading.local()
        try:
            if create:
                self._create()
            version = self.number("schema")
        except sqlite3.DatabaseError as error:
            if _cause(error) in _OF_THE_DISK:
                raise _unopenable(path, error) from error
            raise LibraryError(
                f"{path} is not a readable library ({error}). Restore it from a copy, or delete its "
                "folder and add the plans again."
            ) from error
        if version != SCHEMA_VERSION:
            self._upgrade(version)

    def _upgrade(self, version: int) -> None:
        if version not in _STEPS:
            later = version > SCHEMA_VERSION
            raise LibraryError(
                f"{self.path} was made by {'a later' if later else 'an earlier'} version of Plancite "
                f"(format {version}, this one reads {SCHEMA_VERSION}). "
                f"{'Install that version, or make a library elsewhere' if later else 'Delete its folder'} and add the "
                "plans again."
            )
        try:
            with self.write() as connection:
                migrate(connection)
        except LibraryError as error:
            raise LibraryError(
                f"{self.path} was made by an earlier version of Plancite and has to be upgraded from format {version} "
                f"to {SCHEMA_VERSION}, which failed ({error.__cause__ or error}). Nothing was changed. Open it where "
                "it can be written, or copy its folder there."
            ) from error

    def _create(self) -> None:
        """Make the tables, unless the file has any: its maker may have died before, or be another process."""
        has_any = "SELECT EXISTS (SELECT 1 FROM sqlite_master)"
        if self.connection.execute(has_any).fetchone()[0]:
            return
        with self.write() as connection:
            if not connection.execute(has_any).fetchone()[0]:
                create_tables(connection)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        held: _ThreadConnection | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = _ThreadConnection(self.path)
        return held.connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed whole, or rolled back when anything is raised.

        Raises LibraryError for a full or read-only disk.
        """
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            if is_corruption(error):
                raise
            raise LibraryError(
                f"The library {self.path.parent} cannot be written ({error}). Nothing was changed. "
                "Check the disk's free space and the folder's permissions."
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What this thread reads inside is of one generation, whatever others commit meanwhile."""
        connection = self.connection
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    def meta(self, key: str) -> str | None:
        """One value of the library's own notes: the version of its tables, its generation, its model."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def number(self, key: str) -> int:
        """The same, of a number; 0 when it is not noted. Raises LibraryError for what is no number."""
        value = self.meta(key)
        try:
            return int(value or 0)
        except ValueError as error:
            raise damaged(f"the {key} noted in {self.path.name}", error) from error

    def close(self) -> None:
        """Close this thread's connection. Those of others, which may be in use, are closed with their threads, or with
        this object, which a call in progress holds.
        """
        held: _ThreadConnection | None = self._local.__dict__.pop("held", None)
        if held:
            held.connection.close()
