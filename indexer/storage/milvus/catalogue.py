"""The state of a library on Milvus: the manifest, and the rows of plan versions and saved questions in ``records``.

Every version of a plan has a key of its own, given in ascending order. What is visible is decided by the manifest
alone: plans with keys below ``next``, except those in ``past`` and ``dropped``. So a plan that is being written is
invisible, and one write of the manifest shows it whole and hides what it replaces.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from indexer.errors import LibraryError, UnknownPlanError
from indexer.storage import Collections, Scope
from indexer.storage.milvus.connection import Connection, Row
from indexer.storage.milvus.tables import LONGEST, PASSAGES, label_text
from indexer.storage.rows import (
    as_json,
    collections_text,
    read_collections,
    read_info,
    read_json,
    read_values,
    unknown_plan,
)
from indexer.types import PlanInfo, SavedQuestion, Version

#: Goes up when the collections change.
FORMAT = 3
#: Formats that are read: 1 had no checksums, 2 no excerpts of tables.
_READ = (1, 2, FORMAT)
#: Seconds after which every server shows what was written, so that searches need no strong consistency.
_SETTLED = 60.0
_ID = "record"
_SAVED = "saved/"
_COLLECTION = "collection/"

Ranges = tuple[tuple[int, int], ...]  # first and last key, both included


@dataclass(frozen=True, slots=True)
class Manifest:
    """``table`` numbers the collection of passages; ``old`` ones are to be dropped.

    ``past`` are keys of plans that became versions at ``until`` with the last change, ``dropped`` those of which
    nothing stays; both until they are swept. ``at`` is when it was written, in seconds since 1970.
    """

    generation: int = 0
    model: tuple[str, str] | None = None
    dimension: int = 0
    table: int = 0
    next: int = 1
    past: Ranges = ()
    dropped: Ranges = ()
    until: str = ""
    old: tuple[int, ...] = ()
    at: float = 0.0

    @property
    def passages(self) -> str:
        """The collection of passages."""
        return f"passages_{self.table}"

    @property
    def hidden(self) -> Ranges:
        return (*self.past, *self.dropped)

    @property
    def fresh(self) -> bool:
        """Whether a server may not yet show all of it without strong consistency."""
        return time.time() - self.at < _SETTLED


def within(key: int, ranges: Ranges) -> bool:
    return any(first <= key <= last for first, last in ranges)


def as_ranges(keys: Iterable[int]) -> Ranges:
    """Ranges that hold ``keys``, ascending."""
    found: list[tuple[int, int]] = []
    for key in sorted(keys):
        if found and found[-1][1] >= key - 1:
            found[-1] = (found[-1][0], key)
        else:
            found.append((key, key))
    return tuple(found)


def condition_of(field: str, ranges: Sequence[tuple[int, int]]) -> str:
    """A Milvus filter for values of ``field`` in ``ranges``, of which there is at least one."""
    single = [first for first, last in ranges if first == last]
    parts = [f"({field} >= {first} and {field} <= {last})" for first, last in ranges if first != last]
    if single:
        parts.append(f"{field} in {single}")
    return f"({' or '.join(parts)})"


def read_manifest(connection: Connection, *, strong: bool = True) -> Manifest:
    """The manifest; an empty library's when there is none. Raises LibraryError for one of another format."""
    rows = connection.get("records", [_ID], ["value"], strong=strong)
    if not rows:
        return Manifest()
    stored = read_json(rows[0]["value"], dict[str, Any], "the library's manifest")
    written = stored.pop("format", None)
    if written not in _READ:
        raise LibraryError(
            f"{connection.address.location} was made by another version of Plancite (format {written}, this one reads "
            f"{FORMAT}). Copy it with that version to a folder, and from there with this one: plancite copy FROM TO"
        )
    return read_values(stored, Manifest, "the library's manifest")


def write_manifest(connection: Connection, manifest: Manifest) -> None:
    """Write the manifest, in one row. Raises LibraryError."""
    value = json.dumps({"format": FORMAT, **asdict(manifest)})
    if len(value) > LONGEST:
        raise LibraryError("So many plans cannot be changed in one write. Name fewer at a time.")
    connection.upsert("records", [{"id": _ID, "number": -1, "ended": 0, "value": value}])


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a plan.

    ``line``, its lineage, is the key of the plan's first version and stays when it is renamed; ``ended`` the
    generation at which the version was replaced or removed, 0 for a live one, ``until`` the time. ``text`` is the hash
    of its text, ``content`` that of everything, ``terms`` counts the search terms of its passages.
    """

    key: int
    line: int
    generation: int
    description: tuple[str, ...]
    pages: int | None
    passages: int
    words: int
    names: tuple[str, ...]
    terms: int
    since: str
    text: str
    content: str
    ended: int = 0
    until: str = ""

    @property
    def id(self) -> str:
        return self.description[0]

    @property
    def info(self) -> PlanInfo:
        return read_info((*self.description, self.pages, self.passages, self.words))

    @property
    def keys(self) -> range:
        """Keys of its passages, in reading order."""
        return range(self.key * PASSAGES, self.key * PASSAGES + self.passages)

    def row(self) -> Row:
        """As stored."""
        stored = {name: value for name, value in asdict(self).items() if name not in ("key", "ended")}
        value = json.dumps(stored, ensure_ascii=False)
        return {"id": f"plan/{self.key}", "number": self.key, "ended": self.ended, "value": value}

    def version(self, plan_id: str, n: int) -> Version:
        _, title, source, sha256, *_ = self.description
        return Version(plan_id, n, title, source, sha256, self.words, self.since, self.until)


def tombstone(key: int, generation: int) -> Row:
    """The row of a plan that was dropped, by which readers who know it forget it."""
    return {"id": f"plan/{key}", "number": key, "ended": generation, "value": ""}


def read_entry(row: Row) -> Entry:
    """The version of a plan in a row. Raises LibraryError."""
    what = f"the row of the plan {row['number']}"
    stored = read_json(row["value"], dict[str, Any], what)
    return read_values({**stored, "key": row["number"], "ended": row["ended"]}, Entry, what)


class Catalogue:
    """All versions as of ``manifest``."""

    def __init__(self, manifest: Manifest, entries: dict[int, Entry]) -> None:
        self.manifest = manifest
        self._entries = entries
        self.lineages: dict[int, list[Entry]] = {}
        for entry in self._seen():
            self.lineages.setdefault(entry.line, []).append(entry)
        for line in self.lineages.values():
            line.sort(key=lambda e: (e.until or "~", e.key))
        #: Live plans, by id.
        self.live = dict(sorted((line[-1].id, line[-1]) for line in self.lineages.values() if not line[-1].until))

    @classmethod
    def read(cls, connection: Connection, manifest: Manifest, known: Catalogue | None = None) -> Catalogue:
        """The catalogue as of ``manifest``; with a ``known`` one only later changes are read."""
        entries = dict(known._entries) if known else {}
        since, first = (known.manifest.generation, known.manifest.next) if known else (0, 0)
        changed = f"number >= {first} and number < {manifest.next}"
        if known:
            # also of the known generation: what it ended may have been swept since it was read
            changed = f"({changed}) or (ended >= {since})"
        for row in connection.query("records", changed, ("number", "ended", "value")):
            if not 0 <= row["number"] < manifest.next:
                continue
            if row["value"]:
                entries[row["number"]] = read_entry(row)
            else:
                entries.pop(row["number"], None)
        return cls(manifest, entries)

    def swept(self, manifest: Manifest) -> Catalogue:
        """The same after what was past and dropped was swept."""
        entries = (entry for line in self.lineages.values() for entry in line)
        ended = self.manifest.generation
        return Catalogue(manifest, {e.key: replace(e, ended=e.ended or ended) if e.until else e for e in entries})

    def _seen(self) -> Iterator[Entry]:
        """Versions as the manifest says: what is past but not swept ended with its last change."""
        for key, entry in self._entries.items():
            if within(key, self.manifest.dropped):
                continue
            yield replace(entry, until=self.manifest.until) if within(key, self.manifest.past) else entry

    # -- plans ---------------------------------------------------------------------------------

    def entry(self, plan_id: str) -> Entry:
        """A live plan. Raises UnknownPlanError."""
        if plan_id not in self.live:
            raise unknown_plan(plan_id, list(self.live))
        return self.live[plan_id]

    def by_key(self) -> dict[int, Entry]:
        """Live plans, by key."""
        return {entry.key: entry for entry in self.live.values()}

    def lineage(self, plan_id: str) -> list[Entry]:
        """All versions of a plan, live or removed, the oldest first; empty for an unknown one."""
        if plan_id in self.live:
            return self.lineages[self.live[plan_id].line]
        return next((line for line in self.lineages.values() if line[-1].until and line[-1].id == plan_id), [])

    def versions(self, plan_id: str) -> list[Version]:
        """All versions of a plan. Raises UnknownPlanError."""
        line = self.lineage(plan_id)
        if not line:
            raise unknown_plan(plan_id, list(self.live))
        return [entry.version(plan_id, n) for n, entry in enumerate(line, 1)]

    def version(self, plan_id: str, n: int) -> Entry:
        """The ``n``-th version of a plan. Raises UnknownPlanError."""
        known = self.versions(plan_id)
        if not 1 <= n <= len(known):
            raise UnknownPlanError(f"The plan {plan_id!r} has versions 1 to {len(known)}, not {n}.")
        return self.lineage(plan_id)[n - 1]

    def removed(self) -> list[Version]:
        """The last version of each plan that was removed, the latest removal first."""
        removed = [line[-1].version(line[-1].id, len(line)) for line in self.lineages.values() if line[-1].until]
        return sorted(sorted(removed, key=lambda v: v.plan), key=lambda v: v.until, reverse=True)

    # -- scopes -------------------------------------------------------------------------------

    def within(self, scope: Scope) -> list[Entry]:
        """Plans of ``scope``, in the order of their keys; its section is ignored. Raises UnknownPlanError."""
        plans = self.live.values() if scope.plans is None else [self.entry(i) for i in dict.fromkeys(scope.plans)]
        return sorted(plans, key=lambda e: e.key)

    def condition(self, scope: Scope) -> str:
        """``scope`` as a Milvus filter, which excludes everything invisible. Raises UnknownPlanError."""
        if scope.plans is not None:
            keys = as_ranges(entry.key for entry in self.within(scope))
            parts = [condition_of("plan", keys) if keys else "plan < 0"]
        else:
            parts = [f"plan < {self.manifest.next}", *_hidden(self.manifest.hidden)]
        if scope.section:
            parts.append(f'section like "%{label_text(scope.section)}%"')
        if scope.keys is not None:
            parts.append(condition_of("key", scope.keys) if scope.keys else "key < 0")
        return " and ".join(parts)


def _hidden(ranges: Ranges) -> Sequence[str]:
    return [f"not {condition_of('plan', ranges)}"] if ranges else []


# -- saved questions ---------------------------------------------------------------------------


def saved_questions(connection: Connection) -> list[SavedQuestion]:
    """All saved questions, in the order of saving."""
    rows = connection.query("records", f'id like "{_SAVED}%"', ("value",))
    return sorted((read_json(row["value"], SavedQuestion, "a saved question") for row in rows), key=lambda q: q.id)


def save_question(connection: Connection, question: SavedQuestion) -> int:
    """Save a question, in place of the owner's same one in the same scope; returns its id."""
    present = saved_questions(connection)
    scope = (question.question, question.plans, question.section, question.owner)
    # the time in microseconds: an id is never used again, whatever was deleted
    new = max([time.time_ns() // 1000, *(saved.id + 1 for saved in present)])
    _write_question(connection, replace(question, id=new))
    for saved in present:
        if (saved.question, saved.plans, saved.section, saved.owner) == scope:
            forget_question(connection, saved.id)
    return new


def forget_question(connection: Connection, saved_id: int) -> bool:
    """Delete a saved question; False when there is none with this id."""
    there = bool(connection.get("records", [f"{_SAVED}{saved_id}"], ["id"]))
    connection.delete("records", f'id in ["{_SAVED}{saved_id}"]')
    return there


def change_questions(connection: Connection, change: Callable[[SavedQuestion], SavedQuestion]) -> None:
    """Write each saved question again that ``change`` changes."""
    for saved in saved_questions(connection):
        if (changed := change(saved)) != saved:
            _write_question(connection, changed)


def _write_question(connection: Connection, saved: SavedQuestion) -> None:
    row = {"id": f"{_SAVED}{saved.id}", "number": -1, "ended": 0, "value": as_json(asdict(saved))}
    connection.upsert("records", [row])


# -- collections -------------------------------------------------------------------------------


def read_all_collections(connection: Connection) -> Collections:
    """The plans of each collection; a collection is a row."""
    found: Collections = {}
    for row in connection.query("records", f'id like "{_COLLECTION}%"', ("value",)):
        found |= read_collections(row["value"])
    return found


def change_collections(connection: Connection, change: Callable[[Collections], Collections]) -> None:
    """Store what ``change`` makes of the collections, by the one writer. Raises LibraryError."""
    held = read_all_collections(connection)
    changed = change(dict(held))
    rows: list[Row] = [
        {"id": _collection_id(name), "number": -1, "ended": 0, "value": collections_text({name: plans})}
        for name, plans in changed.items()
        if held.get(name) != plans
    ]
    if any(len(row["value"].encode()) > LONGEST for row in rows):
        raise LibraryError("A collection of so many plans is more than Milvus holds. Make two of them.")
    connection.upsert("records", rows)
    if gone := [_collection_id(name) for name in held.keys() - changed.keys()]:
        connection.delete("records", f"id in {json.dumps(gone)}")


def _collection_id(name: str) -> str:
    return f"{_COLLECTION}{hashlib.sha256(name.encode()).hexdigest()[:32]}"
