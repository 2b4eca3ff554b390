"""Targets of a plan: one row of the database a plan, written and deleted with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from indexer.storage.rows import read_targets, targets_text
from indexer.types import Target


def put_targets(connection: sqlite3.Connection, plan: int, targets: Sequence[Target]) -> None:
    """Store the targets of the plan with this key, in place of what it had."""
    connection.execute("INSERT OR REPLACE INTO targets VALUES (?, ?)", (plan, targets_text(targets)))


def targets_of(connection: sqlite3.Connection, plan_id: str) -> list[Target] | None:
    """Targets of a plan; None when it was stored before targets were, or is not there."""
    row = connection.execute(
        "SELECT rows FROM targets JOIN plans ON plans.key = targets.plan WHERE id = ?", (plan_id,)
    ).fetchone()
    return read_targets(plan_id, row[0]) if row else None
