"""The plans of a library on Milvus and their versions: rows of ``records``, read once, and then what is new."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from indexer.errors import UnknownPlanError
from indexer.storage import Scope
from indexer.storage.milvus.connection import Connection, Row
from indexer.storage.milvus.record import Ranges, Record, as_ranges, condition_of, within
from indexer.storage.milvus.tables import PASSAGES, label_text
from indexer.storage.rows import read_info, unknown_plan
from indexer.types import PlanInfo, Version


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a plan.

    ``line`` is the key of the plan's first version and stays when it is renamed; ``ended`` the generation at which
    the version went, 0 for one that is there, ``until`` the time. ``text`` is the hash of its text, ``content`` that
    of all, ``terms`` counts the search terms of its passages.
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
    """What is left of a plan that was dropped: that readers who know it forget it."""
    return {"id": f"plan/{key}", "number": key, "ended": generation, "value": ""}


def read_entry(row: Row) -> Entry:
    """The version of a plan in a row."""
    stored: dict[str, Any] = json.loads(row["value"])
    lists = {name: tuple(stored[name]) for name in ("description", "names")}
    return Entry(key=row["number"], ended=row["ended"], **{**stored, **lists})


class Catalogue:
    """All versions as of ``record``."""

    def __init__(self, record: Record, entries: dict[int, Entry]) -> None:
        self.record = record
        self._entries = entries
        self.lines: dict[int, list[Entry]] = {}
        for entry in self._seen():
            self.lines.setdefault(entry.line, []).append(entry)
        for line in self.lines.values():
            line.sort(key=lambda e: (e.until or "~", e.key))
        #: Plans that are there, by id.
        self.live = dict(sorted((line[-1].id, line[-1]) for line in self.lines.values() if not line[-1].until))

    @classmethod
    def read(cls, connection: Connection, record: Record, known: Catalogue | None = None) -> Catalogue:
        """The catalogue as of ``record``; of what is ``known`` only later changes are read."""
        entries = dict(known._entries) if known else {}
        since, first = (known.record.generation, known.record.next) if known else (0, 0)
        changed = f"number >= {first} and number < {record.next}"
        if known:
            # of the known generation itself, too: what it ended may have been swept up since it was read
            changed = f"({changed}) or (ended >= {since})"
        for row in connection.query("records", changed, ("number", "ended", "value")):
            if not 0 <= row["number"] < record.next:
                continue
            if row["value"]:
                entries[row["number"]] = read_entry(row)
            else:
                entries.pop(row["number"], None)
        return cls(record, entries)

    def swept(self, record: Record) -> Catalogue:
        """The same after what was past and dropped was swept up."""
        entries = (entry for line in self.lines.values() for entry in line)
        ended = self.record.generation
        return Catalogue(record, {e.key: replace(e, ended=e.ended or ended) if e.until else e for e in entries})

    def _seen(self) -> Iterator[Entry]:
        """Versions as the record says: what is past but not swept up ended with its last change."""
        for key, entry in self._entries.items():
            if within(key, self.record.dropped):
                continue
            yield replace(entry, until=self.record.until) if within(key, self.record.past) else entry

    # -- what is told --------------------------------------------------------------------------

    def entry(self, plan_id: str) -> Entry:
        """The plan that is there. Raises UnknownPlanError."""
        if plan_id not in self.live:
            raise unknown_plan(plan_id, list(self.live))
        return self.live[plan_id]

    def by_key(self) -> dict[int, Entry]:
        """Plans that are there, by key."""
        return {entry.key: entry for entry in self.live.values()}

    def line(self, plan_id: str) -> list[Entry]:
        """All versions of a plan, there or removed, the oldest first; none of one that never was."""
        if plan_id in self.live:
            return self.lines[self.live[plan_id].line]
        return next((line for line in self.lines.values() if line[-1].until and line[-1].id == plan_id), [])

    def versions(self, plan_id: str) -> list[Version]:
        """As ``line``. Raises UnknownPlanError."""
        line = self.line(plan_id)
        if not line:
            raise unknown_plan(plan_id, list(self.live))
        return [entry.version(plan_id, n) for n, entry in enumerate(line, 1)]

    def version(self, plan_id: str, n: int) -> Entry:
        """The ``n``-th version of a plan. Raises UnknownPlanError."""
        known = self.versions(plan_id)
        if not 1 <= n <= len(known):
            raise UnknownPlanError(f"The plan {plan_id!r} has versions 1 to {len(known)}, not {n}.")
        return self.line(plan_id)[n - 1]

    def removed(self) -> list[Version]:
        """The last version of each plan that was removed, the latest removal first."""
        gone = [line[-1].version(line[-1].id, len(line)) for line in self.lines.values() if line[-1].until]
        return sorted(sorted(gone, key=lambda v: v.plan), key=lambda v: v.until, reverse=True)

    # -- what is searched ----------------------------------------------------------------------

    def within(self, scope: Scope) -> list[Entry]:
        """Plans in ``scope``, in the order of their keys, whatever their sections. Raises UnknownPlanError."""
        plans = self.live.values() if scope.plans is None else [self.entry(i) for i in dict.fromkeys(scope.plans)]
        wanted = (e for e in plans if scope.year is None or e.info.metadata.year == scope.year)
        return sorted(wanted, key=lambda e: e.key)

    def condition(self, scope: Scope) -> str:
        """``scope`` as a filter of Milvus'; what is not to be seen is never in it. Raises UnknownPlanError."""
        if scope.plans is not None:
            keys = as_ranges(entry.key for entry in self.within(scope))
            parts = [condition_of("plan", keys) if keys else "plan < 0"]
        else:
            parts = [f"plan < {self.record.next}", *_hidden(self.record.hidden)]
            if scope.year is not None:
                parts.append(f"year == {scope.year}")
        if scope.section:
            parts.append(f'section like "%{label_text(scope.section)}%"')
        return " and ".join(parts)


def _hidden(ranges: Ranges) -> Sequence[str]:
    return [f"not {condition_of('plan', ranges)}"] if ranges else []
