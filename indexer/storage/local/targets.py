"""Targets of a plan: one row of the database a plan, written and deleted with it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from indexer.storage.local.rows import as_json
from indexer.types import Binding, Comparator, Target, TargetKind, Trend


def put_targets(connection: sqlite3.Connection, plan: int, targets: Sequence[Target]) -> None:
    """Store the targets of the plan with this key, in place of what it had."""
    rows = [{name: value for name, value in asdict(t).items() if name != "plan"} for t in targets]
    connection.execute("INSERT OR REPLACE INTO targets VALUES (?, ?)", (plan, as_json(rows)))


def targets_of(connection: sqlite3.Connection, plan_id: str) -> list[Target] | None:
    """Targets of a plan; None when it was stored before targets were, or is not there."""
    row = connection.execute(
        "SELECT rows FROM targets JOIN plans ON plans.key = targets.plan WHERE id = ?", (plan_id,)
    ).fetchone()
    return [_read(plan_id, stored) for stored in json.loads(row[0])] if row else None


def _read(plan_id: str, stored: dict[str, Any]) -> Target:
    kinds = {
        "kind": TargetKind(stored["kind"]),
        "comparator": Comparator(stored["comparator"]),
        "binding": Binding(stored["binding"]),
        "change": Trend(stored["change"]) if stored["change"] else None,
        "section": tuple(stored["section"]),
        "span": tuple(stored["span"]),
    }
    return Target(**{**stored, **kinds, "plan": plan_id})
