"""Connections to one ``plans.sqlite``, one a thread, and its transactions; WAL, so readers never wait."""

from __future__ import annotations

import inspect
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from indexer.errors import LibraryError
from indexer.storage.local import schema

#: Causes that lie with the disk or the folder, not with the file (see sqlite.org/rescode.html).
_OF_THE_DISK = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


#: Causes that lie with what the file holds.
_OF_THE_FILE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_C = TypeVar("_C", bound=type)


def damage_told(home: _C) -> _C:
    """``home``, a class, whose public methods raise LibraryError where its file turns out to be damaged."""

    def telling(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def told(self: Any, *args: Any, **options: Any) -> Any:
            try:
                return method(self, *args, **options)
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OF_THE_FILE:
                    raise
                raise LibraryError(
                    f"The library {self.location} is damaged ({error}). Restore it from a copy, or delete its folder "
                    "and add the plans again."
                ) from error

        return told

    for name, member in list(vars(home).items()):
        if not name.startswith("_") and inspect.isfunction(member):
            setattr(home, name, telling(member))
    return home


class _Held:
    """A connection that is closed with its thread: a web server asks from a new one at every click."""

    def __init__(self, path: Path) -> None:
        try:
            self.connection = self._connect(str(path))
            self.connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            # A disk that is full or cannot be written holds no log beside the file; the file is read as it
            # is then, unless a log with changes was left there.
            log = path.with_name(path.name + "-wal")
            if not path.exists() or (log.exists() and log.stat().st_size):
                raise
            if hasattr(self, "connection"):
                self.connection.close()
            self.connection = self._connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        self.connection.execute("PRAGMA foreign_keys=ON")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("PRAGMA secure_delete=ON")  # what is purged must not linger in free pages

    @staticmethod
    def _connect(database: str, *, uri: bool = False) -> sqlite3.Connection:
        return sqlite3.connect(database, uri=uri, isolation_level=None, check_same_thread=False, timeout=30)

    def __del__(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()


class Connections:
    """One database file; an older one is brought to the present tables when it is opened."""

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self._local = threading.local()
        self._open: weakref.WeakSet[_Held] = weakref.WeakSet()
        try:
            if create:
                self._create()
            version = int(self.meta("schema") or 0)
        except sqlite3.DatabaseError as error:
            if (
                getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_DISK
            ):  # the low byte is the cause, the rest its details
                raise LibraryError(
                    f"{path} cannot be opened ({error}). Check the disk's free space and the folder's permissions."
                ) from error
            raise LibraryError(
                f"{path} is not a readable library ({error}). Restore it from a copy, or delete its "
                "folder and add the plans again."
            ) from error
        if version != schema.SCHEMA_VERSION:
            if not schema.can_migrate(version):
                raise LibraryError(
                    f"{path} was made by another version of Plancite (format {version}, this one reads "
                    f"{schema.SCHEMA_VERSION}). Delete its folder and add the plans again."
                )
            with self.write() as connection:
                schema.migrate(connection)

    def _create(self) -> None:
        """Make the tables, unless the file holds any: its maker may have died before, or be another."""
        holds_any = "SELECT EXISTS (SELECT 1 FROM sqlite_master)"
        if self.connection.execute(holds_any).fetchone()[0]:
            return
        with self.write() as connection:
            if not connection.execute(holds_any).fetchone()[0]:
                schema.create(connection)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = self._local.held = _Held(self.path)
            self._open.add(held)
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
            raise LibraryError(
                f"The library {self.path.parent} cannot be written ({error}). Nothing was changed. "
                "Check the disk's free space and the folder's permissions."
            ) from error

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read inside is of one generation, whatever others commit meanwhile."""
        connection = self.connection
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("COMMIT")

    def meta(self, key: str) -> str | None:
        """One value of the library's own notes: its tables' version, its generation, its model."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        for held in list(self._open):
            held.connection.close()
        self._local = threading.local()
