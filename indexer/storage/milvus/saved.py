"""Saved questions of a library on Milvus: a row of ``records`` each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace

from indexer.storage.milvus.connection import Connection
from indexer.storage.rows import as_json
from indexer.types import SavedQuestion

_PREFIX = "saved/"


def questions(connection: Connection) -> list[SavedQuestion]:
    """All saved questions, in the order of saving."""
    rows = connection.query("records", f'id like "{_PREFIX}%"', ("value",))
    return sorted((_read(row["value"]) for row in rows), key=lambda saved: saved.id)


def save(connection: Connection, question: SavedQuestion) -> int:
    """Save a question, in place of the same one in the same scope; its id."""
    present = questions(connection)
    scope = (question.question, question.plans, question.section)
    # no id comes again, whatever was deleted: the time in microseconds
    new = max([time.time_ns() // 1000, *(saved.id + 1 for saved in present)])
    _write(connection, replace(question, id=new))
    for saved in present:
        if (saved.question, saved.plans, saved.section) == scope:
            forget(connection, saved.id)
    return new


def forget(connection: Connection, saved_id: int) -> bool:
    """Delete a saved question; False when there is none with this id."""
    there = bool(connection.get("records", [f"{_PREFIX}{saved_id}"], ["id"]))
    connection.delete("records", f'id in ["{_PREFIX}{saved_id}"]')
    return there


def rename_plan(connection: Connection, old: str, new: str) -> None:
    """Say ``new`` wherever a saved question says ``old``."""
    _change(
        connection,
        lambda saved: replace(
            saved,
            plans=saved.plans and tuple(new if plan == old else plan for plan in saved.plans),
            quotes=tuple((new if plan == old else plan, quote) for plan, quote in saved.quotes),
        ),
    )


def forget_plan(connection: Connection, plan_id: str) -> None:
    """Drop the quotes of a plan, which must be gone with it."""
    _change(
        connection, lambda saved: replace(saved, quotes=tuple(quote for quote in saved.quotes if quote[0] != plan_id))
    )


def _change(connection: Connection, change: Callable[[SavedQuestion], SavedQuestion]) -> None:
    for saved in questions(connection):
        if (changed := change(saved)) != saved:
            _write(connection, changed)


def _write(connection: Connection, saved: SavedQuestion) -> None:
    row = {"id": f"{_PREFIX}{saved.id}", "number": -1, "ended": 0, "value": as_json(asdict(saved))}
    connection.upsert("records", [row])


def _read(value: str) -> SavedQuestion:
    stored = json.loads(value)
    plans = None if stored["plans"] is None else tuple(stored["plans"])
    quotes = tuple((plan, quote) for plan, quote in stored["quotes"])
    return SavedQuestion(**{**stored, "plans": plans, "quotes": quotes})
