"""Saved questions: rows of the database, each with the quotes that answered it when it was saved."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable

from indexer.storage.rows import as_json
from indexer.types import SavedQuestion

_COLUMNS = "question, plans, section, at, quotes"


def questions(connection: sqlite3.Connection) -> list[SavedQuestion]:
    """All saved questions, in the order of saving."""
    rows = connection.execute(f"SELECT id, {_COLUMNS} FROM saved ORDER BY id")
    return [
        SavedQuestion(i, question, tuple(json.loads(plans)) if plans else None, section, at, _read(quotes))
        for i, question, plans, section, at, quotes in rows
    ]


def save(connection: sqlite3.Connection, question: SavedQuestion) -> int:
    """Save a question, in place of the same one in the same scope; its id."""
    plans = as_json(question.plans) if question.plans is not None else None
    scope = (question.question, plans, question.section)
    connection.execute("DELETE FROM saved WHERE question = ? AND plans IS ? AND section IS ?", scope)
    row = (*scope, question.at, as_json(question.quotes))
    inserted = connection.execute(f"INSERT INTO saved ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)", row).lastrowid
    assert inserted is not None
    return inserted


def forget(connection: sqlite3.Connection, saved_id: int) -> bool:
    """Delete a saved question; False when there is none with this id."""
    return bool(connection.execute("DELETE FROM saved WHERE id = ?", (saved_id,)).rowcount)


def rename_plan(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Say ``new`` wherever a saved question says ``old``."""
    _change(
        connection,
        lambda plans: [new if plan == old else plan for plan in plans],
        lambda quotes: [(new if plan == old else plan, quote) for plan, quote in quotes],
    )


def forget_plan(connection: sqlite3.Connection, plan_id: str) -> None:
    """Drop the quotes of a plan, which must be gone with it."""
    _change(connection, lambda plans: plans, lambda quotes: [q for q in quotes if q[0] != plan_id])


def _change(
    connection: sqlite3.Connection,
    of_plans: Callable[[list[str]], list[str]],
    of_quotes: Callable[[tuple[tuple[str, str], ...]], list[tuple[str, str]]],
) -> None:
    for saved in questions(connection):
        plans = as_json(of_plans(list(saved.plans))) if saved.plans is not None else None
        quotes = as_json(of_quotes(saved.quotes))
        connection.execute("UPDATE saved SET plans = ?, quotes = ? WHERE id = ?", (plans, quotes, saved.id))


def _read(quotes: str) -> tuple[tuple[str, str], ...]:
    return tuple((plan, quote) for plan, quote in json.loads(quotes))
