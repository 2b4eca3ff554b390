"""What a library on Milvus knows of itself: one small record, whose writing is the switch from one state to the next.

Every version of a plan has a key of its own, given in order. What is visible is said by the record alone:
plans with keys below ``next``, without those in ``past`` and ``dropped``. So a plan that is being written
is seen by nobody, and one write of the record shows it whole and hides what it replaces.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from indexer.errors import LibraryError
from indexer.storage.milvus.connection import Connection
from indexer.storage.milvus.tables import LONGEST

#: Raised when the collections change.
FORMAT = 1
#: Seconds after which every server shows what was written, so that searches need not wait for the latest.
_SETTLED = 60.0
_ID = "record"

Ranges = tuple[tuple[int, int], ...]  # first and last key, both included


@dataclass(frozen=True, slots=True)
class Record:
    """``table`` numbers the collection of passages; ``old`` ones are dropped.

    ``past`` are keys of plans that became versions at ``until`` with the last change, ``dropped`` those that
    leave nothing; both until they are swept up. ``at`` is when it was written, in seconds since 1970.
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
        """Whether a server may not show all of it yet to those who do not wait."""
        return time.time() - self.at < _SETTLED

    def hides(self, key: int) -> bool:
        return key >= self.next or within(key, self.hidden)


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
    """A filter of Milvus' for values of ``field`` in ``ranges``, of which there is at least one."""
    single = [first for first, last in ranges if first == last]
    parts = [f"({field} >= {first} and {field} <= {last})" for first, last in ranges if first != last]
    if single:
        parts.append(f"{field} in {single}")
    return f"({' or '.join(parts)})"


def read_record(connection: Connection, *, strong: bool = True) -> Record:
    """The record; an empty library's where there is none. Raises LibraryError for one of another format."""
    rows = connection.get("records", [_ID], ["value"], strong=strong)
    if not rows:
        return Record()
    stored = json.loads(rows[0]["value"])
    written = stored.pop("format")
    if written != FORMAT:
        raise LibraryError(
            f"{connection.address.location} was made by another version of Plancite (format {written}, this one reads "
            f"{FORMAT}). Copy it with that version to a folder, and from there with this one: plancite copy FROM TO"
        )
    for name in ("past", "dropped"):
        stored[name] = tuple((first, last) for first, last in stored[name])
    model = stored.pop("model")
    return Record(**{**stored, "old": tuple(stored["old"])}, model=tuple(model) if model else None)


def write_record(connection: Connection, record: Record) -> None:
    """Write the record, in one row. Raises LibraryError."""
    value = json.dumps({"format": FORMAT, **asdict(record)})
    if len(value) > LONGEST:
        raise LibraryError("A change of so many plans at once cannot be one write. Name fewer, in turns.")
    connection.upsert("records", [{"id": _ID, "number": -1, "ended": 0, "value": value}])
