"""What a library keeps besides its plans: the texts they had, until they are purged, saved questions, and collections.

Of a version only the text and what is known of it are kept. A version that is restored is chunked and embedded
again, so that it always fits the library's model and no search finds it before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from indexer.errors import LibraryError, UnknownPlanError
from indexer.language.matching import count_words
from indexer.storage import Collections, PlanContent
from indexer.storage.local.connection import PLAN_SUM, SAVED_SUM, TEXT_SUM, VERSION_SUM, VERSION_TEXT_SUM
from indexer.storage.local.database import Database
from indexer.storage.rows import (
    DESCRIPTION_COLUMNS,
    as_json,
    changed_question,
    changed_version,
    collections_text,
    conflict_error,
    description,
    metadata_text,
    name_taken,
    parts_of,
    read_json,
    read_plan,
    read_values,
    rename_in_collections,
    rename_in_question,
    unknown_plan,
    without_plan,
    without_quotes_of,
)
from indexer.types import Plan, PlanInfo, SavedQuestion, Version

_KEPT = f"{DESCRIPTION_COLUMNS}, words, since, until, text, parts"
_VERSION = (
    "SELECT id, row_number() OVER (PARTITION BY id ORDER BY key) AS n, title, source, sha256, words, since, until "
    "FROM versions"
)
_SAVED = "question, plans, section, at, quotes, owner"


class _QuestionRow(NamedTuple):
    id: int
    question: str
    plans: str | None
    section: str | None
    at: str
    quotes: str
    owner: str


def now() -> str:
    """The time as it is stored, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


# -- reading -----------------------------------------------------------------------------------


def versions(database: Database, plan_id: str) -> list[Version]:
    """All versions of a plan, the oldest first. Raises UnknownPlanError."""
    with database.transaction():
        rows = database.connection.execute(f"{_VERSION} WHERE id = ? ORDER BY key", (plan_id,)).fetchall()
        live = "SELECT id, ?, title, source, sha256, words, since, '' FROM plans WHERE id = ?"
        rows += database.connection.execute(live, (len(rows) + 1, plan_id)).fetchall()
    if not rows:
        raise unknown_plan(plan_id, database.ids())
    return _read_versions(rows)


def version(database: Database, plan_id: str, n: int) -> Plan:
    """The plan as it was in its ``n``-th version. Raises UnknownPlanError."""
    known = versions(database, plan_id)
    if not 1 <= n <= len(known):
        raise UnknownPlanError(f"The plan {plan_id!r} has versions 1 to {len(known)}, not {n}.")
    *row, sound = database.connection.execute(
        f"SELECT {DESCRIPTION_COLUMNS}, text, parts, version_sum IS {VERSION_SUM} AND text_sum IS {VERSION_TEXT_SUM} "
        "FROM versions WHERE id = ? ORDER BY key LIMIT 1 OFFSET ?",
        (plan_id, n - 1),
    ).fetchone() or (None,)
    if not row:
        return database.plan(plan_id)
    if not sound:
        raise LibraryError(changed_version(plan_id))
    return read_plan(row)


def removed(database: Database) -> list[Version]:
    """The last version of each plan that was removed, the latest removal first."""
    rows = database.connection.execute(
        f"SELECT * FROM ({_VERSION}) AS v WHERE id NOT IN (SELECT id FROM plans) "
        "AND n = (SELECT count(*) FROM versions WHERE id = v.id) ORDER BY until DESC, id"
    )
    return _read_versions(rows.fetchall())


def _read_versions(rows: Sequence[object]) -> list[Version]:
    return [
        Version(*row) for row in read_values(rows, list[tuple[str, int, str, str, str, int, str, str]], "the versions")
    ]


# -- writing, inside ``write()`` -----------------------------------------------------------------


def put_plan(
    database: Database, connection: sqlite3.Connection, content: PlanContent, generation: int
) -> tuple[int | None, int]:
    """Store a plan in place of the one with its id; returns (key of that one or None, the plan's key).

    The text it replaces is kept as a version, unless it is the same. A removed plan that comes back with
    the text it had is no new version either.
    """
    plan = content.plan
    since, replaced = now(), None
    same = "SELECT since, text = ? FROM plans JOIN texts ON plan = key WHERE id = ?"
    if old := connection.execute(same, (plan.text, plan.id)).fetchone():
        if old[1]:
            since = old[0]
        else:
            _keep(connection, plan.id, until=since)
        replaced = database.delete_plan(connection, plan.id, generation)
    else:
        last = "SELECT key, since, text = ? FROM versions WHERE id = ? ORDER BY key DESC LIMIT 1"
        kept = connection.execute(last, (plan.text, plan.id)).fetchone()
        if kept and kept[2]:
            since = kept[1]
            connection.execute("DELETE FROM versions WHERE key = ?", kept[:1])
    return replaced, database.insert_plan(connection, content, generation, content.since or since)


def keep_version(connection: sqlite3.Connection, plan: Plan, since: str, until: str) -> None:
    """Store a text that a plan had, as its latest past version."""
    row = (*description(plan), count_words(plan.text), since, until, plan.text, parts_of(plan))
    connection.execute(f"INSERT INTO versions ({_KEPT}) VALUES ({', '.join('?' * len(row))})", row)
    _sum_last_version(connection)


def remove_plan(database: Database, connection: sqlite3.Connection, plan_id: str, generation: int) -> int | None:
    """Remove a plan and keep its text as a version; returns its key. Raises UnknownPlanError."""
    _keep(connection, plan_id, until=now())
    return database.delete_plan(connection, plan_id, generation)


def purge_plan(database: Database, connection: sqlite3.Connection, plan_id: str, generation: int) -> int | None:
    """Delete a plan, or a removed one, with all its versions; returns its key, None if it was removed."""
    _change_questions(connection, lambda saved: without_quotes_of(saved, plan_id))
    change_collections(database, connection, lambda held: without_plan(held, plan_id))
    connection.execute("DELETE FROM versions WHERE id = ?", (plan_id,))
    there = plan_id in database.ids()
    return database.delete_plan(connection, plan_id, generation) if there else None


def amend_plan(
    database: Database,
    connection: sqlite3.Connection,
    plan_id: str,
    plan: Plan,
    names: Sequence[str],
    generation: int,
) -> int:
    """Update what is known of a plan except its text and title, its id included; returns the plan's key.

    Raises UnknownPlanError, and LibraryError when the new id is taken.
    """
    if plan.id != plan_id:
        if connection.execute("SELECT 1 FROM plans WHERE id = ?", (plan.id,)).fetchone():
            raise name_taken(plan.id, removed=False)
        if connection.execute("SELECT 1 FROM versions WHERE id = ?", (plan.id,)).fetchone():
            raise name_taken(plan.id, removed=True)
    columns = ", ".join(f"{column} = ?" for column in DESCRIPTION_COLUMNS.split(", "))
    amended = connection.execute(
        f"UPDATE plans SET {columns}, names = ?, changed = ? WHERE id = ? AND title = ?",
        (*description(plan), as_json(list(names)), generation, plan_id, plan.title),
    )
    if not amended.rowcount:
        raise unknown_plan(plan_id, database.ids())
    sound = connection.execute(f"SELECT key FROM versions WHERE id = ? AND version_sum IS {VERSION_SUM}", (plan_id,))
    keys = sound.fetchall()
    connection.execute("UPDATE versions SET id = ? WHERE id = ?", (plan.id, plan_id))
    connection.executemany(f"UPDATE versions SET version_sum = {VERSION_SUM} WHERE key = ?", keys)
    _change_questions(connection, lambda saved: rename_in_question(saved, plan_id, plan.id))
    change_collections(database, connection, lambda held: rename_in_collections(held, plan_id, plan.id))
    return _sum_plan(connection, plan.id)


def describe_plan(database: Database, connection: sqlite3.Connection, plan: PlanInfo, generation: int) -> int:
    """Update a plan's metadata, and which of it a person has set; its key. Raises UnknownPlanError."""
    values = (metadata_text(plan.metadata), as_json(plan.edited), generation, plan.id)
    updated = connection.execute("UPDATE plans SET metadata = ?, edited = ?, changed = ? WHERE id = ?", values)
    if not updated.rowcount:
        raise unknown_plan(plan.id, database.ids())
    return _sum_plan(connection, plan.id)


def _sum_plan(connection: sqlite3.Connection, plan_id: str) -> int:
    """Store the checksum of what is known of a plan; its key."""
    key = int(connection.execute("SELECT key FROM plans WHERE id = ?", (plan_id,)).fetchone()[0])
    connection.execute(
        f"UPDATE plan_sums SET plan_sum = (SELECT {PLAN_SUM} FROM plans WHERE key = ?1) WHERE plan = ?1", (key,)
    )
    return key


def refuse_conflict(connection: sqlite3.Connection, plan_id: str, seen: int | None, *, there: bool = False) -> None:
    """Raise LibraryBusyError when the plan was changed after the generation ``seen``, or was ``there`` and is gone."""
    row = connection.execute("SELECT changed FROM plans WHERE id = ?", (plan_id,)).fetchone()
    if seen is not None and (row[0] > seen if row else there):
        raise conflict_error(plan_id)


def _keep(connection: sqlite3.Connection, plan_id: str, until: str) -> None:
    """Keep the text of a plan as a version, unless it changed on disk and so cannot be read."""
    kept = connection.execute(
        f"INSERT INTO versions ({_KEPT}) SELECT {DESCRIPTION_COLUMNS}, words, since, ?, text, parts FROM plans "
        f"JOIN texts ON texts.plan = key JOIN plan_sums c ON c.plan = key WHERE id = ? AND c.text_sum = {TEXT_SUM}",
        (until, plan_id),
    )
    if kept.rowcount:
        _sum_last_version(connection)


def _sum_last_version(connection: sqlite3.Connection) -> None:
    sums = f"version_sum = {VERSION_SUM}, text_sum = {VERSION_TEXT_SUM}"
    connection.execute(f"UPDATE versions SET {sums} WHERE key = last_insert_rowid()")


# -- collections -------------------------------------------------------------------------------


def change_collections(
    database: Database, connection: sqlite3.Connection, change: Callable[[Collections], Collections]
) -> bool:
    """Store what ``change`` makes of the collections; False where that is what they are."""
    held = database.collections()
    if (changed := change(dict(held))) == held:
        return False
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('collections', ?)", (collections_text(changed),))
    return True


# -- saved questions ---------------------------------------------------------------------------


def saved_questions(connection: sqlite3.Connection) -> list[SavedQuestion]:
    """All saved questions, in the order of saving, each with the quotes that answered it then."""
    what = "a saved question"
    rows = connection.execute(f"SELECT id, {_SAVED} FROM saved ORDER BY id").fetchall()
    changed = connection.execute(f"SELECT id FROM saved WHERE saved_sum IS NOT {SAVED_SUM}").fetchone()
    if changed:
        raise LibraryError(changed_question(*changed))
    return [
        SavedQuestion(
            key, question, read_json(plans, tuple[str, ...], what) if plans else None, section, at,
            read_json(quotes, tuple[tuple[str, str], ...], what), owner,
        )
        for key, question, plans, section, at, quotes, owner in read_values(rows, list[_QuestionRow], what)
    ]  # fmt: skip


def save_question(connection: sqlite3.Connection, question: SavedQuestion) -> int:
    """Save a question, in place of the owner's same one in the same scope; returns its id."""
    row = _row(question)
    scope = (*row[:3], question.owner)
    connection.execute("DELETE FROM saved WHERE question = ? AND plans IS ? AND section IS ? AND owner = ?", scope)
    inserted = connection.execute(f"INSERT INTO saved ({_SAVED}) VALUES (?, ?, ?, ?, ?, ?)", row).lastrowid
    assert inserted is not None
    _sum_question(connection, inserted)
    return inserted


def forget_question(connection: sqlite3.Connection, saved_id: int) -> bool:
    """Delete a saved question; False when there is none with this id."""
    return bool(connection.execute("DELETE FROM saved WHERE id = ?", (saved_id,)).rowcount)


def _change_questions(connection: sqlite3.Connection, change: Callable[[SavedQuestion], SavedQuestion]) -> None:
    for saved in saved_questions(connection):
        _, plans, _, _, quotes, _ = _row(change(saved))
        connection.execute("UPDATE saved SET plans = ?, quotes = ? WHERE id = ?", (plans, quotes, saved.id))
        _sum_question(connection, saved.id)


def _sum_question(connection: sqlite3.Connection, saved_id: int) -> None:
    connection.execute(f"UPDATE saved SET saved_sum = {SAVED_SUM} WHERE id = ?", (saved_id,))


def _row(saved: SavedQuestion) -> tuple[str, str | None, str | None, str, str, str]:
    plans = as_json(saved.plans) if saved.plans is not None else None
    return saved.question, plans, saved.section, saved.at, as_json(saved.quotes), saved.owner
